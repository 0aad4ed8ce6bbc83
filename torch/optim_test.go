//go:build cgo

package torch_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/torch"
)

// fit moves a parameter towards 3 for so many steps with opt.
func fit(t *testing.T, p torch.Tensor, opt *torch.AdamW, steps int) float64 {
	t.Helper()
	var loss float64
	for range steps {
		err := torch.Do(func(s *torch.Scope) error {
			out := s.Mean(s.Pow(s.Shift(p, -3), 2))
			s.Backward(out)
			loss = s.Item(out)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := opt.Step(0.1); err != nil {
			t.Fatal(err)
		}
	}
	return loss
}

func parameter(t *testing.T, values ...float32) torch.Tensor {
	t.Helper()
	var p torch.Tensor
	err := torch.Do(func(s *torch.Scope) error {
		p = s.Keep(torch.RequireGrad(torch.From(s, values, int64(len(values)))))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func optimiser(t *testing.T, p torch.Tensor) *torch.AdamW {
	t.Helper()
	opt, err := torch.NewAdamW(torch.Group{Params: []torch.Named{{Name: "p", Tensor: p}}, Rate: 1, Decay: 0.01})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opt.Close)
	return opt
}

func valuesOf(t *testing.T, p torch.Tensor) (values []float32) {
	t.Helper()
	if err := torch.NoGrad(func(s *torch.Scope) error { values = torch.Values[float32](s, p); return nil }); err != nil {
		t.Fatal(err)
	}
	return values
}

// The first step of AdamW in closed form: p (1 - rate decay) - rate sign(grad), up to epsilon.
func TestTheFirstStepOfAdamWIsTheFormula(t *testing.T) {
	p := parameter(t, 1, 5)
	fit(t, p, optimiser(t, p), 1)
	want := []float32{1*(1-0.1*0.01) + 0.1, 5*(1-0.1*0.01) - 0.1}
	for i, got := range valuesOf(t, p) {
		if math.Abs(float64(got-want[i])) > 1e-6 {
			t.Fatalf("got %v, want %v", got, want[i])
		}
	}
}

func TestALossFalls(t *testing.T) {
	p := parameter(t, 1, 5)
	if loss := fit(t, p, optimiser(t, p), 200); loss > 1e-3 {
		t.Fatalf("loss %g after 200 steps", loss)
	}
}

// A step of 1e-4 is less than bfloat16 can tell from 1: they have to be added up elsewhere.
func TestSmallStepsOfBfloat16AddUp(t *testing.T) {
	var p torch.Tensor
	err := torch.Do(func(s *torch.Scope) error {
		p = s.Keep(torch.RequireGrad(s.Full(1, torch.BFloat16, 2)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	opt, err := torch.NewAdamW(torch.Group{Params: []torch.Named{{Name: "p", Tensor: p}}, Rate: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opt.Close)
	for range 400 {
		if err := torch.Do(func(s *torch.Scope) error { s.Backward(s.Sum(p)); return nil }); err != nil {
			t.Fatal(err)
		}
		if err := opt.Step(1e-4); err != nil {
			t.Fatal(err)
		}
	}
	var got []float32
	if err := torch.NoGrad(func(s *torch.Scope) error { got = torch.Values[float32](s, s.To(p, torch.Float32)); return nil }); err != nil {
		t.Fatal(err)
	}
	for _, v := range got {
		if math.Abs(float64(v)-0.96) > 0.004 { // 400 steps of 1e-4 down, rounded to bfloat16
			t.Errorf("%v after 400 steps of 1e-4 from 1", got)
		}
	}
	if state := opt.State(); state[len(state)-1].Name != "p.whole" || state[len(state)-1].Tensor.Kind() != torch.Float32 {
		t.Errorf("a checkpoint would not hold what was added up: %v", state)
	}
}

// Ten steps, or five, a checkpoint through files, and five more: the same bits.
func TestACheckpointRoundTripIsBitIdentical(t *testing.T) {
	straight := parameter(t, 1, -2, 0.3)
	fit(t, straight, optimiser(t, straight), 10)

	first := parameter(t, 1, -2, 0.3)
	opt := optimiser(t, first)
	fit(t, first, opt, 5)
	path := filepath.Join(t.TempDir(), "state.safetensors")
	saved := append(opt.State(), torch.Named{Name: "p", Tensor: first})
	if err := torch.Save(path, saved, nil); err != nil {
		t.Fatal(err)
	}

	second := parameter(t, 0, 0, 0)
	again := optimiser(t, second)
	if err := torch.LoadInto(path, append(again.State(), torch.Named{Name: "p", Tensor: second})); err != nil {
		t.Fatal(err)
	}
	fit(t, second, again, 5)
	if diff := cmp.Diff(valuesOf(t, straight), valuesOf(t, second)); diff != "" {
		t.Fatal(diff)
	}
}

func TestClippingScalesTheJointNorm(t *testing.T) {
	a, b := parameter(t, 3), parameter(t, 4)
	err := torch.Do(func(s *torch.Scope) error {
		s.Backward(s.Sum(s.Scale(s.Add(s.Mul(a, a), s.Mul(b, b)), 0.5))) // gradients 3 and 4
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	norm, err := torch.ClipNorm([]torch.Tensor{a, b}, 1)
	if err != nil || math.Abs(norm-5) > 1e-6 {
		t.Fatalf("norm %v, %v", norm, err)
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		if got := s.Item(s.Grad(b)); math.Abs(got-0.8) > 1e-5 {
			t.Errorf("clipped to %v, want 0.8", got)
		}
		torch.ClearGrad(a, b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheScheduleWarmsUpAndComesDown(t *testing.T) {
	c := torch.Schedule{Peak: 1, Warmup: 10, Total: 110, Floor: 0.1}
	for step, want := range map[int]float64{0: 0.1, 9: 1, 10: 1, 60: 0.55, 110: 0.1, 500: 0.1} {
		if got := c.At(step); math.Abs(got-want) > 1e-12 {
			t.Errorf("step %d: %v, want %v", step, got, want)
		}
	}
}
