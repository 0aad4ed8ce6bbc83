package figure_test

import (
	"bytes"
	"fmt"

	"github.com/project-sputnik/sputnik/eval/figure"
)

// Two scorers at three rates.
func Example() {
	curve := func(values ...float64) []figure.Point {
		var points []figure.Point
		for i, v := range values {
			points = append(points, figure.Point{X: []float64{0.3, 0.5, 0.7}[i], Y: figure.Estimate{Value: v, Low: v - 0.05, High: v + 0.05}})
		}
		return points
	}
	svg, err := figure.SVG(figure.Curves{
		Words: figure.Words{Title: "What a reader still knows", Subtitle: "120 documents", Note: "Bands: 95% intervals."},
		X:     figure.Axis{Label: "share of the tokens kept"}, Y: figure.Axis{Label: "retained information F"},
		Lines: []figure.Line{
			{Name: "agent", Bold: true, Points: curve(0.63, 0.84, 0.97)},
			{Name: "random", Points: curve(0.27, 0.44, 0.61)},
		},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(bytes.Contains(svg, []byte(">agent</text>")), bytes.Contains(svg, []byte(">120 documents</text>")))
	// Output: true true
}
