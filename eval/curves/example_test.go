package curves_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/eval/curves"
)

// A training and an evaluation over others.
func Example() {
	dir, err := os.MkdirTemp("", "plots")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	paths, err := curves.Write(dir, "testdata/first", "testdata/evaluation")
	if err != nil {
		panic(err)
	}
	for _, path := range paths {
		fmt.Println(filepath.Base(path))
	}
	// Output:
	// training.png
	// training.svg
	// rate_quality.png
	// rate_quality.svg
}
