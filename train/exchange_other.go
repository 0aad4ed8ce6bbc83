//go:build !linux

package train

import "errors"

// exchange is for systems that can.
func exchange(_, _ string) error { return errors.ErrUnsupported }
