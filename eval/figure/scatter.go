package figure

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Scatter sets quality against speed, or whatever else is the better the more of it there is along both axes, and draws
// the Pareto front: what none of the others beats in both.
type Scatter struct {
	Words
	X, Y Axis
	Dots []Dot
}

// A Dot has its name beside it.
type Dot struct {
	Name string
	Bold bool
	X    float64
	Y    Estimate
}

// spot is a dot as it is drawn.
type spot struct {
	name string
	look
	Point
}

func (s Scatter) spots() []spot {
	bold := make([]bool, len(s.Dots))
	for i, d := range s.Dots {
		bold[i] = d.Bold
	}
	var all []spot
	for i, how := range looks(bold) {
		for _, p := range placed([]Point{{s.Dots[i].X, s.Dots[i].Y}}, s.X, s.Y) {
			all = append(all, spot{s.Dots[i].Name, how, p})
		}
	}
	return all
}

func (s Scatter) size() (width, height vg.Length) {
	above, below := s.room(pageWidth)
	return pageWidth, above + below + max(317, vg.Length(12*len(s.Dots)+60))
}

func (s Scatter) draw(page draw.Canvas) error {
	spots := s.spots()
	if len(spots) == 0 {
		return ErrNothing
	}
	xs, ys := noSpan(), noSpan()
	for _, d := range spots {
		xs.cover(d.X)
		ys.cover(d.Y.Value, d.Y.Low, d.Y.High)
	}
	xs, ys = xs.padded(0.12, 0.16), ys.padded(0.08, 0.08)
	area := s.frame(page)
	p := chart(s.X, s.Y, xs, ys, area.Max.X-area.Min.X, area.Max.Y-area.Min.Y)
	p.Add(gridLines(true), painter(func(c draw.Canvas, at func(x, y float64) vg.Point) { plotSpots(c, at, spots, xs, ys) }))
	p.Draw(area)
	return nil
}

func plotSpots(c draw.Canvas, at func(x, y float64) vg.Point, spots []spot, xs, ys span) {
	steps := front(spots, xs, ys)
	var way []vg.Point
	for _, p := range steps {
		way = append(way, at(p.X, p.Y.Value))
	}
	c.StrokeLines(draw.LineStyle{Color: mix(soft, grid, 0.3), Width: 1.2, Dashes: []vg.Length{5, 3}}, way)
	room := crowd{bounds: c.Rectangle}
	for i := range way[1:] {
		room.lines = append(room.lines, box(way[i], way[i+1], 1))
	}
	for _, d := range spots {
		low, high := at(d.X, d.Y.Low), at(d.X, d.Y.High)
		if !d.Y.exact() {
			whisker(c, draw.LineStyle{Color: d.shade, Width: 1.2}, low, high, 3)
			room.taken = append(room.taken, box(low, high, 3))
		}
		dot := d.dot()
		dot.Radius += 1.6
		c.DrawGlyph(dot, at(d.X, d.Y.Value))
		room.taken = append(room.taken, box(at(d.X, d.Y.Value), at(d.X, d.Y.Value), dot.Radius))
	}
	for _, d := range spots {
		room.name(c, d, at(d.X, d.Y.Value))
	}
}

// front are the corners of the steps between what is reached and what is not, from the slowest to the fastest.
func front(spots []spot, xs, ys span) []Point {
	order := slices.Clone(spots)
	slices.SortStableFunc(order, func(a, b spot) int {
		return cmp.Or(cmp.Compare(b.X, a.X), cmp.Compare(b.Y.Value, a.Y.Value))
	})
	best := ys.low
	way := []Point{{order[0].X, Exact(ys.low)}}
	for _, s := range order { // the fastest first
		if s.Y.Value > best {
			way = append(way, Point{s.X, Exact(best)}, Point{s.X, s.Y})
			best = s.Y.Value
		}
	}
	way = append(way, Point{xs.low, Exact(best)})
	slices.Reverse(way)
	return way
}
