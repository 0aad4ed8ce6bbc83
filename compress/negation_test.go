package compress_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/compress"
)

// marked is a sentence of testdata/negations.txt with the offsets of its negation and of what that negates.
type marked struct {
	text         string
	not, negated compress.Span
}

func readNegations(t *testing.T) []marked {
	t.Helper()
	data, err := os.ReadFile("testdata/negations.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []marked
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		var m marked
		var text []byte
		for i := range len(line) {
			switch line[i] {
			case '{':
				m.not[0] = len(text)
			case '}':
				m.not[1] = len(text)
			case '[':
				m.negated[0] = len(text)
			case ']':
				m.negated[1] = len(text)
			default:
				text = append(text, line[i])
			}
		}
		m.text = string(text)
		out = append(out, m)
	}
	return out
}

func keeps(r compress.Result, s compress.Span) bool {
	return slices.ContainsFunc(r.Kept, func(k compress.Span) bool { return k[0] <= s[0] && s[1] <= k[1] })
}

func TestANegationStaysWithWhatItNegates(t *testing.T) {
	sentences := readNegations(t)
	if len(sentences) != 200 {
		t.Fatalf("%d sentences", len(sentences))
	}
	negated := 0
	for i, m := range sentences {
		for seed := range int64(6) {
			c := compressor(t, "random")
			c.Scorer, _ = compress.Baseline("random", c.Language, seed+int64(i))
			r := shorten(t, c, []byte(m.text), compress.Options{Rate: 0.25 + 0.1*float64(seed)})
			if !keeps(r, m.negated) {
				continue
			}
			negated++
			if !keeps(r, m.not) {
				t.Errorf("%q of %q", r.Text, m.text)
			}
		}
	}
	if negated < 200 {
		t.Errorf("only %d results had the word that is negated", negated)
	}
}

func TestANegationGivesWayToTheTarget(t *testing.T) {
	two := 2
	r := shorten(t, compressor(t, "first"), []byte("They did not sign it."), compress.Options{TargetTokens: &two, Keep: []string{"sign it"}})
	if r.Text != "sign it" || len(r.Warnings) > 0 {
		t.Errorf("%q, %q", r.Text, r.Warnings)
	}
}
