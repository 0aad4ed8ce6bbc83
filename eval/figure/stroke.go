package figure

import (
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Kind is how a panel's line is drawn.
type Kind int

// The kinds of lines: what is to be read, what it was smoothed from, what was asked for, what was measured now and then.
const (
	Solid Kind = iota
	Pale
	Dashed
	Dotted
)

// layer puts what is thin over what is thick and hides nothing.
func (k Kind) layer() int { return slices.Index([]Kind{Pale, Solid, Dashed, Dotted}, k) }

func (p Panels) legend() legend {
	if len(p.Runs) < 2 {
		return nil
	}
	var all legend
	for i, name := range p.Runs {
		all = append(all, entry{name, p.look(i)})
	}
	return all
}

// look of a run: the first has the shade that stands out. None is bold, since all are to be compared.
func (p Panels) look(run int) look {
	how := looks(slices.Repeat([]bool{true}, run+1))[run]
	how.bold = false
	return how
}

func (l PanelLine) line(how look) painter {
	return func(c draw.Canvas, at func(x, y float64) vg.Point) {
		path := make([]vg.Point, len(l.Trace))
		for i, a := range l.Trace {
			path[i] = at(a.X, a.Y)
		}
		c.StrokeLines(l.Kind.stroke(how), path)
		if l.Kind != Dotted && len(path) > 1 {
			return
		}
		dot := draw.GlyphStyle{Color: how.shade, Radius: 2.6, Shape: draw.CircleGlyph{}}
		if l.Kind == Dashed { // beside what was reached
			dot.Radius, dot.Shape = 4, draw.RingGlyph{}
		}
		for _, p := range path {
			c.DrawGlyph(dot, p)
		}
	}
}

func (k Kind) stroke(how look) draw.LineStyle {
	switch k {
	case Pale:
		pale := how.shade
		pale.A = 0x50
		return draw.LineStyle{Color: pale, Width: 0.8}
	case Dashed:
		return draw.LineStyle{Color: mix(how.shade, ink, 0.6), Width: 1, Dashes: []vg.Length{3, 2}}
	case Dotted:
		return draw.LineStyle{Color: how.shade, Width: 0.7, Dashes: how.dashes}
	}
	return draw.LineStyle{Color: how.shade, Width: 1.6, Dashes: how.dashes}
}

// stretches tints every other phase and names all that have room for it.
func (p Panels) stretches(xs span) painter {
	return func(c draw.Canvas, at func(x, y float64) vg.Point) {
		for i, phase := range p.Phases {
			if !finite(phase.From) || !finite(phase.To) {
				continue
			}
			r := vg.Rectangle{Min: vg.Point{X: at(max(phase.From, xs.low), 0).X, Y: c.Min.Y}, Max: vg.Point{X: at(min(phase.To, xs.high), 0).X, Y: c.Max.Y}}
			if i%2 == 1 {
				c.FillPolygon(tint, corners(r))
			}
			words := style(noteSize, soft, false)
			if name := clean(phase.Name); words.Width(name)+4 <= r.Max.X-r.Min.X {
				c.FillText(words, vg.Point{X: r.Min.X + 2, Y: c.Max.Y + 3}, name)
			}
		}
	}
}
