package distill

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
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
	views     []view // the whole by its reader first
	bootstrap probe.Bootstrap
}

// losses are those of every document with what a scorer keeps, [rate][document]: a reader's, how many of its answers do not
// stand any more, which is the same where there is no reader, and what share of their words does not.
type losses struct{ read, stand, words [][]float64 }

// A view is some of a bench's documents by one of its measures.
type view struct {
	name   string
	docs   probe.Documents
	losses func(losses) [][]float64
}

func newBench(ctx context.Context, reader probe.Reader, t token.Tokenizer, tasks []probe.Task, rates []float64, seed int64) (*bench, error) {
	b := &bench{reader: reader, tokenizer: t, tasks: tasks, rates: rates, bootstrap: probe.Bootstrap{Seed: seed}}
	nothing, whole := make([]string, len(tasks)), make([]string, len(tasks))
	for i, task := range tasks {
		b.texts, whole[i] = append(b.texts, token.Read(t, []byte(task.Text))), task.Text
	}
	none, err := b.read(ctx, nothing)
	if err != nil {
		return nil, err
	}
	full, err := b.read(ctx, whole)
	if err != nil {
		return nil, err
	}
	b.views = []view{{"", probe.Documents{None: none.read[0], Full: full.read[0]}, func(l losses) [][]float64 { return l.read }}}
	if reader != (probe.Standing{}) {
		b.views = append(b.views, view{answersStand, probe.Documents{None: none.stand[0], Full: full.stand[0]}, func(l losses) [][]float64 { return l.stand }})
	}
	b.views = append(b.views, view{answersWords, probe.Documents{None: none.words[0], Full: full.words[0]}, func(l losses) [][]float64 { return l.words }})
	b.addSources()
	return b, nil
}

// addSources views the documents of each source by itself, where there are several.
func (b *bench) addSources() {
	of := map[string][]int{}
	for i, task := range b.tasks {
		of[task.Source] = append(of[task.Source], i)
	}
	for _, source := range slices.Sorted(maps.Keys(of)) {
		if in := of[source]; len(of) > 1 && len(in) > 1 {
			all := b.views[0]
			b.views = append(b.views, view{source, probe.Documents{None: pick(all.docs.None, in), Full: pick(all.docs.Full, in)}, func(l losses) (some [][]float64) {
				for _, each := range l.read {
					some = append(some, pick(each, in))
				}
				return some
			}})
		}
	}
}

func pick(values []float64, in []int) []float64 {
	out := make([]float64, len(in))
	for i, at := range in {
		out[i] = values[at]
	}
	return out
}

// losses are those of every document with what a scorer keeps.
func (b *bench) losses(ctx context.Context, scorer func(document int) compress.Scorer) (all losses, err error) {
	for _, rate := range b.rates {
		kept := make([]string, len(b.texts))
		for i, text := range b.texts {
			scores, err := scorer(i).Score(ctx, text, rate)
			if err != nil {
				return all, fmt.Errorf("measure: %w", err)
			}
			units := env.Select(scores, text.Units, env.Budget(len(text.Tokens), rate), nil)
			kept[i] = string(text.Kept(env.TokenMask(units, text.Units, len(text.Tokens))))
		}
		one, err := b.read(ctx, kept)
		if err != nil {
			return all, err
		}
		all.read, all.stand, all.words = append(all.read, one.read...), append(all.stand, one.stand...), append(all.words, one.words...)
	}
	return all, nil
}

// read puts the probes to the reader, which sees contexts, and looks for their answers in them.
func (b *bench) read(ctx context.Context, contexts []string) (l losses, err error) {
	stand, err := probe.Read(ctx, probe.Standing{}, b.tasks, contexts)
	if err != nil {
		return l, err
	}
	words, err := probe.Read(ctx, probe.Standing{ByWords: true}, b.tasks, contexts)
	if err != nil {
		return l, err
	}
	l.stand, l.words = [][]float64{probe.Sum(stand)}, [][]float64{probe.Sum(words)}
	if b.reader == (probe.Standing{}) {
		l.read = l.stand
		return l, nil
	}
	read, err := probe.Read(ctx, b.reader, b.tasks, contexts)
	l.read = [][]float64{probe.Sum(read)}
	return l, err
}

// area is the mean height of F over the rates, by trapezoids, of documents that count as often as weights say.
func (b *bench) area(v view, l losses, weights []int) (float64, bool) {
	sum, before := 0.0, 0.0
	for r, each := range v.losses(l) {
		f, ok := v.docs.Share(each, weights)
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
func (b *bench) retention(v view, l, first, random losses) (probe.Interval, error) {
	return b.bootstrap.Interval(len(v.docs.None), func(weights []int) (float64, bool) {
		x, ok1 := b.area(v, l, weights)
		y, ok2 := b.area(v, first, weights)
		z, ok3 := b.area(v, random, weights)
		return (x - z) / (y - z), ok1 && ok2 && ok3 && math.Abs(y-z) > 1e-9
	})
}

// mean of several trainings' losses: a document's loss is the mean of theirs.
func mean(each []losses) (out losses) {
	var read, stand, words [][][]float64
	for _, l := range each {
		read, stand, words = append(read, l.read), append(stand, l.stand), append(words, l.words)
	}
	return losses{meanOf(read), meanOf(stand), meanOf(words)}
}

func meanOf(each [][][]float64) [][]float64 {
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

// Speeds measures a scorer on 1 and 2 threads, the best of three turns each, on the texts of tasks.
func Speeds(ctx context.Context, scorer compress.Scorer, t token.Tokenizer, tasks []probe.Task) ([]Speed, error) {
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
