package figure

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// nameSize and nameLine are the letters of names, and how far apart they stand.
const nameSize, nameLine = 10.5, 14

// longestName is the room that a name may take; a longer one is cut.
const longestName = 2.1 * vg.Inch

// A tag is a name and what it is the name of.
type tag struct {
	name string
	look
	at Point
}

// nameRoom is the room at the right for the widest name.
func nameRoom(tags []tag) vg.Length {
	widest := vg.Length(0)
	for _, t := range tags {
		widest = max(widest, style(nameSize, ink, t.bold).Width(clean(t.name)))
	}
	return min(widest, longestName) + 10 + margin
}

// names stand at the ends of the lines, moved apart where they would touch.
func names(page, data draw.Canvas, tags []tag, at func(x, y float64) vg.Point) {
	order := slices.Clone(tags)
	slices.SortStableFunc(order, func(a, b tag) int { return cmp.Compare(a.at.Y.Value, b.at.Y.Value) })
	heights := make([]vg.Length, len(order))
	for i, t := range order {
		heights[i] = at(t.at.X, t.at.Y.Value).Y
	}
	spread(heights, nameLine, data.Min.Y, data.Max.Y)
	for i, t := range order {
		from := at(t.at.X, t.at.Y.Value)
		to := vg.Point{X: data.Max.X + 10, Y: heights[i]}
		page.StrokeLine2(draw.LineStyle{Color: t.shade, Width: 0.5}, from.X+5, from.Y, to.X-2, to.Y)
		words := style(nameSize, t.letters(), t.bold)
		across(page, words, to, squeeze(words, t.name, longestName))
	}
}

// spread moves ascending heights until they are apart, each pair as far up as down, and none outside the two bounds
// where there is room for all.
func spread(heights []vg.Length, apart, bottom, top vg.Length) {
	for range 200 {
		for i := 1; i < len(heights); i++ {
			if short := apart - (heights[i] - heights[i-1]); short > 0 {
				heights[i-1], heights[i] = heights[i-1]-short/2, heights[i]+short/2
			}
		}
		if n := len(heights); n > 0 {
			heights[n-1] = min(heights[n-1], top)
			heights[0] = max(heights[0], bottom)
		}
	}
	for i := len(heights) - 2; i >= 0; i-- { // what is still too near
		heights[i] = min(heights[i], heights[i+1]-apart)
	}
}
