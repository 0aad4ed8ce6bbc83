package transformer

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/project-sputnik/sputnik/torch"
)

// Importance is what the parts of a model's layers matter to what it was asked, in nats squared: each group of heads, a
// key-value head with the queries that share it, and each neuron of the feed-forward part.
type Importance struct{ Groups, Neurons [][]float64 } // [layer][group or neuron]

// Fisher measures the diagonal of the empirical Fisher information of a gate on each part of a Llama's layers (arXiv
// 1801.05787): the mean square of the loss's derivative with respect to a factor, 1, on what the part adds to the residual
// stream.
type Fisher struct {
	model *Model
	sum   Importance
	seen  int
}

// prunable says why no parts of a model can be told apart.
func (c Config) prunable() error {
	if c.Family != Llama {
		return fmt.Errorf("prune a %s model: only those of the %s family can be", c.Family, Llama)
	}
	return nil
}

// NewFisher has gradients collected for the model's weights from now on.
func NewFisher(m *Model) (*Fisher, error) {
	if err := m.Config.prunable(); err != nil {
		return nil, err
	}
	f := &Fisher{model: m}
	for i := range m.Config.Layers {
		shape := m.Config.layer(i)
		f.sum.Groups = append(f.sum.Groups, make([]float64, shape.KVHeads))
		f.sum.Neurons = append(f.sum.Neurons, make([]float64, shape.FeedForward))
	}
	return f, torch.Do(func(*torch.Scope) error {
		for i := range m.Config.Layers {
			torch.RequireGrad(m.weights[llamaWeight(i, attentionOut)])
			torch.RequireGrad(m.weights[llamaWeight(i, feedForwardOut)])
		}
		return nil
	})
}

// Add takes one example into account, of which loss makes a graph. A part's gate scales its columns of the matrix that
// adds it to the residual stream, so the gate's derivative is the sum of those columns times their own.
func (f *Fisher) Add(loss func(s *torch.Scope) torch.Tensor) error {
	return torch.Do(func(s *torch.Scope) error {
		s.Backward(loss(s))
		slopes := func(w torch.Tensor) []float32 {
			slope := s.SumDim(s.To(s.Mul(s.Detach(w), s.Grad(w)), torch.Float32), 0)
			torch.ClearGrad(w)
			return torch.Values[float32](s, s.Detach(slope))
		}
		for i := range f.sum.Groups {
			addSquares(f.sum.Groups[i], slopes(f.model.weights[llamaWeight(i, attentionOut)]))
			addSquares(f.sum.Neurons[i], slopes(f.model.weights[llamaWeight(i, feedForwardOut)]))
		}
		f.seen++
		return nil
	})
}

// addSquares adds to each part the square of the sum of its slopes, of which every part has as many, side by side.
func addSquares(parts []float64, slopes []float32) {
	each := len(slopes) / len(parts)
	for i := range parts {
		sum := 0.0
		for _, slope := range slopes[i*each : (i+1)*each] {
			sum += float64(slope)
		}
		parts[i] += sum * sum
	}
}

// Importance is the mean over the examples.
func (f *Fisher) Importance() Importance {
	mean := func(sums [][]float64) [][]float64 {
		out := make([][]float64, len(sums))
		for i, layer := range sums {
			for _, sum := range layer {
				out[i] = append(out[i], sum/float64(max(1, f.seen)))
			}
		}
		return out
	}
	return Importance{mean(f.sum.Groups), mean(f.sum.Neurons)}
}

// Prune is the model with a share of its layers' weights: of heads and neurons those that matter most for their size,
// wherever they are, and the best of each layer. The embedding and the norms stay.
func (m *Model) Prune(share float64, by Importance) (*Model, error) {
	if err := m.Config.prunable(); err != nil {
		return nil, err
	}
	if !(share > 0 && share <= 1) {
		return nil, fmt.Errorf("prune to a share of %g; want one above 0 and at most 1", share)
	}
	if err := by.check(m.Config); err != nil {
		return nil, err
	}
	c, cuts := m.Config.narrowed(m.Config.mostImportant(share, by))
	next := 0
	return build(c, m.Kind, func(s *torch.Scope, _ weight) (torch.Tensor, error) {
		w, cut := s.Detach(m.weight(next)), cuts[next]
		next++
		if cut.at == nil {
			return s.Clone(w), nil
		}
		return s.IndexSelect(w, cut.dim, torch.From(s, cut.at, int64(len(cut.at)))), nil
	})
}

// check says whether the importance is of a model's parts.
func (by Importance) check(c Config) error {
	if len(by.Groups) != c.Layers || len(by.Neurons) != c.Layers {
		return fmt.Errorf("importance of %d and %d layers for a model of %d", len(by.Groups), len(by.Neurons), c.Layers)
	}
	for i := range c.Layers {
		if shape := c.layer(i); len(by.Groups[i]) != shape.KVHeads || len(by.Neurons[i]) != shape.FeedForward {
			return fmt.Errorf("importance of %d groups of heads and %d neurons for layer %d, which has %d and %d",
				len(by.Groups[i]), len(by.Neurons[i]), i, shape.KVHeads, shape.FeedForward)
		}
		for _, worth := range slices.Concat(by.Groups[i], by.Neurons[i]) {
			if !(worth >= 0) || math.IsInf(worth, 1) {
				return fmt.Errorf("importance of a part of layer %d is %g", i, worth)
			}
		}
	}
	return nil
}

// cut is the places of a weight that stay, along one of its dimensions.
type cut struct {
	dim int
	at  []int64
}

// narrowed is the shape of a model of which only some parts are kept, and how its weights are cut, by their place in the
// layout.
func (c Config) narrowed(kept parts) (Config, map[int]cut) {
	shapes, cuts := make([]LayerShape, c.Layers), map[int]cut{}
	sharing := c.Heads / c.KVHeads
	for i := range shapes {
		was, groups, neurons := c.layer(i), kept.groups[i], kept.neurons[i]
		queries := rows(groups, sharing*c.HeadDim, 0)
		keys, values := rows(groups, c.HeadDim, was.Heads*c.HeadDim), rows(groups, c.HeadDim, (was.Heads+was.KVHeads)*c.HeadDim)
		cuts[llamaWeight(i, attentionIn)] = cut{0, slices.Concat(queries, keys, values)}
		cuts[llamaWeight(i, attentionOut)] = cut{1, queries}
		cuts[llamaWeight(i, feedForwardIn)] = cut{0, slices.Concat(rows(neurons, 1, 0), rows(neurons, 1, was.FeedForward))}
		cuts[llamaWeight(i, feedForwardOut)] = cut{1, rows(neurons, 1, 0)}
		shapes[i] = LayerShape{len(groups) * sharing, len(groups), len(neurons)}
	}
	c.Pruned = shapes
	return c, cuts
}

// rows are those of some blocks of a size, the first of which begins at start.
func rows(blocks []int, size, start int) []int64 {
	var all []int64
	for _, b := range blocks {
		for i := range size {
			all = append(all, int64(start+b*size+i))
		}
	}
	return all
}

// parts are those that are kept of each layer, in order.
type parts struct{ groups, neurons [][]int }

// mostImportant is greedy: part by part by importance for a weight, as long as there is room.
func (c Config) mostImportant(share float64, by Importance) parts {
	type part struct {
		layer, at int
		group     bool
		worth     float64 // for a weight; of the best of its kind in its layer, which stays, infinite
	}
	groupSize, neuronSize := (2*c.Heads/c.KVHeads+2)*c.HeadDim*c.Width, 3*c.Width
	var all []part
	add := func(layer int, group bool, size int, importance []float64) {
		best := slices.Index(importance, slices.Max(importance))
		for at, worth := range importance {
			if at == best {
				worth = math.Inf(1)
			}
			all = append(all, part{layer, at, group, worth / float64(size)})
		}
	}
	size := 0
	for i := range c.Layers {
		add(i, true, groupSize, by.Groups[i])
		add(i, false, neuronSize, by.Neurons[i])
		size += len(by.Groups[i])*groupSize + len(by.Neurons[i])*neuronSize
	}
	slices.SortStableFunc(all, func(a, b part) int { return cmp.Compare(b.worth, a.worth) })
	kept, room := parts{make([][]int, c.Layers), make([][]int, c.Layers)}, int(share*float64(size))
	for _, p := range all {
		where, takes := kept.neurons, neuronSize
		if p.group {
			where, takes = kept.groups, groupSize
		}
		if takes > room && !math.IsInf(p.worth, 1) {
			continue
		}
		room -= takes
		where[p.layer] = append(where[p.layer], p.at)
	}
	for i := range c.Layers {
		slices.Sort(kept.groups[i])
		slices.Sort(kept.neurons[i])
	}
	return kept
}
