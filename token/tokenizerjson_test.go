package token_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/token"
)

// TestTokenizerFilesOfEveryKind compares with what the reference makes of small tokenizers (make_tokenizers.py).
func TestTokenizerFilesOfEveryKind(t *testing.T) { checkKinds(t, "testdata/tokenizers.json.gz") }

// TestUnigramFilesOfEveryKind does so for SentencePiece's (make_unigram.py).
func TestUnigramFilesOfEveryKind(t *testing.T) { checkKinds(t, "testdata/unigram.json.gz") }

func checkKinds(t *testing.T, file string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []struct {
		Name      string
		Tokenizer json.RawMessage
		Cases     []golden
	}
	if err := json.NewDecoder(zip).Decode(&kinds); err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds {
		t.Run(kind.Name, func(t *testing.T) {
			tok, err := token.Open(writeFile(t, "tokenizer.json", string(kind.Tokenizer)))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range kind.Cases {
				tokens := tok.Encode(nil, []byte(c.Text))
				checkTiles(t, kind.Name, []byte(c.Text), tokens)
				if got := token.IDs(nil, tokens); !slices.Equal(got, c.IDs) && len(c.IDs) > 0 {
					t.Errorf("%q:\n got %v\nwant %v", c.Text, got, c.IDs)
				}
			}
		})
	}
}

func writeFile(t *testing.T, name, content string) string {
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestABadTokenizerFileIsOneClearError(t *testing.T) {
	const model = `"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}`
	for _, c := range []struct{ name, file, want string }{
		{"empty", "", "not valid JSON"},
		{"cut short", `{"model":{"type":"BPE","vocab":{"a":0,`, "not valid JSON"},
		{"another model", `{"model":{"type":"WordLevel","vocab":{}}}`, `model type "WordLevel"`},
		{"no pieces", `{"model":{"type":"Unigram","vocab":[]}}`, "it is empty"},
		{"a score that is none", `{"model":{"type":"Unigram","vocab":[["a",x]]}}`, "the score of"},
		{"an unknown that is none", `{"model":{"type":"Unigram","unk_id":7,"vocab":[["a",0]]}}`, "unk_id 7"},
		{"a table cut short", `{"normalizer":{"type":"Precompiled","precompiled_charsmap":"/wAAAAA="},"model":{"type":"Unigram","vocab":[["a",0]]}}`, "double array"},
		{"a negative id", `{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}`, "out of range"},
		{"an enormous id", `{"model":{"type":"BPE","vocab":{"a":999999999},"merges":[]}}`, "out of range"},
		{"a merge of strangers", `{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}`, "merge 0"},
		{"an unknown pre-tokenizer", `{"pre_tokenizer":{"type":"Moon"},` + model + `}`, `pre-tokenizer "Moon"`},
		{"an unknown normalizer", `{"normalizer":{"type":"Moon"},` + model + `}`, `normalizer "Moon"`},
		{"a pattern that is none", `{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated"},` + model + `}`, "pattern"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := token.Open(writeFile(t, "tokenizer.json", c.file))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestCuttingATokenizerFileShortNeverPanics(t *testing.T) {
	whole := `{"added_tokens":[{"id":3,"content":"<x>"}],"pre_tokenizer":{"type":"ByteLevel"},` +
		`"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]}}`
	for n := range len(whole) {
		if _, err := token.Open(writeFile(t, fmt.Sprint(n), whole[:n])); err == nil {
			t.Errorf("the first %d bytes were taken for a whole file", n)
		}
	}
}
