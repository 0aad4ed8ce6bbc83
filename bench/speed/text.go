package speed

import (
	"math/rand/v2"
	"strings"

	"github.com/project-sputnik/sputnik/corpus"
)

// English is the running text of the corpus in the binary.
func English() (string, error) {
	docs, err := corpus.Sample()
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, d := range docs {
		text.WriteString(d.Text)
		text.WriteString("\n\n")
	}
	return text.String(), nil
}

// extended is so many bytes of text at the most: its beginning, or, where it is too short, its paragraphs over again, each
// time in another order.
func extended(text string, size int) string {
	var out strings.Builder
	out.Grow(size)
	paragraphs, draw := strings.SplitAfter(text, "\n"), rand.New(rand.NewPCG(1, 1))
	for out.Len() < size && text != "" {
		for _, p := range paragraphs {
			if out.Len() >= size {
				break
			}
			out.WriteString(p)
		}
		draw.Shuffle(len(paragraphs), func(i, j int) { paragraphs[i], paragraphs[j] = paragraphs[j], paragraphs[i] })
	}
	return strings.ToValidUTF8(out.String()[:min(size, out.Len())], "")
}
