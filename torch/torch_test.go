//go:build cgo

package torch_test

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/torchtest"
)

// Every test of the package must free what it made.
func TestMain(m *testing.M) { torchtest.Main(m) }

func TestWhatAScopeMadeIsFreed(t *testing.T) {
	before := torch.Stats()
	var kept torch.Tensor
	err := torch.Do(func(s *torch.Scope) error {
		a := torch.From(s, []float32{1, 2, 3}, 3)
		for range 100 {
			a = s.Shift(a, 1)
		}
		kept = s.Keep(a)
		return nil
	})
	if err != nil || torch.Stats().Tensors != before.Tensors+1 {
		t.Fatalf("%v, %d tensors live", err, torch.Stats().Tensors-before.Tensors)
	}
	kept.Close()
	kept.Close() // a second time does nothing
	if torch.Stats() != before {
		t.Fatal("the kept tensor was not freed")
	}
}

func TestAFailingOperatorIsAnErrorWithNameAndShapes(t *testing.T) {
	err := torch.Do(func(s *torch.Scope) error {
		s.MatMul(s.Zeros(torch.Float32, 2, 3), s.Zeros(torch.Float32, 4, 5))
		return nil
	})
	var failed *torch.Error
	if !errors.As(err, &failed) || failed.Op != "matmul" {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff([][]int64{{2, 3}, {4, 5}}, failed.Shapes); diff != "" {
		t.Fatal(diff)
	}
	if !strings.Contains(err.Error(), "torch matmul [2 3], [4 5]: ") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("got %q", err)
	}
}

func TestUseAfterFreeIsAnError(t *testing.T) {
	var gone torch.Tensor
	if err := torch.Do(func(s *torch.Scope) error { gone = s.Zeros(torch.Float32, 1); return nil }); err != nil {
		t.Fatal(err)
	}
	err := torch.Do(func(s *torch.Scope) error { s.Neg(gone); return nil })
	if err == nil || !strings.Contains(err.Error(), "freed") {
		t.Fatalf("got %v", err)
	}
}

// square returns sum((scale x)^2) and the gradient of x.
func square(scale float64, values []float32) (loss float64, grad []float32, err error) {
	err = torch.Do(func(s *torch.Scope) error {
		x := torch.RequireGrad(torch.From(s, values, int64(len(values))))
		sum := s.Sum(s.Pow(s.Scale(x, scale), 2))
		s.Backward(sum)
		loss, grad = s.Item(sum), torch.Values[float32](s, s.Grad(x))
		return nil
	})
	return loss, grad, err
}

func TestGoroutinesUnderForcedCollectionsAgree(t *testing.T) {
	values := []float32{1, -2, 3, 0.5}
	wantLoss, wantGrad, err := square(3, values)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for i := range 200 {
				if i%10 == 0 {
					runtime.GC()
				}
				loss, grad, err := square(3, values)
				if err != nil || loss != wantLoss || !cmp.Equal(grad, wantGrad) {
					t.Errorf("forward %d: %v %v %v", i, loss, grad, err)
					return
				}
			}
		})
	}
	wait.Wait()
}

func TestNoGradRecordsNothingAndIsUndone(t *testing.T) {
	err := torch.Do(func(s *torch.Scope) error {
		x := torch.RequireGrad(s.Full(2, torch.Float32, 1))
		inner := torch.NoGrad(func(in *torch.Scope) error { in.Backward(in.Mul(x, x)); return nil })
		if inner == nil {
			t.Error("backward worked without gradients")
		}
		s.Backward(s.Mul(x, x)) // recording is on again
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Composites, each a scalar function of one float64 tensor [2, 6], against central differences.
func TestGradientsAgreeWithFiniteDifferences(t *testing.T) {
	constant := func(s *torch.Scope, shape ...int64) torch.Tensor {
		n := int64(1)
		for _, d := range shape {
			n *= d
		}
		values := make([]float64, n)
		for i := range values {
			values[i] = math.Sin(float64(3*i+1)) / 2
		}
		return torch.From(s, values, shape...)
	}
	composites := map[string]func(s *torch.Scope, x torch.Tensor) torch.Tensor{
		"layer norm": func(s *torch.Scope, x torch.Tensor) torch.Tensor {
			return s.LayerNorm(x, constant(s, 6), constant(s, 6), 1e-5)
		},
		"rms norm":  func(s *torch.Scope, x torch.Tensor) torch.Tensor { return s.RMSNorm(x, constant(s, 6), 1e-5) },
		"gelu":      func(s *torch.Scope, x torch.Tensor) torch.Tensor { return s.GELU(x) },
		"tanh gelu": func(s *torch.Scope, x torch.Tensor) torch.Tensor { return s.GELUTanh(x) },
		"silu":      func(s *torch.Scope, x torch.Tensor) torch.Tensor { return s.SiLU(x) },
		"linear": func(s *torch.Scope, x torch.Tensor) torch.Tensor {
			return s.Linear(x, constant(s, 4, 6), constant(s, 4))
		},
		"softmax":    func(s *torch.Scope, x torch.Tensor) torch.Tensor { return s.Mul(s.Softmax(x, -1), constant(s, 2, 6)) },
		"logsigmoid": func(s *torch.Scope, x torch.Tensor) torch.Tensor { return s.LogSigmoid(x) },
		"attention": func(s *torch.Scope, x torch.Tensor) torch.Tensor {
			q := s.Reshape(x, 1, 2, 3, 2)
			return s.Attention(q, s.Scale(q, 0.7), s.Shift(q, 0.1), s.Full(0.3, torch.Float64, 3, 3))
		},
		"cross entropy": func(s *torch.Scope, x torch.Tensor) torch.Tensor {
			return s.CrossEntropy(x, torch.From(s, []int64{2, 5}, 2))
		},
		"binary cross entropy": func(s *torch.Scope, x torch.Tensor) torch.Tensor {
			return s.BinaryCrossEntropy(x, s.Sigmoid(constant(s, 2, 6)), torch.Tensor{})
		},
		"shift and pad": func(s *torch.Scope, x torch.Tensor) torch.Tensor {
			return s.Mul(s.Cat(-1, s.Pad(x, 0, 2, -2), x), constant(s, 2, 12))
		},
		"gather and where": func(s *torch.Scope, x torch.Tensor) torch.Tensor {
			picked := s.Gather(x, 1, torch.From(s, []int64{0, 5, 5, 1}, 2, 2))
			return s.Mul(s.IndexSelect(x, 0, torch.From(s, []int64{1, 1}, 2)), s.Pad(picked, 1, 0, 4))
		},
	}
	for name, f := range composites {
		t.Run(name, func(t *testing.T) { checkGradient(t, f) })
	}
}

func checkGradient(t *testing.T, f func(s *torch.Scope, x torch.Tensor) torch.Tensor) {
	values := make([]float64, 12)
	for i := range values {
		values[i] = math.Cos(float64(2*i)) * 1.3
	}
	evaluate := func(at []float64, grad *[]float64) (sum float64) {
		err := torch.Do(func(s *torch.Scope) error {
			x := torch.RequireGrad(torch.From(s, at, 2, 6))
			out := s.Sum(f(s, x))
			if sum = s.Item(out); grad != nil {
				s.Backward(out)
				*grad = torch.Values[float64](s, s.Grad(x))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	var grad []float64
	evaluate(values, &grad)
	const step = 1e-5
	for i := range values {
		moved := append([]float64(nil), values...)
		moved[i] += step
		up := evaluate(moved, nil)
		moved[i] -= 2 * step
		difference := (up - evaluate(moved, nil)) / (2 * step)
		// The differences are good to about step^2; RMSNorm keeps float64 as it is.
		if math.Abs(difference-grad[i]) > 1e-6*(1+math.Abs(difference)) {
			t.Fatalf("element %d: gradient %g, difference %g", i, grad[i], difference)
		}
	}
}

func TestRandomNumbersGoOnWhereTheStateWasTaken(t *testing.T) {
	draw := func() (values []float32) {
		if err := torch.NoGrad(func(s *torch.Scope) error { values = torch.Values[float32](s, s.Randn(torch.Float32, 20)); return nil }); err != nil {
			t.Fatal(err)
		}
		return values
	}
	torch.Seed(7)
	draw()
	state, err := torch.RNGState()
	if err != nil {
		t.Fatal(err)
	}
	want := draw()
	if err := torch.SetRNGState(state); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, draw()); diff != "" {
		t.Fatal(diff)
	}
}

func TestAskingForADeviceThatIsNotThereIsAnError(t *testing.T) {
	if devices, _ := torch.CUDA(); devices > 0 {
		t.Skip("this machine has CUDA")
	}
	for _, name := range []string{"cuda", "cuda:1", "tpu", "cuda:x"} {
		if _, err := torch.ParseDevice(name); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if device, err := torch.ParseDevice("auto"); device != torch.CPU || err != nil {
		t.Errorf("auto: %v %v", device, err)
	}
}

func BenchmarkSmallAdd(b *testing.B) {
	b.ReportAllocs()
	err := torch.NoGrad(func(s *torch.Scope) error {
		x := s.Zeros(torch.Float32, 1)
		for b.Loop() {
			s.Within(func(in *torch.Scope) torch.Tensor { return in.Add(x, x) }).Close()
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
