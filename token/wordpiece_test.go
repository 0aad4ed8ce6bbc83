package token

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestWordPieceBlockByBlockIsWordPieceAtOnce(t *testing.T) {
	for _, normalizer := range []string{`{"type":"BertNormalizer"}`, `{"type":"BertNormalizer","clean_text":false,"lowercase":false}`, `null`} {
		t.Run(normalizer, func(t *testing.T) {
			w, err := parseTokenizerJSON("small", []byte(`{"normalizer":`+normalizer+`,"pre_tokenizer":{"type":"BertPreTokenizer"},
				"added_tokens":[{"id":5,"content":"[MASK]"}],
				"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","vocab":
				{"[UNK]":0,"a":1,"##a":2,"e":3,"##b":4,"[MASK]":5,".":6,",":7,"中":8,"##é":9}}}`))
			if err != nil {
				t.Fatal(err)
			}
			rapid.Check(t, func(t *rapid.T) {
				parts := rapid.SliceOf(rapid.SampledFrom([]string{"a", "ab", "é", "e\u0301", " ", "\n", "\t", ".", ",", "中", "[MASK]", "\xff", "\xe4\xb8", "\u00a0", "\u0000"})).Draw(t, "text")
				var text []byte
				for _, p := range parts {
					text = append(text, p...)
				}
				want := w.(*WordPiece).offsets(nil, text, len(text)+1)
				if got := w.(*WordPiece).offsets(nil, text, rapid.IntRange(1, 9).Draw(t, "block")); !slices.Equal(got, want) {
					t.Fatalf("%q gives %v, at once %v", text, got, want)
				}
			})
		})
	}
}
