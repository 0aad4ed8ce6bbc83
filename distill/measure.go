package distill

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// bench is the held-out text with its bounds read.
type bench struct {
	reader    probe.Reader
	tokenizer token.Tokenizer
	tasks     []probe.Task
	texts     []token.Text
	rates     []float64
	docs      probe.Documents
	bootstrap probe.Bootstrap
}

func newBench(ctx context.Context, reader probe.Reader, t token.Tokenizer, tasks []probe.Task, rates []float64, seed int64) (*bench, error) {
	b := &bench{reader: reader, tokenizer: t, tasks: tasks, rates: rates, bootstrap: probe.Bootstrap{Seed: seed}}
	nothing, whole := make([]string, len(tasks)), make([]string, len(tasks))
	for i, task := range tasks {
		b.texts, whole[i] = append(b.texts, token.Read(t, []byte(task.Text))), task.Text
	}
	none, err := probe.Read(ctx, reader, tasks, nothing)
	if err != nil {
		return nil, err
	}
	full, err := probe.Read(ctx, reader, tasks, whole)
	b.docs = probe.Documents{None: probe.Sum(none), Full: probe.Sum(full)}
	return b, err
}

// losses are those of every document with what a scorer keeps: [rate][document].
func (b *bench) losses(ctx context.Context, scorer func(document int) compress.Scorer) ([][]float64, error) {
	var all [][]float64
	for _, rate := range b.rates {
		kept := make([]string, len(b.texts))
		for i, text := range b.texts {
			scores, err := scorer(i).Score(ctx, text, rate)
			if err != nil {
				return nil, fmt.Errorf("measure: %w", err)
			}
			units := env.Select(scores, text.Units, env.Budget(len(text.Tokens), rate), nil)
			kept[i] = string(text.Kept(env.TokenMask(units, text.Units, len(text.Tokens))))
		}
		read, err := probe.Read(ctx, b.reader, b.tasks, kept)
		if err != nil {
			return nil, err
		}
		all = append(all, probe.Sum(read))
	}
	return all, nil
}

// area is the mean height of F over the rates, by trapezoids, of documents that count as often as weights say.
func (b *bench) area(losses [][]float64, weights []int) (float64, bool) {
	sum, before := 0.0, 0.0
	for r, each := range losses {
		f, ok := b.docs.Share(each, weights)
		if !ok {
			return 0, false
		}
		if r > 0 {
			sum += (f + before) / 2 * (b.rates[r] - b.rates[r-1])
		}
		before = f
	}
	return sum / (b.rates[len(b.rates)-1] - b.rates[0]), true
}

// retention is rho of one method against another, over what random cuts reach.
func (b *bench) retention(losses, first, random [][]float64) (probe.Interval, error) {
	return b.bootstrap.Interval(len(b.tasks), func(weights []int) (float64, bool) {
		x, ok1 := b.area(losses, weights)
		y, ok2 := b.area(first, weights)
		z, ok3 := b.area(random, weights)
		return (x - z) / (y - z), ok1 && ok2 && ok3 && math.Abs(y-z) > 1e-9
	})
}

// mean of several trainings' losses: a document's loss is the mean of theirs.
func mean(each [][][]float64) [][]float64 {
	out := make([][]float64, len(each[0]))
	for r := range out {
		out[r] = make([]float64, len(each[0][r]))
		for _, one := range each {
			for i, v := range one[r] {
				out[r][i] += v / float64(len(each))
			}
		}
	}
	return out
}

// Speed is tokens a second that a scorer ranks: one short text at a time, and many windows at once.
type Speed struct {
	Threads int     `json:"threads"`
	One     float64 `json:"batch_1"`
	Many    float64 `json:"batched"`
}

// turn is how long a speed is measured, three times; tests shorten it.
var turn = 200 * time.Millisecond

// speeds measures on 1 and 2 threads, the best of three turns.
func speeds(ctx context.Context, scorer compress.Scorer, t token.Tokenizer, tasks []probe.Task) ([]Speed, error) {
	var long strings.Builder
	for i := 0; long.Len() < 100_000; i++ {
		long.WriteString(tasks[i%len(tasks)].Text + "\n")
	}
	short, many := token.Read(t, []byte(long.String()[:pieceBytes*2])), token.Read(t, []byte(long.String()))
	before := torch.Threads()
	defer torch.SetThreads(before)
	var all []Speed
	for _, threads := range []int{1, 2} {
		torch.SetThreads(threads)
		one, err := tokensPerSecond(ctx, scorer, short)
		if err != nil {
			return nil, err
		}
		batched, err := tokensPerSecond(ctx, scorer, many)
		if err != nil {
			return nil, err
		}
		all = append(all, Speed{threads, one, batched})
	}
	return all, nil
}

func tokensPerSecond(ctx context.Context, scorer compress.Scorer, text token.Text) (best float64, err error) {
	for range 3 {
		n, begun := 0, time.Now()
		for time.Since(begun) < turn {
			if _, err := scorer.Score(ctx, text, 0.5); err != nil {
				return 0, err
			}
			n += len(text.Tokens)
		}
		best = math.Max(best, float64(n)/time.Since(begun).Seconds())
	}
	return best, nil
}
