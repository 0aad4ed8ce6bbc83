package compress

import (
	"bytes"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/probe"
)

// farthestNegated is how many words behind a negation the word that it negates is looked for.
const farthestNegated = 4

// negators are the English words that turn round what comes after them; those in n't do too.
var negators = set("not no never without unless cannot nor neither")

// negations returns for each piece the piece that negates it, -1 for most: what is kept must not say the opposite. A
// negation goes with the next word that means something by itself, up to farthestNegated words on in the same clause,
// or with the last word there if none does; "unless" goes with all of them. It knows English only. nil if nothing is
// negated.
func negations(text []byte, pieces []piece) []int32 {
	var by []int32
	for i, p := range pieces {
		if p.class == stripped || p.class == broken || !negates(text[p.start:p.end]) {
			continue
		}
		for _, at := range negated(text, pieces, i) {
			if by == nil {
				by = slices.Repeat([]int32{-1}, len(pieces))
			}
			by[at] = int32(i)
		}
	}
	return by
}

func negates(word []byte) bool {
	if len(word) > 24 || !bytes.ContainsAny(word, "nNuUcC") {
		return false
	}
	plain := strings.ReplaceAll(strings.ToLower(strings.Trim(string(word), " \t\r\n*_\"'“”(")), "’", "'")
	return negators[plain] || strings.HasSuffix(plain, "n't")
}

// negated are the pieces that piece i negates.
func negated(text []byte, pieces []piece, i int) []int {
	var words, content []int
	clause := bytes.Contains(bytes.ToLower(text[pieces[i].start:pieces[i].end]), []byte("unless"))
	for j := i + 1; j < min(len(pieces), i+12) && len(words) < farthestNegated; j++ {
		piece := text[pieces[j].start:pieces[j].end]
		piece = piece[:min(len(piece), longestIdentifier)]
		word := string(bytes.Trim(piece, " \t\r\n*_\"'("))
		switch {
		case pieces[j].class == stripped:
			continue
		case len(probe.Words(word)) > 0:
			words = append(words, j)
		case bytes.ContainsAny(piece, ".,;:!?\n"):
			j = len(pieces) // the clause ends
			continue
		default:
			continue
		}
		if !probe.Stopword(word) {
			content = append(content, j)
			if !clause {
				break
			}
		}
	}
	if len(content) == 0 && len(words) > 0 {
		return words[len(words)-1:]
	}
	return content
}
