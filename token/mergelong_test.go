package token

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// words of more than a window: repetitions, which merge alike at any distance, and letters drawn from few and from many.
func longWords() map[string][]byte {
	draw := rand.New(rand.NewPCG(7, 7))
	drawn := func(letters string) []byte {
		word := make([]byte, 5*wordWindow/2+draw.IntN(1000))
		for i := range word {
			word[i] = letters[draw.IntN(len(letters))]
		}
		return word
	}
	return map[string][]byte{
		"one letter": bytes.Repeat([]byte("a"), 3*wordWindow+7), "capitals": bytes.Repeat([]byte("A"), 2*wordWindow+1),
		"three": bytes.Repeat([]byte("aba"), wordWindow), "a word": bytes.Repeat([]byte("internationalisation"), wordWindow/8),
		"two letters drawn": drawn("ab"), "four drawn": drawn("tihe"), "all drawn": drawn("etaoinshrdlucmfwypvbgkqjxz"),
		"Chinese": bytes.Repeat([]byte("中文字"), wordWindow/4), "signs": bytes.Repeat([]byte("=/-"), wordWindow),
		"bytes that are none": bytes.Repeat([]byte{0xff}, 2*wordWindow), "a sign behind such": append(bytes.Repeat([]byte{0xff}, 2*wordWindow), '='),
		"signs among such": bytes.Repeat(append(bytes.Repeat([]byte{0xc0}, wordWindow), "=-="...), 3),
	}
}

func TestWindowsOfAWordMergeAsTheWholeDoes(t *testing.T) {
	for _, name := range []string{"gpt2", "smollm2", "cl100k_base", "o200k_base"} {
		tok, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for what, word := range longWords() {
			var got, want []Token
			switch tok := tok.(type) {
			case *BPE:
				s := tok.pool.Get().(*scratch)
				got = s.runWindows(nil, word, 3, tok.pairs, func(window []byte) { tok.symbols(s, window) })
				tok.symbols(s, word)
				want = all(&s.merger, tok.pairs, 3, len(word))
			case *openAI:
				r := tok.pool.Get().(*ranks)
				got = r.runWindows(nil, word, 3, r, r.lay)
				r.lay(word)
				want = all(&r.merger, r, 3, len(word))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s: %d tokens by windows, %d at once", name, what, len(got), len(want))
			}
		}
	}
}

// all merges what is laid out at once.
func all(m *merger, pairs ranker, base, size int) (tokens []Token) {
	m.run(pairs)
	for i := range m.symbols {
		tokens = append(tokens, m.token(i, base, base+size))
	}
	return tokens
}

func TestBatchesAreTheTokensOfTheText(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	var text []byte
	for _, word := range longWords() {
		text = append(append(text, word...), " a line, of 12 words\n\n<|im_end|> \x80\xff中文 "...)
	}
	for _, name := range []string{"gpt2", "smollm2", "cl100k_base", "o200k_base", "minilm"} {
		tok, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		want := tok.Encode(nil, text)
		if n := Count(tok, text); n != len(want) {
			t.Errorf("%s: %d tokens counted, %d encoded", name, n, len(want))
		}
		for _, most := range []int{draw.IntN(len(want)), len(want)} {
			var got []Token
			each(tok, text, func(batch []Token) bool {
				got = append(got, batch...)
				return len(got) < most
			})
			if len(got) < most || !slices.Equal(got, want[:len(got)]) {
				t.Errorf("%s: the batches of %d tokens are not theirs: %d came", name, most, len(got))
			}
		}
	}
}
