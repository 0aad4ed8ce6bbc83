//go:build cgo

package transformer_test

import (
	"math"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer"
)

// parameter is a weight of a model, by its name.
func parameter(t *testing.T, m *transformer.Model, name string) torch.Tensor {
	t.Helper()
	for _, p := range m.Parameters() {
		if p.Name == name {
			return p.Tensor
		}
	}
	t.Fatalf("no weight %s", name)
	return torch.Tensor{}
}

const (
	attentionOut   = "model.layers.1.self_attn.o_proj.weight" // [48, 48]: two groups of three heads of 8
	feedForwardOut = "model.layers.1.mlp.down_proj.weight"    // [48, 80]
)

// scaleColumns multiplies columns of a weight.
func scaleColumns(t *testing.T, m *transformer.Model, name string, from, n int, by float32) {
	t.Helper()
	err := torch.NoGrad(func(s *torch.Scope) error {
		w := parameter(t, m, name)
		factors := make([]float32, w.Size(1))
		for i := range factors {
			factors[i] = 1
			if i >= from && i < from+n {
				factors[i] = by
			}
		}
		return torch.CopyInto(w, s.Mul(w, torch.From(s, factors, 1, int64(len(factors)))))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// even is importance of 1 for all parts of a model.
func even(m *transformer.Model) (by transformer.Importance) {
	for range m.Config.Layers {
		by.Groups = append(by.Groups, slices.Repeat([]float64{1}, m.Config.KVHeads))
		by.Neurons = append(by.Neurons, slices.Repeat([]float64{1}, m.Config.FeedForward))
	}
	return by
}

func pruned(t *testing.T, m *transformer.Model, share float64, by transformer.Importance) *transformer.Model {
	t.Helper()
	small, err := m.Prune(share, by)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(small.Close)
	return small
}

// logits are a batch's by every way through a model: the fused pass, the graph, and what sequences that share beginnings cost.
func logits(t *testing.T, m *transformer.Model) (all []float32) {
	t.Helper()
	ids := []int64{5, 9, 31, 2, 77, 40}
	all = fused(t, m, ids, []int64{0}, 1, len(ids))
	err := torch.Do(func(s *torch.Scope) error {
		hidden := m.Graph(s, transformer.Context{IDs: torch.From(s, ids, 1, int64(len(ids)))})
		all = append(all, torch.Values[float32](s, s.Detach(m.Logits(s, hidden)))...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	losses, err := m.Losses(t.Context(), []transformer.Sequence{
		{Prompt: []int32{5, 9, 31}, Target: []int32{2, 77}}, {Prompt: []int32{5, 9, 31, 8}, Target: []int32{40}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, loss := range losses {
		for _, nats := range loss {
			all = append(all, float32(nats))
		}
	}
	return all
}

func TestPartsThatAddNothingArePrunedWithoutLoss(t *testing.T) {
	m := load(t, "testdata/tiny-llama")
	by := even(m)
	scaleColumns(t, m, attentionOut, 24, 24, 0)
	by.Groups[1][1] = 0
	scaleColumns(t, m, feedForwardOut, 10, 30, 0)
	for i := 10; i < 40; i++ {
		by.Neurons[1][i] = 0
	}
	group, neuron := (2*3+2)*8*48, 3*48
	all := 3 * (2*group + 80*neuron)
	small := pruned(t, m, float64(all-group-30*neuron)/float64(all), by)
	if got, want := m.Size()-small.Size(), int64(group+30*neuron); got != want {
		t.Errorf("%d parameters fewer, want %d", got, want)
	}
	if want := (transformer.LayerShape{Heads: 3, KVHeads: 1, FeedForward: 50}); small.Config.Pruned[1] != want {
		t.Errorf("the layer is %+v, want %+v", small.Config.Pruned[1], want)
	}
	want := logits(t, m)
	if d := difference(logits(t, small), want); d > tolerance {
		t.Errorf("off by %.2g", d)
	}
	dir := t.TempDir()
	if err := small.Save(dir); err != nil {
		t.Fatal(err)
	}
	if d := difference(logits(t, load(t, dir)), want); d > tolerance {
		t.Errorf("saved and loaded: off by %.2g", d)
	}
}

func TestAPrunedModelLosesLayersAndPartsAgain(t *testing.T) {
	m := load(t, "testdata/tiny-llama")
	dir := t.TempDir()
	by := even(m)
	by.Neurons[2][0] = 3 // the shapes differ
	by.Groups[0][1] = 7
	small := pruned(t, m, 0.6, by)
	if err := small.Save(dir); err != nil {
		t.Fatal(err)
	}
	fewer, err := transformer.Load(dir, transformer.Options{Without: []int{0}})
	if err != nil {
		t.Fatal(err)
	}
	defer fewer.Close()
	if got, want := fewer.Config.Pruned, small.Config.Pruned[1:]; !slices.Equal(got, want) {
		t.Errorf("layers %+v, want %+v", got, want)
	}
	again, err := transformer.NewFisher(small)
	if err != nil {
		t.Fatal(err)
	}
	if got := pruned(t, small, 0.5, again.Importance()).Size(); got >= small.Size() {
		t.Errorf("%d parameters, want fewer than %d", got, small.Size())
	}
}

// However little is kept, every layer has a group of heads and a neuron, its best.
func TestEveryLayerKeepsItsBestParts(t *testing.T) {
	m := load(t, "testdata/tiny-llama")
	by := even(m)
	by.Groups[2][1], by.Neurons[2][33] = 1e-3, 1e-3
	by.Groups[2][0], by.Neurons[2] = 0, slices.Repeat([]float64{0}, 80)
	by.Neurons[2][33] = 1e-9
	small := pruned(t, m, 1e-6, by)
	for i, layer := range small.Config.Pruned {
		if layer != (transformer.LayerShape{Heads: 3, KVHeads: 1, FeedForward: 1}) {
			t.Errorf("layer %d is %+v", i, layer)
		}
	}
	column := func(m *transformer.Model, at int64) (v []float32) {
		err := torch.NoGrad(func(s *torch.Scope) error {
			v = torch.Values[float32](s, s.Contiguous(s.Narrow(parameter(t, m, "model.layers.2.mlp.down_proj.weight"), 1, at, 1)))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if !slices.Equal(column(small, 0), column(m, 33)) {
		t.Error("another neuron stayed")
	}
}

func TestImportanceIsTheMeanSquareOfAGatesSlope(t *testing.T) {
	m := load(t, "testdata/tiny-llama")
	texts := [][]int64{{5, 9, 31, 2}, {77, 40, 3, 8}}
	loss := func(s *torch.Scope, ids []int64) torch.Tensor {
		hidden := m.Graph(s, transformer.Context{IDs: torch.From(s, ids[:3], 1, 3)})
		return s.Sum(s.CrossEntropy(s.Reshape(m.Logits(s, hidden), 3, 101), torch.From(s, ids[1:], 3)))
	}
	fisher, err := transformer.NewFisher(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, ids := range texts {
		if err := fisher.Add(func(s *torch.Scope) torch.Tensor { return loss(s, ids) }); err != nil {
			t.Fatal(err)
		}
	}
	by := fisher.Importance()
	const step = 1e-2
	at := func(ids []int64, weight string, from, n int, gate float32) (nats float64) {
		scaleColumns(t, m, weight, from, n, gate)
		if err := torch.Do(func(s *torch.Scope) error { nats = s.Item(loss(s, ids)); return nil }); err != nil {
			t.Fatal(err)
		}
		scaleColumns(t, m, weight, from, n, 1/gate)
		return nats
	}
	for _, part := range []struct {
		weight  string
		from, n int
		got     float64
	}{
		{attentionOut, 0, 24, by.Groups[1][0]}, {attentionOut, 24, 24, by.Groups[1][1]},
		{feedForwardOut, 0, 1, by.Neurons[1][0]}, {feedForwardOut, 41, 1, by.Neurons[1][41]},
	} {
		want := 0.0
		for _, ids := range texts {
			slope := (at(ids, part.weight, part.from, part.n, 1+step) - at(ids, part.weight, part.from, part.n, 1-step)) / (2 * step)
			want += slope * slope / float64(len(texts))
		}
		if math.Abs(part.got-want) > 0.02*want+1e-5 {
			t.Errorf("%s from column %d: %g, want %g", part.weight, part.from, part.got, want)
		}
	}
}

func TestWhatCannotBePrunedIsSaid(t *testing.T) {
	llama, gpt2 := load(t, "testdata/tiny-llama"), load(t, "testdata/tiny-gpt2")
	if _, err := transformer.NewFisher(gpt2); err == nil {
		t.Error("GPT-2's parts were measured")
	}
	for name, prune := range map[string]func() (*transformer.Model, error){
		"GPT-2":              func() (*transformer.Model, error) { return gpt2.Prune(0.5, even(gpt2)) },
		"to nothing":         func() (*transformer.Model, error) { return llama.Prune(0, even(llama)) },
		"to more than all":   func() (*transformer.Model, error) { return llama.Prune(1.5, even(llama)) },
		"to no number":       func() (*transformer.Model, error) { return llama.Prune(math.NaN(), even(llama)) },
		"by no importance":   func() (*transformer.Model, error) { return llama.Prune(0.5, transformer.Importance{}) },
		"by another model's": func() (*transformer.Model, error) { return llama.Prune(0.5, even(gpt2)) },
		"by what is no number": func() (*transformer.Model, error) {
			by := even(llama)
			by.Neurons[0][0] = math.NaN()
			return llama.Prune(0.5, by)
		},
	} {
		if m, err := prune(); err == nil {
			m.Close()
			t.Errorf("%s: it was pruned", name)
		}
	}
}

func TestAPrunedShapeThatCannotBeIsSaid(t *testing.T) {
	good := transformer.LayerShape{Heads: 3, KVHeads: 1, FeedForward: 4}
	for name, layers := range map[string][]transformer.LayerShape{
		"a layer too few":       {good, good},
		"no heads":              {good, good, {0, 0, 4}},
		"no neurons":            {good, good, {3, 1, 0}},
		"heads of other groups": {good, good, {4, 2, 4}},
	} {
		c := load(t, "testdata/tiny-llama").Config
		if c.Pruned = layers; c.Check() == nil {
			t.Errorf("%s: nothing was said", name)
		}
	}
}
