package compress

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/compress/structure"
)

// A Span is the bytes text[Span[0]:Span[1]] of the input.
type Span [2]int

// A Result is a shortened text and how it came about.
type Result struct {
	Text             string // the concatenation of Kept
	OriginalTokens   int    // counted by Tokenizer, as is
	CompressedTokens int
	Rate             float64 // CompressedTokens / OriginalTokens, 0 for an empty input
	TargetTokens     int
	Tokenizer        string
	Model            string
	Scorer           string
	Unit             Unit
	Structure        structure.Kind // what the text was taken for
	Kept             []Span         // ascending, not touching
	Protected        []Span         // what had to stay; ascending, not touching
	Stable           int            // with CacheStable: bytes of Text that stay as they are whatever the text goes on with
	Warnings         []string
	Elapsed          time.Duration
}

// MarshalJSON writes the result as the contract of the command line has it: text_base64 stands in for a text that is
// not valid UTF-8, and warnings only where there are any.
func (r Result) MarshalJSON() ([]byte, error) {
	wire := struct {
		Text             *string  `json:"text,omitempty"`
		Base64           []byte   `json:"text_base64,omitempty"`
		OriginalTokens   int      `json:"original_tokens"`
		CompressedTokens int      `json:"compressed_tokens"`
		Rate             float64  `json:"rate"`
		TargetTokens     int      `json:"target_tokens"`
		Tokenizer        string   `json:"tokenizer"`
		Model            string   `json:"model"`
		Scorer           string   `json:"scorer"`
		Unit             Unit     `json:"unit"`
		Kept             []Span   `json:"kept"`
		Protected        []Span   `json:"protected"`
		Stable           int      `json:"stable_bytes,omitempty"`
		Warnings         []string `json:"warnings,omitempty"`
		Elapsed          float64  `json:"elapsed_ms"`
	}{
		OriginalTokens: r.OriginalTokens, CompressedTokens: r.CompressedTokens, Rate: r.Rate,
		TargetTokens: r.TargetTokens, Tokenizer: r.Tokenizer, Model: r.Model, Scorer: r.Scorer, Unit: r.Unit,
		Kept: orEmpty(r.Kept), Protected: orEmpty(r.Protected), Stable: r.Stable, Warnings: r.Warnings,
		Elapsed: float64(r.Elapsed.Microseconds()) / 1000,
	}
	if utf8.ValidString(r.Text) {
		wire.Text = &r.Text
	} else {
		wire.Base64 = []byte(r.Text)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(wire)
	return out.Bytes(), err
}

// orEmpty has JSON write [] rather than null.
func orEmpty(spans []Span) []Span {
	if spans == nil {
		return []Span{}
	}
	return spans
}

// join merges spans, ascending by their start, that touch or overlap; those without width vanish.
func join(spans []Span) []Span {
	out := spans[:0]
	for _, s := range spans {
		switch n := len(out); {
		case s[0] == s[1]:
		case n > 0 && s[0] <= out[n-1][1]:
			out[n-1][1] = max(out[n-1][1], s[1])
		default:
			out = append(out, s)
		}
	}
	return out
}

// textOf is the text of the spans.
func textOf(text []byte, spans []Span) string {
	n := 0
	for _, s := range spans {
		n += s[1] - s[0]
	}
	var all strings.Builder
	all.Grow(n)
	for _, s := range spans {
		all.Write(text[s[0]:s[1]])
	}
	return all.String()
}

// concatenate appends the text of the spans.
func concatenate(dst, text []byte, spans []Span) []byte {
	for _, s := range spans {
		dst = append(dst, text[s[0]:s[1]]...)
	}
	return dst
}
