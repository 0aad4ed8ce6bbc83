// Package torchtest finds tensors that tests leave behind.
package torchtest

import (
	"fmt"
	"os"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
)

// Main runs a package's tests, then done, and fails them if a tensor that they made still lives:
//
//	func TestMain(m *testing.M) { torchtest.Main(m) }
func Main(m *testing.M, done ...func()) {
	code := m.Run()
	for _, each := range done {
		each()
	}
	if live := torch.Stats(); code == 0 && live != (torch.Live{}) {
		fmt.Fprintf(os.Stderr, "%d tensors of %d bytes were made and not freed\n", live.Tensors, live.Bytes)
		code = 1
	}
	os.Exit(code)
}
