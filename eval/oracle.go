package eval

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// oracleName is what greedy removal by the reader is called among the methods.
const oracleName = "oracle"

// removed is the share of the words that an oracle removes before it asks again: one at a time would take a hundred
// times the readings.
const removed = 0.25

// oracle removes the words that cost the reader least on the very probes that it will be asked: what a scorer could do
// that knew the questions and the reader. It is greedy, so it is no bound.
type oracle struct {
	*Evaluation
	task probe.Task
}

// Oracle is the ceiling as a method.
func (e *Evaluation) Oracle() Method {
	return Method{oracleName, 1, func(d Draw) (compress.Scorer, error) { return oracle{e, d.Task}, nil }}
}

func (oracle) Name() string { return oracleName }

// Score is how late a word was removed. It is the same for every rate, as far down as the lowest.
func (o oracle) Score(ctx context.Context, text token.Text, _ float64) ([]float32, error) {
	alive := make([]int, len(text.Units))
	for u := range alive {
		alive[u] = u
	}
	kept := make([]bool, len(text.Units))
	for u := range kept {
		kept[u] = true
	}
	scores, last := make([]float32, len(text.Tokens)), float32(0)
	budget := env.Budget(len(text.Tokens), slices.Min(o.Rates))
	for done := false; !done; {
		cost, err := o.without(ctx, text, kept, alive)
		if err != nil {
			return nil, err
		}
		order := slices.Clone(alive)
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(cost[a], cost[b]) })
		done = trues(env.TokenMask(kept, text.Units, len(text.Tokens))) <= budget || len(alive) < 4
		n := max(1, int(removed*float64(len(order))))
		if done {
			n = len(order) // what is left is ranked, and none of it goes
		}
		for _, u := range order[:n] {
			last++
			for i := text.Units[u].First; i < text.Units[u].End; i++ {
				scores[i] = last
			}
			kept[u] = false
		}
		alive = slices.DeleteFunc(alive, func(u int) bool { return !kept[u] })
	}
	return scores, nil
}

// without is, for every word that is left, what the reader loses when it alone goes, summed over probes.
func (o oracle) without(ctx context.Context, text token.Text, kept []bool, alive []int) (map[int]float64, error) {
	var readings []probe.Reading
	for _, u := range alive {
		kept[u] = false
		left := string(text.Kept(env.TokenMask(kept, text.Units, len(text.Tokens))))
		kept[u] = true
		for _, p := range o.task.Probes {
			readings = append(readings, probe.Reading{Context: left, Probe: p})
		}
	}
	losses, err := o.losses(ctx, readings)
	if err != nil {
		return nil, err
	}
	cost := map[int]float64{}
	for _, u := range alive {
		for range o.task.Probes {
			cost[u], losses = cost[u]+losses[0].Mean(), losses[1:]
		}
	}
	return cost, nil
}

// ceiling measures the oracle on the first documents, and the other methods on the same, which the journal knows.
func (s *session) ceiling(ctx context.Context) (*Ceiling, error) {
	e := *s.evaluation
	if s.cfg.Oracle == 0 || e.Reader.Reader == nil {
		return nil, nil
	}
	e.Documents = e.Documents[:min(s.cfg.Oracle, len(e.Documents))]
	e.Methods = append(slices.Clone(e.Methods), e.Oracle())
	e.Metrics, e.Answerer, e.Examples, e.BatchSize = nil, nil, 0, 1
	outcomes, err := e.Run(ctx)
	if err != nil {
		return nil, fmt.Errorf("oracle: %w", err)
	}
	r := e.Report(outcomes, -1, s.bootstrap())
	return &Ceiling{Documents: r.Data.Documents, Probes: r.Data.Probes, Methods: r.Methods}, nil
}
