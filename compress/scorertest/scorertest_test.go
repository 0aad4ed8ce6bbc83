package scorertest_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/scorertest"
	"github.com/project-sputnik/sputnik/token"
)

func TestTheAgentAndEveryBaselineAreScorers(t *testing.T) {
	a, err := agent.Default()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	t.Run("agent", func(t *testing.T) { scorertest.Run(t, func() compress.Scorer { return a }, a.Tokenizer()) })
	for _, name := range compress.Baselines() {
		t.Run(name, func(t *testing.T) {
			scorer, err := compress.Baseline(name, a.Statistics(), 1)
			if err != nil {
				t.Fatal(err)
			}
			scorertest.Run(t, func() compress.Scorer { return scorer }, a.Tokenizer())
		})
	}
}

// broken is a scorer that breaks one promise.
type broken func(ctx context.Context, text token.Text) ([]float32, error)

func (broken) Name() string { return "broken" }

func (b broken) Score(ctx context.Context, text token.Text, _ float64) ([]float32, error) {
	return b(ctx, text)
}

func TestABrokenPromiseIsFound(t *testing.T) {
	tokenizer, err := token.Open("gpt2")
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int32
	for want, b := range map[string]broken{
		"scores of": func(ctx context.Context, text token.Text) ([]float32, error) {
			return make([]float32, max(1, len(text.Tokens))), ctx.Err()
		},
		"is NaN": func(ctx context.Context, text token.Text) ([]float32, error) {
			scores := make([]float32, len(text.Tokens))
			for i := range scores {
				scores[i] = float32(math.NaN())
			}
			return scores, ctx.Err()
		},
		"other scores": func(ctx context.Context, text token.Text) ([]float32, error) {
			scores, n := make([]float32, len(text.Tokens)), calls.Add(1)
			for i := range scores {
				scores[i] = float32(n)
			}
			return scores, ctx.Err()
		},
		"of a context": func(_ context.Context, text token.Text) ([]float32, error) {
			return make([]float32, len(text.Tokens)), nil
		},
		"too short": func(ctx context.Context, text token.Text) ([]float32, error) {
			if len(text.Tokens) < 2 {
				return nil, errors.New("too short")
			}
			return make([]float32, len(text.Tokens)), ctx.Err()
		},
	} {
		if found := strings.Join(scorertest.Problems(t.Context(), b, tokenizer), "; "); !strings.Contains(found, want) {
			t.Errorf("found %q; want %q", found, want)
		}
	}
}

// walker has other scores in parts.
type walker struct{ broken }

func (w walker) Walks(string) bool { return true }

func (w walker) Walk([]byte, float64, string) (margin int, passes []func(context.Context, token.Part) ([]float32, error)) {
	return 0, []func(context.Context, token.Part) ([]float32, error){func(_ context.Context, part token.Part) ([]float32, error) {
		return make([]float32, part.To-part.From), nil
	}}
}

func TestOtherScoresInPartsAreFound(t *testing.T) {
	tokenizer, err := token.Open("gpt2")
	if err != nil {
		t.Fatal(err)
	}
	w := walker{func(ctx context.Context, text token.Text) ([]float32, error) {
		scores := make([]float32, len(text.Tokens))
		for i := range scores {
			scores[i] = float32(i)
		}
		return scores, ctx.Err()
	}}
	if problems := scorertest.Problems(t.Context(), w, tokenizer); !strings.Contains(strings.Join(problems, "\n"), "other scores in parts") {
		t.Errorf("found %q", problems)
	}
}
