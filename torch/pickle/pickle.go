//go:build cgo

// Package pickle reads PyTorch's pickle files (pytorch_model.bin), the one part of gotch that stands as it is. It is
// apart from torch so that building torch, which the race detector does anew, need not compile gotch's C++.
package pickle

import (
	"fmt"
	"unsafe"

	"github.com/sugarme/gotch/half"
	"github.com/sugarme/gotch/pickle"

	"github.com/project-sputnik/sputnik/torch"
	_ "github.com/project-sputnik/sputnik/torch/pickle/quiet" // before gotch
)

// Open reads every tensor of a state dictionary; the caller closes them. Only tensors are understood: a file that asks
// for other Python objects is refused.
func Open(path string) (tensors map[string]torch.Tensor, err error) {
	stored, err := storages(path)
	if err != nil {
		return nil, fmt.Errorf("pickle %s: %w", path, err)
	}
	tensors = map[string]torch.Tensor{}
	err = torch.NoGrad(func(s *torch.Scope) error {
		for name, each := range stored {
			t, err := tensor(s, each)
			if err != nil {
				return fmt.Errorf("pickle %s: tensor %q: %w", path, name, err)
			}
			tensors[name] = s.Keep(t)
		}
		return nil
	})
	if err != nil {
		for _, t := range tensors {
			t.Close()
		}
		return nil, err
	}
	return tensors, nil
}

// storages unpickles path; gotch panics on what it does not know.
func storages(path string) (found map[string]*pickle.StorageTensor, err error) {
	defer func() {
		if failed := recover(); failed != nil {
			err = fmt.Errorf("not a state dictionary: %v", failed)
		}
	}()
	decoded, err := pickle.LoadWithUnpickler(path, pickle.NewUnpickler)
	if err != nil {
		return nil, err
	}
	found = map[string]*pickle.StorageTensor{}
	put := func(key, value any) error {
		stored, ok := value.(*pickle.StorageTensor)
		if !ok {
			return fmt.Errorf("%v is %T, want a tensor", key, value)
		}
		found[fmt.Sprint(key)] = stored
		return nil
	}
	switch entries := decoded.(type) {
	case *pickle.Dict:
		for _, entry := range *entries {
			if err := put(entry.Key, entry.Value); err != nil {
				return nil, err
			}
		}
	case *pickle.OrderedDict:
		for key, entry := range entries.Map {
			if err := put(key, entry.Value); err != nil {
				return nil, err
			}
		}
	default:
		return nil, fmt.Errorf("holds %T, want a dictionary of tensors", decoded)
	}
	return found, nil
}

// tensor lays the elements of a storage out as size, stride and offset say.
func tensor(s *torch.Scope, stored *pickle.StorageTensor) (torch.Tensor, error) {
	var flat torch.Tensor
	switch data := stored.Source.GetData().(type) {
	case []float32:
		flat = torch.From(s, data, int64(len(data)))
	case []float64:
		flat = torch.From(s, data, int64(len(data)))
	case []int32:
		flat = torch.From(s, data, int64(len(data)))
	case []int64:
		flat = torch.From(s, data, int64(len(data)))
	case []half.Float16:
		flat = s.FromBytes(raw(data), torch.Float16, int64(len(data)))
	case []half.BFloat16:
		flat = s.FromBytes(raw(data), torch.BFloat16, int64(len(data)))
	default:
		return torch.Tensor{}, fmt.Errorf("elements of type %T", data)
	}
	return s.Contiguous(s.AsStrided(flat, stored.Size, stored.Stride, stored.StorageOffset)), nil
}

func raw[T half.Float16 | half.BFloat16](data []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(data))), 2*len(data))
}
