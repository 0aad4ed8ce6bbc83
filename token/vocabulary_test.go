package token_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/token"
)

func TestScoresRankMerges(t *testing.T) {
	pieces := []string{"<unk>", "<s>", "▁", "l", "o", "w", "e", "r", "lo", "low", "er", "▁low", "we", "<0x21>"}
	scores := []float32{0, 0, -20, -21, -22, -23, -24, -25, -1, -2, -3, -4, -5, 0}
	kinds := make([]int32, len(pieces))
	for i := range kinds {
		kinds[i] = token.KindNormal
	}
	kinds[0], kinds[1], kinds[13] = token.KindUnknown, token.KindControl, token.KindByte
	tok, err := token.FromVocabulary(token.Vocabulary{Name: "toy", Pieces: pieces, Kinds: kinds, Scores: scores, Prefix: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		want       []int32
	}{
		{"the highest score merges first", "lower", []int32{11, 10}},
		{"a missing character becomes its bytes, or unknown", "lo!漢", []int32{2, 8, 13, 0}},
		{"a control piece is found in the text", "<s>low", []int32{1, 11}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tokens := tok.Encode(nil, []byte(c.text))
			checkTiles(t, c.name, []byte(c.text), tokens)
			if got := token.IDs(nil, tokens); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if got := string(tok.Decode([]int32{11, 10, 13})); got != "lower!" {
		t.Errorf("decoded %q", got)
	}
}

func TestAVocabularyNamesItsPreTokenizer(t *testing.T) {
	_, err := token.FromVocabulary(token.Vocabulary{Pieces: []string{"a"}, Pre: "moon"})
	if err == nil || !strings.Contains(err.Error(), `pre-tokenizer "moon"`) {
		t.Errorf("got %v", err)
	}
}

func TestAVocabularyWrittenAsAFileMakesTheSameTokens(t *testing.T) {
	scored := token.Vocabulary{
		Pieces: []string{"<unk>", "<s>", "▁", "l", "o", "w", "e", "r", "lo", "low", "er", "▁low", "we", "<0x21>"},
		Kinds:  []int32{2, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 6}, Prefix: true,
		Scores: []float32{0, 0, -20, -21, -22, -23, -24, -25, -1, -2, -3, -4, -5, 0},
	}
	merged := token.Vocabulary{
		Pieces: []string{"<|x|>", "a", "b", "Ġ", "1", "Ċ", "ab", "Ġab", "Ġ1"}, Unknown: -1,
		Kinds: []int32{3, 1, 1, 1, 1, 1, 1, 1, 1}, Merges: []string{"a b", "Ġ ab", "Ġ 1"},
	}
	for pre, v := range map[string]token.Vocabulary{"": scored, "gpt-2": merged, "smollm": merged, "llama-bpe": merged} {
		v.Pre = pre
		ours, err := token.FromVocabulary(v)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := v.JSON()
		if err != nil {
			t.Fatal(err)
		}
		read, err := token.Open(writeFile(t, "tokenizer.json", string(raw)))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"ab ab 11\n<|x|>", "lower low!<s>low  we", " 1 ab"} {
			want, got := ours.Encode(nil, []byte(text)), read.Encode(nil, []byte(text))
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q: %v, want %v", pre, text, got, want)
			}
			if a, b := ours.Decode(token.IDs(nil, want)), read.Decode(token.IDs(nil, got)); string(a) != string(b) {
				t.Errorf("%s: %q decodes to %q and %q", pre, text, a, b)
			}
		}
	}
}
