package torch

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Version is libtorch's, as of the headers this was built with; empty without libtorch.
func Version() string { return cVersion() }

// Available says why libtorch cannot be used in this binary; nil when it can.
func Available() error { return available() }

var loadCUDA = sync.OnceValue(cLoadCUDA)

// CUDA returns how many devices there are, and why none.
func CUDA() (devices int, reason error) {
	if reason = loadCUDA(); reason != nil {
		return 0, reason
	}
	return cDevices(), nil
}

// ParseDevice understands auto, cpu, cuda, cuda:N and, for tests, meta; auto is the CPU as long as nothing here has run on a GPU.
func ParseDevice(name string) (Device, error) {
	kind, number, numbered := strings.Cut(name, ":")
	switch kind {
	case "", "auto", "cpu":
		return CPU, nil
	case "meta":
		return Meta, nil
	case "cuda":
		index := 0
		if numbered {
			var err error
			if index, err = strconv.Atoi(number); err != nil || index < 0 {
				return CPU, fmt.Errorf("device %q: want cpu, cuda or cuda:N", name)
			}
		}
		devices, reason := CUDA()
		if reason != nil {
			return CPU, fmt.Errorf("device %s: %w", name, reason)
		}
		if index >= devices {
			return CPU, fmt.Errorf("device %s: there are %d", name, devices)
		}
		return Device(index), nil
	}
	return CPU, fmt.Errorf("device %q: want auto, cpu, cuda or cuda:N", name)
}

var (
	inUse        atomic.Int64
	completeMeta = sync.OnceFunc(cCompleteMeta)
)

func init() { Use(CPU) }

// Use has tensors made on a device from now on, by every scope: a program calls it once, before it makes any. What is
// read from tensors and written to files is the same wherever they live.
func Use(device Device) {
	if device == Meta {
		completeMeta()
	}
	inUse.Store(int64(device))
}

// InUse is the device that tensors are made on.
func InUse() Device { return Device(inUse.Load()) }

// FreeMemory is how many bytes new tensors may take on the device in use, those that libtorch holds in reserve for it
// included; not known of the CPU and of Meta.
func FreeMemory() (bytes int64, known bool) {
	if InUse() < 0 {
		return 0, false
	}
	bytes, err := cFreeMemory(InUse())
	return bytes, err == nil
}

// HoardMemory keeps what is freed for the next tensor: training asks for the same large blocks again and again, and
// half of its time would go to page faults (BenchmarkPolicyStep in package train).
func HoardMemory() { cHoard() }

// threads is what SetThreads asked for; 0 before it has.
var threads atomic.Int64

// SetThreads bounds the threads of one operator; 0 leaves libtorch's choice, a thread a core.
func SetThreads(n int) {
	if n > 0 && available() == nil {
		threads.Store(int64(n))
		cSetThreads(n)
	}
}

// holdThreads bounds the operators of the system's thread that calls it as SetThreads asked. OpenMP keeps the bound by
// thread, and Go changes threads as it likes: one that had run an operator before would go on with the bound of then.
func holdThreads() {
	if n := int(threads.Load()); n > 0 && cThreads() != n {
		cSetThreads(n)
	}
}

// Threads returns how many threads one operator may use.
func Threads() int {
	if n := int(threads.Load()); n > 0 {
		return n
	}
	return cThreads()
}

// Seed starts libtorch's generators, of all devices, anew.
func Seed(seed uint64) {
	if available() == nil {
		cSeed(seed)
	}
}

// RNGState returns the state of the CPU's generator, for a checkpoint.
func RNGState() (state []byte, err error) {
	err = NoGrad(func(s *Scope) error {
		at, err := cRNGState()
		if err != nil {
			return err
		}
		state = RawBytes(s, s.adopt(at))
		return nil
	})
	return state, err
}

// SetRNGState puts the CPU's generator back to where RNGState found it.
func SetRNGState(state []byte) error {
	return NoGrad(func(s *Scope) error {
		return cSetRNGState(s.bytesOn(CPU, state, UInt8, []int64{int64(len(state))}).at())
	})
}

func pointers(tensors []Tensor) []unsafe.Pointer {
	each := make([]unsafe.Pointer, len(tensors))
	for i, t := range tensors {
		each[i] = t.at()
	}
	return each
}
