//go:build !cgo

package pickle

import "github.com/project-sputnik/sputnik/torch"

// Open needs libtorch.
func Open(string) (map[string]torch.Tensor, error) { return nil, torch.ErrNoLibtorch }
