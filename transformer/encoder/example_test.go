//go:build cgo

package encoder_test

import (
	"context"
	"fmt"

	"github.com/project-sputnik/sputnik/transformer/encoder"
)

// A tiny model of random weights stands in for minilm-l6; all it knows is that case and spaces do not matter.
func Example() {
	e, err := encoder.Open("testdata/tiny-bert")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer e.Close()
	vectors, err := e.Embed(context.Background(), []string{"The ship has docked.", "the ship has docked .", "Interest rates rose."})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d numbers each; %.3f, %.3f\n", len(vectors[0]), encoder.Cosine(vectors[0], vectors[1]), encoder.Cosine(vectors[0], vectors[2]))
	// Output: 32 numbers each; 1.000, 0.957
}
