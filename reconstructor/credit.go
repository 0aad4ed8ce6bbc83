package reconstructor

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer"
)

// droppedGate is the gate of a token that a mask drops. It is above 0 because the loss is differentiated with respect to
// it: log(.02) added to an attention score leaves next to nothing of the token, and a gradient.
const droppedGate = 0.02

// Credits reads a task's probes behind masks of its text, with a gate on every unit in place of removal: the logarithm of
// the gate is added to the attention that its tokens get (1 kept, .02 dropped), and positions count kept tokens only, so
// that the reading is next to that of the kept text alone. units are byte spans of the task's text in order, masks
// [mask][unit].
//
// It returns the losses [mask][probe], and credits [mask][unit]: minus the derivative of the sum of the probes' losses, in
// nats a target token, with respect to the unit's gate: what keeping it is worth, to first order. One backward pass
// credits every unit at once.
func (r *Reconstructor) Credits(ctx context.Context, task probe.Task, units []probe.Span, masks [][]bool) (losses [][]probe.Loss, credits [][]float64, err error) {
	if len(task.Probes) == 0 {
		return make([][]probe.Loss, len(masks)), make([][]float64, len(masks)), nil
	}
	g, err := r.gated(task, units)
	if err != nil {
		return nil, nil, fmt.Errorf("credit %s: %w", task.ID, err)
	}
	for _, mask := range masks {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		loss, credit, err := r.credit(g, mask)
		if err != nil {
			return nil, nil, fmt.Errorf("credit %s: %w", task.ID, err)
		}
		losses, credits = append(losses, loss), append(credits, credit)
	}
	return losses, credits, nil
}

// gated is one row of tokens: what comes before the text and the text, then the rest of every probe's reading, which sees
// the text and itself.
type gated struct {
	ids     []int64
	unit    []int // of each token, -1 where none is
	branch  []int // 0 before and in the text, n in the n-th probe's part
	places  []int64
	targets []int64
	lengths []int // target tokens of each probe
	units   int
}

func (r *Reconstructor) gated(task probe.Task, units []probe.Span) (*gated, error) {
	g := &gated{units: len(units)}
	for i, p := range task.Probes {
		q := r.sequence(probe.Reading{Context: task.Text, Probe: p})
		prompt := r.tokenizer.Decode(q.Prompt)
		start := bytes.Index(prompt, []byte(task.Text))
		if start < 0 {
			return nil, fmt.Errorf("the prompt of probe %d does not hold the text", i+1)
		}
		tokens := r.tokenizer.Encode(nil, prompt)
		behind := slices.IndexFunc(tokens, func(t token.Token) bool { return int(t.Start) >= start+len(task.Text) })
		if behind < 0 {
			behind = len(tokens)
		}
		if i == 0 {
			g.addText(tokens[:behind], start, units)
		}
		g.addProbe(token.IDs(nil, tokens[behind:]), q.Target, i+1)
	}
	if longest := r.model.Config.Positions; len(g.ids) > longest {
		return nil, fmt.Errorf("%d tokens with all probes; the model has %d positions", len(g.ids), longest)
	}
	return g, nil
}

func (g *gated) add(id int64, unit, branch int) {
	g.ids, g.unit, g.branch = append(g.ids, id), append(g.unit, unit), append(g.branch, branch)
}

// addText gives each token that ends behind start, where the text begins, the unit that it ends in.
func (g *gated) addText(tokens []token.Token, start int, units []probe.Span) {
	at := 0
	for _, t := range tokens {
		if int(t.End) <= start {
			g.add(int64(t.ID), -1, 0)
			continue
		}
		for at+1 < len(units) && units[at].End < int(t.End)-start {
			at++
		}
		g.add(int64(t.ID), at, 0)
	}
}

func (g *gated) addProbe(behind, target []int32, branch int) {
	for _, id := range behind {
		g.add(int64(id), -1, branch)
	}
	for i, id := range target {
		g.places, g.targets = append(g.places, int64(len(g.ids)-1)), append(g.targets, int64(id))
		if i+1 < len(target) {
			g.add(int64(id), -1, branch)
		}
	}
	g.lengths = append(g.lengths, len(target))
}

// positions count the kept tokens before each; every probe's part goes on from the text's end.
func (g *gated) positions(mask []bool) []int64 {
	positions := make([]int64, len(g.ids))
	next, textEnd, branch := int64(0), int64(0), 0
	for i := range g.ids {
		if g.branch[i] != branch {
			if branch == 0 {
				textEnd = next
			}
			branch, next = g.branch[i], textEnd
		}
		positions[i] = next
		if u := g.unit[i]; u < 0 || mask[u] {
			next++
		}
	}
	return positions
}

// sees is the attention bias without gates [length, length]: 0 where the row's token may look, minus infinity elsewhere.
func (g *gated) sees() []float32 {
	n := len(g.ids)
	bias := make([]float32, n*n)
	for i := range n {
		for j := range n {
			if j > i || g.branch[j] != 0 && g.branch[j] != g.branch[i] {
				bias[i*n+j] = float32(math.Inf(-1))
			}
		}
	}
	return bias
}

// gates are the logarithms of each token's gate.
func (g *gated) gates(mask []bool) []float32 {
	logs := make([]float32, len(g.ids))
	for i, u := range g.unit {
		if u >= 0 && !mask[u] {
			logs[i] = float32(math.Log(droppedGate))
		}
	}
	return logs
}

// weights make the sum over all targets the sum over probes of their mean loss.
func (g *gated) weights() []float32 {
	var all []float32
	for _, n := range g.lengths {
		for range n {
			all = append(all, 1/float32(n))
		}
	}
	return all
}

func (r *Reconstructor) credit(g *gated, mask []bool) (losses []probe.Loss, credit []float64, err error) {
	var nats, slopes []float32
	err = torch.Do(func(s *torch.Scope) error {
		logs := torch.RequireGrad(torch.From(s, g.gates(mask), 1, int64(len(g.ids))))
		each := r.gatedNats(s, g, logs, g.positions(mask))
		s.Backward(s.Sum(s.Mul(each, torch.From(s, g.weights(), int64(len(g.targets))))))
		nats, slopes = torch.Values[float32](s, s.Detach(each)), torch.Values[float32](s, s.Grad(logs))
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return g.losses(nats), g.credits(slopes, mask), nil
}

// gatedNats is what every target token costs behind gates whose logarithms are logs [1, length].
func (r *Reconstructor) gatedNats(s *torch.Scope, g *gated, logs torch.Tensor, positions []int64) torch.Tensor {
	n := int64(len(g.ids))
	bias := s.Add(torch.From(s, g.sees(), n, n), logs)
	hidden := r.model.Graph(s, transformer.Context{
		IDs: torch.From(s, g.ids, 1, n), Positions: torch.From(s, positions, 1, n),
		Bias: s.To(s.Reshape(bias, 1, 1, n, n), r.model.Kind), Frozen: true,
	})
	picked := s.IndexSelect(s.Reshape(hidden, n, int64(r.model.Config.Width)), 0, torch.From(s, g.places, int64(len(g.places))))
	logits := s.LogSoftmax(s.To(r.model.FrozenLogits(s, picked), torch.Float32), -1)
	return s.Neg(s.Squeeze(s.Gather(logits, 1, torch.From(s, g.targets, int64(len(g.targets)), 1)), -1))
}

func (g *gated) losses(nats []float32) []probe.Loss {
	losses := make([]probe.Loss, len(g.lengths))
	for i, n := range g.lengths {
		losses[i].Tokens = n
		for _, v := range nats[:n] {
			losses[i].Nats += float64(v)
		}
		nats = nats[n:]
	}
	return losses
}

// credits turn slopes in the logarithms of tokens' gates into slopes in units' gates: d/dg = (d/d log g) / g.
func (g *gated) credits(slopes []float32, mask []bool) []float64 {
	credits := make([]float64, g.units)
	for i, u := range g.unit {
		if u < 0 {
			continue
		}
		gate := 1.0
		if !mask[u] {
			gate = droppedGate
		}
		credits[u] -= float64(slopes[i]) / gate
	}
	return credits
}
