package torch

import (
	"fmt"

	"github.com/project-sputnik/sputnik/torch/safetensors"
)

var kindNames = map[Kind]string{
	UInt8: "U8", Int32: "I32", Int64: "I64", Float16: "F16", Float32: "F32", Float64: "F64", Bool: "BOOL", BFloat16: "BF16",
}

func kindNamed(name string) (Kind, error) {
	for kind, each := range kindNames {
		if each == name {
			return kind, nil
		}
	}
	return 0, fmt.Errorf("element type %s has no tensor kind here", name)
}

// Save writes tensors to a safetensors file, atomically.
func Save(path string, tensors []Named, metadata map[string]string) error {
	written := make([]safetensors.Tensor, len(tensors))
	err := NoGrad(func(s *Scope) error {
		for i, t := range tensors {
			written[i] = safetensors.Tensor{Name: t.Name, DType: kindNames[t.Tensor.Kind()], Shape: t.Tensor.Shape(), Data: RawBytes(s, t.Tensor)}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save %s: %w", path, err)
	}
	return safetensors.Write(path, written, metadata)
}

// LoadInto overwrites tensors with those of the same names in a safetensors file; shapes must agree. When one is
// missing or wrong none is changed.
func LoadInto(path string, tensors []Named) error {
	file, err := safetensors.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return NoGrad(func(s *Scope) error {
		loaded := make([]Tensor, len(tensors))
		for i, t := range tensors {
			if loaded[i], err = s.Load(file, t.Name); err != nil {
				return fmt.Errorf("load %s: %w", path, err)
			}
			AssertShape(loaded[i], t.Tensor.Shape()...)
		}
		for i, t := range tensors {
			if err := CopyInto(t.Tensor, loaded[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Load copies one tensor of a file into s.
func (s *Scope) Load(file *safetensors.File, name string) (Tensor, error) {
	raw, err := file.Bytes(name)
	if err != nil {
		return Tensor{}, err
	}
	info, _ := file.Info(name)
	kind, err := kindNamed(info.DType)
	if err != nil {
		return Tensor{}, fmt.Errorf("tensor %q: %w", name, err)
	}
	return s.FromBytes(raw, kind, info.Shape...), nil
}
