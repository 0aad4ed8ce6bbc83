package token_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/token"
)

func TestPartsAreTheTextInOrder(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 4))
	for _, name := range []string{"smollm2", "gpt2", "minilm", "o200k_base"} {
		tok := open(t, name)
		texts := map[string][]byte{"nothing": nil, "a word": []byte("word"), "blanks": []byte("   ")}
		for what, text := range hostile {
			texts[what] = text(30_000)
		}
		for what, text := range texts {
			want := token.Read(tok, text)
			for _, size := range []int{1 + draw.IntN(50), 1 + draw.IntN(5000), 1 << 20} {
				same(t, name+": "+what, want, tok, size, draw.IntN(300))
			}
		}
	}
}

// same compares the parts of a text, side by side, with what was read of it at once.
func same(t *testing.T, what string, want token.Text, tok token.Tokenizer, size, margin int) {
	t.Helper()
	var got token.Text
	for p := range token.Parts(tok, want.Bytes, size, margin) {
		if got.Bytes = p.Bytes; len(got.Units)-p.First != p.Skipped || int(p.Units[p.First].First) != p.From || int(p.Units[p.End-1].End) != p.To {
			t.Fatalf("%s: a part begins at unit %d and ends at %d, its tokens are [%d, %d)", what, p.First, p.End, p.From, p.To)
		}
		before, first := len(got.Tokens)-p.From, len(got.Tokens)
		if p.From < min(first, margin) || len(p.Tokens)-p.To < min(margin, len(want.Tokens)-before-p.To) {
			t.Fatalf("%s: margins of %d and %d tokens; want %d", what, p.From, len(p.Tokens)-p.To, margin)
		}
		if !slices.Equal(p.Tokens, want.Tokens[before:before+len(p.Tokens)]) {
			t.Fatalf("%s: the tokens from %d on, with their margins, are not the text's", what, before)
		}
		got.Tokens = append(got.Tokens, p.Tokens[p.From:p.To]...)
		for _, u := range p.Units[p.First:p.End] {
			got.Units = append(got.Units, token.Unit{First: u.First + int32(before), End: u.End + int32(before), Open: u.Open})
		}
	}
	if !slices.Equal(got.Tokens, want.Tokens) || !slices.Equal(got.Units, want.Units) {
		t.Errorf("%s: in parts of %d tokens %d tokens and %d units, %d and %d at once", what, size, len(got.Tokens), len(got.Units), len(want.Tokens), len(want.Units))
	}
}

func TestALongWordIsSeveralUnits(t *testing.T) {
	tok := open(t, "smollm2")
	text := token.Read(tok, append([]byte("before"), append(bytes.Repeat([]byte("z8"), 3*token.LongestUnit), " behind"...)...))
	open := 0
	for _, u := range text.Units[:len(text.Units)-1] {
		if u.Open && int(u.End-u.First) == token.LongestUnit {
			open++
		}
	}
	if n := len(text.Units); open != n-2 || open < 3 || text.Units[n-2].Open || text.Units[n-1].Open {
		t.Errorf("%d open units of %d: %v", open, n, text.Units)
	}
}
