package scorertest

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/token"
)

const (
	prose = "The harbour of the old town opened to ships in spring, and the mayor, Ada Byron, gave a speech about 1843.\n"
	rate  = 0.5
	soon  = 10 * time.Second // machines are slow and shared; a scorer that never looks at its context takes longer
)

// inputs are what a scorer must be ready for, by what they are.
var inputs = map[string]string{
	"nothing":         "",
	"one token":       "a",
	"a space":         " ",
	"prose":           prose,
	"many lines":      strings.Repeat(prose, 12),
	"beyond windows":  strings.Repeat(prose, 60), // over 1,500 tokens
	"no UTF-8":        "\xff\xfe\x00 a \xc3( b \xf0\x9f",
	"other scripts":   "数字は 1843 です。Ｆｕｌｌ　ｗｉｄｔｈ, cafe\u0301, \U0001F469\u200D\U0001F52C and 한국어",
	"nothing to see":  "\u200b\u00ad\u0000",
	"white space":     " \n\t\r\n  \u00a0 ",
	"special tokens":  "<s> [CLS] [SEP] </s> <|endoftext|> [MASK]",
	"a word of bytes": strings.Repeat("x", 3000),
}

// Run checks the scorer that open returns, on the tokens of a tokenizer. Each call of open may return the same one.
func Run(t *testing.T, open func() compress.Scorer, tokenizer token.Tokenizer) {
	t.Helper()
	check(t, open(), tokenizer)
	asker, asks := open().(compress.Asker)
	if !asks {
		return
	}
	t.Run("asked", func(t *testing.T) {
		before := score(t, asker, token.Read(tokenizer, []byte(prose)))
		check(t, asker.Asked("When did the harbour open to ships?"), tokenizer)
		if after := score(t, asker, token.Read(tokenizer, []byte(prose))); !slices.Equal(before, after) {
			t.Error("a question changed the scorer that it was put to")
		}
	})
}

func check(t *testing.T, scorer compress.Scorer, tokenizer token.Tokenizer) {
	t.Helper()
	if scorer.Name() == "" {
		t.Error("the scorer has no name")
	}
	alone := map[string][]float32{}
	for name, words := range inputs {
		text := token.Read(tokenizer, []byte(words))
		scores := score(t, scorer, text)
		alone[name] = scores
		if len(scores) != len(text.Tokens) {
			t.Errorf("%s: %d scores of %d tokens", name, len(scores), len(text.Tokens))
		}
		if i := slices.IndexFunc(scores, notFinite); i >= 0 {
			t.Errorf("%s: the score of token %d is %v", name, i, scores[i])
		}
	}
	if !t.Failed() {
		sameAgain(t, scorer, tokenizer, alone)
		stops(t, scorer, tokenizer)
	}
}

func score(t *testing.T, scorer compress.Scorer, text token.Text) []float32 {
	t.Helper()
	scores, err := scorer.Score(t.Context(), text, rate)
	if err != nil {
		t.Errorf("%.40q: %v", text.Bytes, err)
	}
	return scores
}

func notFinite(x float32) bool { return math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) }

// sameAgain scores all texts at once, in the order of a map, which is another each time.
func sameAgain(t *testing.T, scorer compress.Scorer, tokenizer token.Tokenizer, alone map[string][]float32) {
	t.Helper()
	var all sync.WaitGroup
	for name, words := range inputs {
		all.Go(func() {
			text := token.Read(tokenizer, []byte(words))
			again, err := scorer.Score(t.Context(), text, rate)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if !slices.Equal(again, alone[name]) {
				t.Errorf("%s: other scores among other texts", name)
			}
			if string(text.Bytes) != words {
				t.Errorf("%s: the scorer wrote to its text", name)
			}
		})
	}
	all.Wait()
}

// stops ends the context before the scorer begins, and while it works.
func stops(t *testing.T, scorer compress.Scorer, tokenizer token.Tokenizer) {
	t.Helper()
	text := token.Read(tokenizer, []byte(inputs["beyond windows"]))
	for _, words := range []string{inputs["prose"], inputs["beyond windows"]} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := scorer.Score(ctx, token.Read(tokenizer, []byte(words)), rate); !errors.Is(err, context.Canceled) {
			t.Errorf("of a context that had ended came %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	begun := time.Now()
	_, err := scorer.Score(ctx, text, rate)
	if took := time.Since(begun); took > soon || err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("of a context that ended on the way came %v, after %v", err, took)
	}
}
