package token_test

import (
	"compress/gzip"
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/project-sputnik/sputnik/token"
)

// unigram is the first of the tokenizers of make_unigram.py, XLM-R's own kind.
func unigram(t testing.TB) token.Tokenizer {
	t.Helper()
	f, err := os.Open("testdata/unigram.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []struct{ Tokenizer json.RawMessage }
	if err := json.NewDecoder(zip).Decode(&kinds); err != nil {
		t.Fatal(err)
	}
	path := t.TempDir() + "/tokenizer.json"
	if err := os.WriteFile(path, kinds[0].Tokenizer, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, path)
}

func TestUnigramSpansTileAnyBytes(t *testing.T) {
	tok := unigram(t)
	rng := rand.New(rand.NewPCG(1, 0))
	for range 2000 {
		text := make([]byte, rng.IntN(40))
		for i := range text {
			text[i] = byte(rng.IntN(256))
		}
		checkTiles(t, "random bytes", text, tok.Encode(nil, text))
	}
}

func TestUnigramSpansAreTheWordsOfTheText(t *testing.T) {
	tok, text := unigram(t), "  The ship,\tthe ﬁne ship <mask>"
	var words []string
	for _, each := range tok.Encode(nil, []byte(text)) {
		words = append(words, text[each.Start:each.End])
	}
	if got := strings.Join(words, "|"); !strings.HasPrefix(got, "|  Th|e| sh") || strings.Join(words, "") != text || !strings.HasSuffix(got, "| <mask>|") {
		t.Errorf("spans %q", got)
	}
	if got := string(tok.Decode(token.IDs(nil, tok.Encode(nil, []byte("The ship has docked."))))); got != "<s> The ship has docked.</s>" {
		t.Errorf("decoded %q", got)
	}
}

// A word of a megabyte takes as long as a megabyte of words, in which quadratic work would take hours.
func TestUnigramTakesAWordOfAMegabyte(t *testing.T) {
	tok, begun := unigram(t), time.Now()
	text := []byte(strings.Repeat("shipyard", 1<<17))
	checkTiles(t, "one word", text, tok.Encode(nil, text))
	t.Logf("%.1f MB/s", 1/time.Since(begun).Seconds())
}
