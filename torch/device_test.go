//go:build cgo

package torch_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/torch"
)

// use has a test's tensors made on a device.
func use(t *testing.T, device torch.Device) {
	t.Helper()
	torch.Use(device)
	t.Cleanup(func() { torch.Use(torch.CPU) })
}

func TestTensorsAreMadeOnTheDeviceInUse(t *testing.T) {
	use(t, torch.Meta)
	err := torch.NoGrad(func(s *torch.Scope) error {
		for name, made := range map[string]torch.Tensor{
			"from": torch.From(s, []float32{1, 2}, 2), "bytes": s.FromBytes([]byte{1, 2}, torch.UInt8, 2), "full": s.Full(2, torch.Float32, 2),
			"arange": s.Arange(0, 2), "randn": s.Randn(torch.Float32, 2), "bias": s.CausalBias(2, 2),
		} {
			if device := made.Device(); device != torch.Meta {
				t.Errorf("%s is on %d", name, device)
			}
		}
		if diff := cmp.Diff([]float32{0, 0}, torch.Values[float32](s, torch.From(s, []float32{1, 2}, 2))); diff != "" {
			t.Error("what is read of shapes alone:", diff)
		}
		return nil
	})
	if err != nil || torch.Fast() != torch.BFloat16 {
		t.Errorf("%v, and models run in %d", err, torch.Fast())
	}
}

func TestDevicesDoNotMix(t *testing.T) {
	err := torch.NoGrad(func(s *torch.Scope) error {
		here := torch.From(s, []float32{1, 2}, 2)
		use(t, torch.Meta)
		s.Add(here, torch.From(s, []float32{1, 2}, 2))
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "torch add") || !strings.Contains(err.Error(), "same device") {
		t.Errorf("got %v", err)
	}
}

// A checkpoint that was written on one device is read on another, as is the generator's state.
func TestFilesKnowNoDevice(t *testing.T) {
	path := t.TempDir() + "/weights.safetensors"
	err := torch.NoGrad(func(s *torch.Scope) error {
		state, err := torch.RNGState()
		if err != nil {
			return err
		}
		here := torch.From(s, []float32{1, 2}, 2)
		if err := torch.Save(path, []torch.Named{{Name: "w", Tensor: here}}, nil); err != nil {
			return err
		}
		use(t, torch.Meta)
		there := s.Zeros(torch.Float32, 2)
		for _, each := range []torch.Tensor{there, s.ToDevice(here, torch.Meta)} {
			if err := torch.LoadInto(path, []torch.Named{{Name: "w", Tensor: each}}); err != nil {
				return err
			}
		}
		if err := torch.SetRNGState(state); err != nil {
			return err
		}
		if again, err := torch.RNGState(); err != nil || !bytes.Equal(again, state) {
			t.Errorf("the generator has another state, %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
