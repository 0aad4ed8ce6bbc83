package figure

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curves are lines, each with its interval as a band and its name at its end.
type Curves struct {
	Words
	X, Y  Axis
	Lines []Line
	Marks []float64 // heights that are marked from side to side, and always in sight
}

// A Line is one curve. What is Bold is thick, lies on top, and has, if it is the first, a shade that no other has.
type Line struct {
	Name   string
	Bold   bool
	Points []Point
}

// A Point is where a curve stands at X.
type Point struct {
	X float64
	Y Estimate
}

// trace is a line as it is drawn: placed on the axes, from left to right, what cannot be placed left out.
type trace struct {
	name string
	look
	points []Point
}

func (c Curves) traces() []trace {
	bold := make([]bool, len(c.Lines))
	for i, l := range c.Lines {
		bold[i] = l.Bold
	}
	var all []trace
	for i, how := range looks(bold) {
		t := trace{name: c.Lines[i].Name, look: how, points: placed(c.Lines[i].Points, c.X, c.Y)}
		if len(t.points) > 0 {
			all = append(all, t)
		}
	}
	slices.SortStableFunc(all, func(a, b trace) int { return rank(a.bold) - rank(b.bold) })
	return all
}

func rank(bold bool) int {
	if bold {
		return 1
	}
	return 0
}

func placed(points []Point, x, y Axis) []Point {
	var all []Point
	for _, p := range points {
		p = Point{x.place(p.X), Estimate{y.place(p.Y.Value), y.place(p.Y.Low), y.place(p.Y.High)}.known()}
		if finite(p.X) && finite(p.Y.Value) {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b Point) int { return cmp.Compare(a.X, b.X) })
	return all
}

// size grows with the names, so that they have room beside one another.
func (c Curves) size() (width, height vg.Length) {
	above, below := c.room(pageWidth)
	return pageWidth, above + below + max(317, vg.Length(nameLine*len(c.Lines)+60))
}

func (c Curves) draw(page draw.Canvas) error {
	traces := c.traces()
	if len(traces) == 0 {
		return ErrNothing
	}
	tags := make([]tag, len(traces))
	for i, t := range traces {
		tags[i] = tag{name: t.name, look: t.look, at: t.points[len(t.points)-1]}
	}
	area := c.frame(page)
	area.Max.X -= nameRoom(tags) - margin
	xs, ys := c.spans(traces)
	p := chart(c.X, c.Y, xs, ys, area.Max.X-area.Min.X, area.Max.Y-area.Min.Y)
	p.Add(gridLines(true))
	for _, m := range c.Marks {
		p.Add(level(c.Y.place(m)))
	}
	for _, part := range []func(trace) painter{trace.band, trace.line} { // every line above every band
		for _, t := range traces {
			p.Add(part(t))
		}
	}
	p.Draw(area)
	data := p.DataCanvas(area)
	painter(func(data draw.Canvas, at func(x, y float64) vg.Point) { names(page, data, tags, at) }).Plot(data, p)
	return nil
}

func (c Curves) spans(traces []trace) (xs, ys span) {
	xs, ys = noSpan(), noSpan()
	for _, t := range traces {
		for _, p := range t.points {
			xs.cover(p.X)
			ys.cover(p.Y.Value, p.Y.Low, p.Y.High)
		}
	}
	for _, m := range c.Marks {
		ys.cover(c.Y.place(m))
	}
	return xs.padded(0.06, 0.04), ys.padded(0.03, 0.03)
}

// band is the interval; that of a single point is a bar.
func (t trace) band() painter {
	return func(c draw.Canvas, at func(x, y float64) vg.Point) {
		var outline []vg.Point
		for _, p := range t.points {
			outline = append(outline, at(p.X, p.Y.High))
		}
		for _, p := range slices.Backward(t.points) {
			outline = append(outline, at(p.X, p.Y.Low))
		}
		if len(t.points) == 1 {
			whisker(c, draw.LineStyle{Color: t.shade, Width: 1}, outline[1], outline[0], 3)
			return
		}
		c.FillPolygon(t.look.band(), outline)
	}
}

func (t trace) line() painter {
	return func(c draw.Canvas, at func(x, y float64) vg.Point) {
		path := make([]vg.Point, len(t.points))
		for i, p := range t.points {
			path[i] = at(p.X, p.Y.Value)
		}
		c.StrokeLines(t.look.line(), path)
		for _, p := range path {
			c.DrawGlyph(t.dot(), p)
		}
	}
}
