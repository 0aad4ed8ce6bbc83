package structure_test

import (
	"fmt"

	"github.com/project-sputnik/sputnik/compress/structure"
	"github.com/project-sputnik/sputnik/token"
)

// What may go of a record: words of the one string that is long enough.
func Example() {
	text := []byte(`{"id": 7, "name": "Ines", "note": "She \"never\" comes here before nine."}`)
	layout, err := structure.Parse(text, structure.Auto, func(plain []byte) []int { return token.WordEnds(nil, plain) })
	fmt.Println(layout.Kind, err)
	for _, p := range layout.Pieces {
		if !p.Fixed {
			fmt.Printf("[%s]", text[p.Start:p.End])
		}
	}
	// Output: json <nil>
	// [She][ \"][never][\"][ comes][ here][ before][ nine][.]
}
