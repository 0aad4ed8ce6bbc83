// Package tokentest is for tests of what reads texts.
package tokentest

import (
	"syscall"
	"testing"
	"time"
)

// Used is the time of processors that do takes, whatever else the machine does.
func Used(t testing.TB, do func()) time.Duration {
	t.Helper()
	before := used(t)
	do()
	return used(t) - before
}

// used is what this process took so far.
func used(t testing.TB) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
