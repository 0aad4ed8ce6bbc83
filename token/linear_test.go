package token_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/token/tokentest"
)

// hostile makes texts of n bytes that a merge, a pattern or a search may take the square of n for.
var hostile = map[string]func(n int) []byte{
	"one character over and over": func(n int) []byte { return bytes.Repeat([]byte("a"), n) },
	"capitals":                    func(n int) []byte { return bytes.Repeat([]byte("A"), n) },
	"blanks":                      func(n int) []byte { return bytes.Repeat([]byte(" "), n) },
	"blanks and a word":           func(n int) []byte { return append(bytes.Repeat([]byte(" "), n-1), 'x') },
	"line ends":                   func(n int) []byte { return bytes.Repeat([]byte("\n"), n) },
	"blank lines":                 func(n int) []byte { return bytes.Repeat([]byte(" \r\n\t"), n/4) },
	"digits":                      func(n int) []byte { return bytes.Repeat([]byte("7"), n) },
	"signs":                       func(n int) []byte { return bytes.Repeat([]byte("=/"), n/2) },
	"apostrophes":                 func(n int) []byte { return bytes.Repeat([]byte("'"), n) },
	"combining marks":             func(n int) []byte { return bytes.Repeat([]byte("\u0301"), n/2) },
	"stray bytes":                 func(n int) []byte { return bytes.Repeat([]byte{0x80}, n) },
	"NUL bytes":                   func(n int) []byte { return make([]byte, n) },
	"Chinese without a space":     func(n int) []byte { return bytes.Repeat([]byte("中文字"), n/9) },
	"a special token's beginning": func(n int) []byte { return bytes.Repeat([]byte("<|endoftext|"), n/12) },
	"special tokens":              func(n int) []byte { return bytes.Repeat([]byte("<|endoftext|>"), n/13) },
	"a line":                      func(n int) []byte { return []byte(strings.Repeat("All work and no play. ", n/22)) },
	"a word of any letters": func(n int) []byte {
		draw, word := rand.New(rand.NewPCG(1, 1)), make([]byte, n)
		for i := range word {
			word[i] = "etaoinshrdlucmfwypvbgkqjxz"[draw.IntN(26)]
		}
		return word
	},
}

func TestReadingHostileTextTakesLinearTime(t *testing.T) {
	for _, name := range []string{"gpt2", "smollm2", "minilm", "cl100k_base", "o200k_base"} {
		tok := open(t, name)
		reading := func(text []byte) time.Duration { return tokentest.Used(t, func() { token.Read(tok, text) }) }
		for what, text := range hostile {
			short, long := text(50_000), text(200_000)
			few, many := time.Hour, time.Hour // of five rounds
			for range 5 {
				if few, many = min(few, reading(short)), min(many, reading(long)); many < 8*few {
					break
				}
			}
			if many > 8*few+time.Second { // four times the text; squared, the long one would take 2 s and more
				t.Errorf("%s: %s: 50 kB in %v, 200 kB in %v", name, what, few, many)
			}
		}
	}
}
