//go:build cgo

package torch

import (
	"runtime"
	"testing"
)

// A thread of the system that has run operators before keeps to a bound that is set on another.
func TestTheBoundHoldsOnEveryThread(t *testing.T) {
	if err := Available(); err != nil {
		t.Skip(err)
	}
	before := Threads()
	defer func() { threads.Store(0); cSetThreads(before) }()
	var inside [2]int
	each := make(chan int)
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		for i := range each {
			done <- Do(func(s *Scope) error {
				s.Zeros(Float32, 8)
				inside[i] = cThreads()
				return nil
			})
		}
	}()
	for i, n := range []int{before + 1, 1} {
		SetThreads(n)
		each <- i
		if err := <-done; err != nil || inside[i] != n || Threads() != n {
			t.Errorf("operators may use %d threads, and say %d; want %d, %v", inside[i], Threads(), n, err)
		}
	}
	close(each)
}
