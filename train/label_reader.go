package train

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// byTold asks a reader how many nats the text tells it about each token of an answer, over the length of the answer.
type byTold struct{ reader teller }

// teller is a reader that says what a text tells it about each token of a target, as spans of the target.
type teller interface {
	Told(ctx context.Context, tasks []probe.Task) ([][][]probe.Label, error)
}

func (b byTold) label(ctx context.Context, t task) ([]float32, error) {
	told, err := b.reader.Told(ctx, []probe.Task{t.Task})
	if err != nil {
		return nil, err
	}
	worth := make([]float32, len(t.text.Tokens))
	for p, labels := range told[0] {
		answer, found := probe.First(t.Text, t.Probes[p].Target)
		if !found {
			continue
		}
		for _, l := range labels {
			for _, i := range overlapping(t.text.Tokens, probe.Span{Start: answer.Start + l.Start, End: answer.Start + l.End}) {
				raise(worth, i, l.Worth/float64(len(labels))/fullTold)
			}
		}
	}
	return worth, nil
}

// byGate averages a reader's credits over random masks: what keeping a word is worth to first order, whether it answers
// or helps to find the answer. A word's credit is spread over its tokens, as they all have to be paid for.
type byGate struct {
	reader crediter
	masks  int
	random func(t task) *rand.Rand
}

func (b byGate) label(ctx context.Context, t task) ([]float32, error) {
	random, masks := b.random(t), make([][]bool, b.masks)
	for m := range masks {
		masks[m] = randomUnits(t.text, labelRates, random)
	}
	_, credits, err := b.reader.Credits(ctx, t.Task, spans(t.text), masks)
	if err != nil {
		return nil, err
	}
	mean := make([]float64, len(t.text.Units))
	for _, each := range credits {
		for u, credit := range each {
			mean[u] += credit / float64(b.masks*len(t.Probes))
		}
	}
	return unitWorth(t.text, mean), nil
}

// labelRates bound the share of tokens that the masks keep which labels are taken at.
var labelRates = rates{0.3, 0.7}

// randomUnits keeps units in a random order down to a random rate.
func randomUnits(text token.Text, r rates, random *rand.Rand) []bool {
	scores := make([]float32, len(text.Units))
	for u := range scores {
		scores[u] = random.Float32()
	}
	rate := r.low + (r.high-r.low)*random.Float64()
	return env.Choose(scores, env.UnitSizes(nil, text.Units), env.Budget(len(text.Tokens), rate), nil)
}

// unitWorth spreads what units are worth, in nats a probe, over their tokens.
func unitWorth(text token.Text, nats []float64) []float32 {
	worth := make([]float32, len(text.Tokens))
	for u, unit := range text.Units {
		for i := unit.First; i < unit.End; i++ {
			raise(worth, int(i), max(0, nats[u])/float64(unit.End-unit.First)/fullTold)
		}
	}
	return worth
}

// byBestMask reads random masks at a rate in the middle and labels what the best of them kept: 1 for what it keeps.
type byBestMask struct {
	reader probe.Reader
	masks  int
	random func(t task) *rand.Rand
}

func (b byBestMask) label(ctx context.Context, t task) ([]float32, error) {
	random := b.random(t)
	kept, contexts, asked := make([][]bool, b.masks), make([]string, b.masks), make([]probe.Task, b.masks)
	for m := range kept {
		kept[m] = env.TokenMask(randomUnits(t.text, rates{0.5, 0.5}, random), t.text.Units, len(t.text.Tokens))
		contexts[m], asked[m] = string(t.text.Kept(kept[m])), t.Task
	}
	losses, err := probe.Read(ctx, b.reader, asked, contexts)
	if err != nil {
		return nil, err
	}
	best, sums := 0, probe.Sum(losses)
	for m, sum := range sums {
		if sum < sums[best] {
			best = m
		}
	}
	worth := make([]float32, len(t.text.Tokens))
	for i, keep := range kept[best] {
		if keep {
			worth[i] = 1
		}
	}
	return worth, nil
}

// byLeaveOneOut reads the text once without each of its words: what it costs is what the word is worth.
type byLeaveOneOut struct{ reader probe.Reader }

func (b byLeaveOneOut) label(ctx context.Context, t task) ([]float32, error) {
	contexts, asked := []string{t.Text}, []probe.Task{t.Task}
	kept := make([]bool, len(t.text.Tokens))
	for i := range kept {
		kept[i] = true
	}
	for _, unit := range t.text.Units {
		fill(kept[unit.First:unit.End], false)
		contexts, asked = append(contexts, string(t.text.Kept(kept))), append(asked, t.Task)
		fill(kept[unit.First:unit.End], true)
	}
	losses, err := probe.Read(ctx, b.reader, asked, contexts)
	if err != nil {
		return nil, err
	}
	sums := probe.Sum(losses)
	nats := make([]float64, len(t.text.Units))
	for u := range nats {
		nats[u] = (sums[u+1] - sums[0]) / float64(len(t.Probes))
	}
	return unitWorth(t.text, nats), nil
}

func fill(all []bool, value bool) {
	for i := range all {
		all[i] = value
	}
}

// labelMasks are the random masks of a text that gate and best_mask labels are taken at.
const (
	gateMasks = 3
	bestMasks = 16
)

// newLabeller makes the one that is named, on a reader that it alone uses.
func newLabeller(c config.Train, reader labelReader) (labeller, error) {
	random := func(t task) *rand.Rand { return env.Source(c.RandomSeed, len(t.text.Tokens), len(t.Text)) }
	switch c.LabelWith {
	case "told":
		return byTold{reader}, nil
	case "gate":
		return byGate{reader, gateMasks, random}, nil
	case "best_mask":
		return byBestMask{reader, bestMasks, random}, nil
	case "leave_one_out":
		return byLeaveOneOut{reader}, nil
	}
	return nil, fmt.Errorf("label_with %q is not known", c.LabelWith)
}

// labelReader is what labellers with a reader ask.
type labelReader interface {
	probe.Reader
	teller
	crediter
}
