package token_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/token"
)

// golden is a text and the ids that the reference gives it.
type golden struct {
	ID          string   `json:"id"`
	Text        string   `json:"text"`
	Bytes       string   `json:"bytes_b64"`
	SinglePiece bool     `json:"single_piece"`
	IDs         []int32  `json:"ids"`
	Offsets     [][2]int `json:"offsets"` // code points
}

func (g golden) input(t *testing.T) []byte {
	if !g.SinglePiece {
		return []byte(g.Text)
	}
	raw, err := base64.StdEncoding.DecodeString(g.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// sharedFile finds a file of the shared data, and skips the test where there is none.
func sharedFile(t testing.TB, name string) string {
	root := os.Getenv("SPUTNIK_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "data")
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the wide set needs the shared data: %v", err)
	}
	return path
}

func readLines(t testing.TB, path string) [][]byte {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	var lines [][]byte
	s := bufio.NewScanner(r)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		lines = append(lines, bytes.Clone(s.Bytes()))
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	return lines
}

func readGoldens(t testing.TB, path string) []golden {
	var out []golden
	for _, line := range readLines(t, path) {
		var g golden
		if err := json.Unmarshal(line, &g); err != nil {
			t.Fatal(err)
		}
		out = append(out, g)
	}
	return out
}

func open(t testing.TB, name string) token.Tokenizer {
	t.Helper()
	tok, err := token.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// checkTiles fails unless the spans join to text.
func checkTiles(t *testing.T, what string, text []byte, tokens []token.Token) {
	t.Helper()
	at := int32(0)
	for _, tok := range tokens {
		if tok.Start != at || tok.End < at {
			t.Fatalf("%s: %q: span %d-%d after %d", what, clip(text), tok.Start, tok.End, at)
		}
		at = tok.End
	}
	if int(at) != len(text) {
		t.Fatalf("%s: %q: the spans end at %d of %d", what, clip(text), at, len(text))
	}
}

func clip(text []byte) []byte { return text[:min(len(text), 80)] }

func checkGoldens(t *testing.T, name string, rows []golden) {
	tok := open(t, name)
	wrong := 0
	for _, g := range rows {
		text := g.input(t)
		tokens := tok.Encode(nil, text)
		if g.SinglePiece {
			checkTiles(t, g.ID, text, tokens)
			tokens = tok.(*token.BPE).EncodePiece(nil, text)
		}
		checkTiles(t, g.ID, text, tokens)
		if got := token.IDs(nil, tokens); !slices.Equal(got, g.IDs) {
			if wrong++; wrong <= 5 {
				t.Errorf("%s %q:\n got %v\nwant %v", g.ID, clip(text), got[:min(len(got), 40)], g.IDs[:min(len(g.IDs), 40)])
			}
		}
		if g.Offsets != nil {
			checkOffsets(t, tok.(*token.WordPiece), g)
		}
	}
	t.Logf("%s: %d texts, %d wrong", name, len(rows), wrong)
}

func checkOffsets(t *testing.T, tok *token.WordPiece, g golden) {
	text := []byte(g.Text)
	for i, o := range tok.Offsets(nil, text) {
		got := [2]int{utf8.RuneCount(text[:o.Start]), utf8.RuneCount(text[:o.End])}
		if i < len(g.Offsets) && got != g.Offsets[i] {
			t.Errorf("%s %q: token %d at %v, want %v", g.ID, clip(text), i, got, g.Offsets[i])
			return
		}
	}
}

func TestTokensEqualTheReference(t *testing.T) {
	for _, name := range []string{"gpt2", "smollm2", "minilm"} {
		t.Run(name, func(t *testing.T) {
			checkGoldens(t, name, readGoldens(t, filepath.Join("testdata", name+"-tokens.jsonl.gz")))
		})
	}
}

func TestTokensEqualTheReferenceOnTheWideSet(t *testing.T) {
	for name, file := range map[string]string{
		"gpt2": "gpt2-tokens.jsonl.gz", "smollm2": "smollm2-tokens.jsonl", "minilm": "minilm-tokens.jsonl",
	} {
		t.Run(name, func(t *testing.T) {
			checkGoldens(t, name, readGoldens(t, sharedFile(t, filepath.Join("goldens", file))))
		})
	}
}
