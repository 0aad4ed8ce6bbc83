package scorertest

import (
	"context"
	"errors"
	"fmt"
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

const question = "When did the harbour open to ships?"

// Run checks the scorer that open returns, on the tokens of a tokenizer. Each call of open may return the same one.
func Run(t *testing.T, open func() compress.Scorer, tokenizer token.Tokenizer) {
	t.Helper()
	for _, problem := range Problems(t.Context(), open(), tokenizer) {
		t.Error(problem)
	}
	asker, asks := open().(compress.Asker)
	if !asks {
		return
	}
	t.Run("asked", func(t *testing.T) {
		text := token.Read(tokenizer, []byte(prose))
		before, err1 := asker.Score(t.Context(), text, rate)
		if scores, err := asker.ScoreAsked(t.Context(), text, question, rate); scores == nil && err == nil {
			t.Skip("it takes no questions")
		}
		for _, problem := range Problems(t.Context(), compress.Asking(asker, question, tokenizer, nil), tokenizer) {
			t.Error(problem)
		}
		after, err2 := asker.Score(t.Context(), text, rate)
		if !slices.Equal(before, after) || err1 != nil || err2 != nil {
			t.Errorf("a question changed the scorer that it was put to: %v, %v", err1, err2)
		}
	})
}

// Problems lists the promises that a scorer breaks on the tokens of a tokenizer.
func Problems(ctx context.Context, scorer compress.Scorer, tokenizer token.Tokenizer) []string {
	c := &check{scorer: scorer, tokenizer: tokenizer}
	if scorer.Name() == "" {
		c.add("the scorer has no name")
	}
	alone := map[string][]float32{}
	for name, words := range inputs {
		alone[name] = c.alone(ctx, name, words)
	}
	if len(c.found) == 0 { // else what follows says the same again
		c.sameAgain(ctx, alone)
		c.sameInParts(ctx, alone)
		c.stops(ctx)
	}
	return c.found
}

// check is one run of the suite.
type check struct {
	scorer    compress.Scorer
	tokenizer token.Tokenizer
	mutex     sync.Mutex
	found     []string
}

func (c *check) add(format string, args ...any) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

// alone scores a text by itself: a score a token, each finite.
func (c *check) alone(ctx context.Context, name, words string) []float32 {
	text := token.Read(c.tokenizer, []byte(words))
	scores, err := c.scorer.Score(ctx, text, rate)
	switch i := slices.IndexFunc(scores, notFinite); {
	case err != nil:
		c.add("%s: %v", name, err)
	case len(scores) != len(text.Tokens):
		c.add("%s: %d scores of %d tokens", name, len(scores), len(text.Tokens))
	case i >= 0:
		c.add("%s: the score of token %d is %v", name, i, scores[i])
	}
	return slices.Clone(scores)
}

func notFinite(x float32) bool { return math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) }

// sameAgain scores all texts at once, in the order of a map, which is another each time.
func (c *check) sameAgain(ctx context.Context, alone map[string][]float32) {
	var all sync.WaitGroup
	for name, words := range inputs {
		all.Go(func() {
			text := token.Read(c.tokenizer, []byte(words))
			switch again, err := c.scorer.Score(ctx, text, rate); {
			case err != nil:
				c.add("%s, among other texts: %v", name, err)
			case !slices.Equal(again, alone[name]):
				c.add("%s: other scores among other texts", name)
			case string(text.Bytes) != words:
				c.add("%s: the scorer wrote to its text", name)
			}
		})
	}
	all.Wait()
}

// sameInParts walks over the texts, where the scorer can.
func (c *check) sameInParts(ctx context.Context, alone map[string][]float32) {
	walker, walks := c.scorer.(compress.Walker)
	if !walks || !walker.Walks("") {
		return
	}
	for name, words := range inputs {
		margin, passes := walker.Walk([]byte(words), rate, "")
		var all, scores []float32
		var err error
		for _, pass := range passes {
			for part := range token.Parts(c.tokenizer, []byte(words), 200, margin) {
				if scores, err = pass(ctx, part); err != nil {
					c.add("%s, in parts: %v", name, err)
				}
				all = append(all, scores...)
			}
		}
		if !slices.Equal(all, alone[name]) {
			c.add("%s: other scores in parts", name)
		}
	}
}

// stops ends the context before the scorer begins, and while it works.
func (c *check) stops(ctx context.Context) {
	for _, name := range []string{"prose", "beyond windows"} {
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := c.scorer.Score(ended, token.Read(c.tokenizer, []byte(inputs[name])), rate); !errors.Is(err, context.Canceled) {
			c.add("%s: of a context that had ended came %v", name, err)
		}
	}
	ending, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	begun := time.Now()
	_, err := c.scorer.Score(ending, token.Read(c.tokenizer, []byte(inputs["beyond windows"])), rate)
	if took := time.Since(begun); took > soon || err != nil && !errors.Is(err, context.DeadlineExceeded) {
		c.add("of a context that ended on the way came %v, after %v", err, took)
	}
}
