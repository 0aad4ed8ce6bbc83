package config

import (
	"context"
	"errors"
	"fmt"
)

// usageError is a wrong request: usage, configuration, input that cannot be read.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// Usage marks err as a wrong request, so that the process ends with 2. Nil stays nil.
func Usage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// Usagef makes an error that says what is wrong with the request.
func Usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// ExitCode is 0 for nil, 2 for a wrong request and 1 for whatever else failed.
func ExitCode(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled): // whoever was asked to stop met it on the way
		return 1
	case errors.As(err, &usage):
		return 2
	}
	return 1
}
