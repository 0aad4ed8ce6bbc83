//go:build cgo

package encoder_test

import (
	"encoding/binary"
	"math"
	"path/filepath"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/safetensors"
	"github.com/project-sputnik/sputnik/torch/torchtest"
	"github.com/project-sputnik/sputnik/transformer/encoder"
)

func TestMain(m *testing.M) { torchtest.Main(m) }

// Every family, and every way in which weights are named and stored.
var tiny = []string{"tiny-bert", "tiny-bert-bin", "tiny-roberta", "tiny-xlm-roberta", "tiny-distilbert"}

// fixture is what make_fixtures.py wrote of a padded batch.
type fixture struct {
	*safetensors.File
	shape     []int64 // batch, length, width
	ids, mask []int64
}

func readFixture(t *testing.T, dir string) fixture {
	t.Helper()
	file, err := safetensors.Open(filepath.Join(dir, "fixture.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	f := fixture{File: file}
	_, f.shape = f.floats(t, "hidden")
	f.ids, f.mask = f.int64s(t, "ids"), f.int64s(t, "mask")
	return f
}

func (f fixture) floats(t *testing.T, name string) ([]float32, []int64) {
	t.Helper()
	values, shape, err := f.Float32s(name)
	if err != nil {
		t.Fatal(err)
	}
	return values, shape
}

func (f fixture) int64s(t *testing.T, name string) []int64 {
	t.Helper()
	raw, err := f.Bytes(name)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]int64, len(raw)/8)
	for i := range out {
		out[i] = int64(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return out
}

// inputs are the batch as tensors.
func (f fixture) inputs(s *torch.Scope) (ids, mask torch.Tensor) {
	return torch.From(s, f.ids, f.shape[0], f.shape[1]), torch.From(s, f.mask, f.shape[0], f.shape[1])
}

// tokens zeroes what belongs to padding: x [batch, length, width].
func (f fixture) tokens(s *torch.Scope, x torch.Tensor) torch.Tensor {
	_, mask := f.inputs(s)
	return s.Mul(x, s.Unsqueeze(s.To(mask, torch.Float32), -1))
}

// compare fails unless got is the tensor of that name; tolerance is relative to its largest element, if above 1. Sums are
// taken in another order than the reference's.
func (f fixture) compare(t *testing.T, name string, got []float32, tolerance float64) {
	t.Helper()
	want, _ := f.floats(t, name)
	scale := 1.0
	for _, v := range want {
		scale = max(scale, math.Abs(float64(v)))
	}
	worst := furthest(got, want) / scale
	if t.Logf("%s: off by %.2g", name, worst); !(worst <= tolerance) {
		t.Errorf("%s is off by %v", name, worst)
	}
}

// furthest is the largest difference of an element.
func furthest(got, want []float32) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	worst := 0.0
	for i := range want {
		d := math.Abs(float64(got[i]) - float64(want[i]))
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		worst = max(worst, d)
	}
	return worst
}

func load(t *testing.T, name string) *encoder.Model {
	t.Helper()
	m, err := encoder.Load(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func TestPaddedBatchesHaveTheReferencesHiddenStates(t *testing.T) {
	for _, name := range tiny {
		t.Run(name, func(t *testing.T) {
			m, f := load(t, name), readFixture(t, filepath.Join("testdata", name))
			err := torch.NoGrad(func(s *torch.Scope) error {
				ids, mask := f.inputs(s)
				f.compare(t, "hidden", torch.Values[float32](s, f.tokens(s, m.Hidden(s, ids, mask))), 1e-5)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestARowWithoutPaddingNeedsNoMask(t *testing.T) {
	m, f := load(t, "tiny-roberta"), readFixture(t, "testdata/tiny-roberta")
	err := torch.NoGrad(func(s *torch.Scope) error {
		length, width := f.shape[1], f.shape[2]
		got := torch.Values[float32](s, m.Hidden(s, torch.From(s, f.ids[:length], 1, length), torch.Tensor{}))
		want, _ := f.floats(t, "hidden")
		if d := furthest(got, want[:length*width]); d > 1e-5 {
			t.Errorf("off by %v", d)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestATraceHasTheReferencesAttentionAndGradient(t *testing.T) {
	for _, name := range tiny {
		t.Run(name, func(t *testing.T) {
			m, f := load(t, name), readFixture(t, filepath.Join("testdata", name))
			err := torch.Do(func(s *torch.Scope) error {
				ids, mask := f.inputs(s)
				words := torch.RequireGrad(s.Detach(m.Words(s, ids)))
				hidden, attention := m.Trace(s, words, mask)
				f.compare(t, "hidden", torch.Values[float32](s, f.tokens(s, hidden)), 1e-5)

				tokens := s.To(mask, torch.Float32)
				readers, read := s.Reshape(tokens, f.shape[0], 1, f.shape[1], 1), s.Reshape(tokens, f.shape[0], 1, 1, f.shape[1])
				all := s.Mul(s.Mul(s.Stack(0, attention...), readers), read)
				f.compare(t, "attention", torch.Values[float32](s, all), 1e-5)

				direction, shape := f.floats(t, "direction")
				s.Backward(s.Sum(s.Mul(f.tokens(s, hidden), torch.From(s, direction, shape...))))
				f.compare(t, "gradient", torch.Values[float32](s, s.Grad(words)), 1e-5)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
