package figure

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Panels are small charts of several quantities over one X, in two columns. A colour is a run, in all of them.
type Panels struct {
	Words
	X      string   // what is along every panel, with its unit
	Runs   []string // named once, over all panels
	Phases []Phase  // stretches of X that all panels show
	Panels []Panel
}

// A Phase is a named stretch of X.
type Phase struct {
	Name     string
	From, To float64
}

// A Panel is one quantity.
type Panel struct {
	Title, Unit string
	Lines       []PanelLine
}

// A PanelLine is one quantity of one run.
type PanelLine struct {
	Run   int // in Panels.Runs
	Kind  Kind
	Trace []XY
}

// XY is a point without an interval.
type XY struct{ X, Y float64 }

// The rooms of a panel.
const (
	panelHeight = 2.15 * vg.Inch
	panelGap    = 22
	panelTitle  = 11
	panelWords  = 34 // title and unit
	phaseWords  = 13 // the names of phases
	xWords      = 16 // the label under the lowest panels
)

func (p Panels) size() (width, height vg.Length) {
	above, below := p.room(pageWidth)
	rows := (len(p.filled()) + 1) / 2
	return pageWidth, above + below + p.legend().height(pageWidth-2*margin) + panelHeight*vg.Length(max(1, rows)) + xWords
}

// filled are the panels in which there is something, each line from left to right.
func (p Panels) filled() []Panel {
	var all []Panel
	for _, panel := range p.Panels {
		var lines []PanelLine
		for _, l := range panel.Lines {
			l.Trace = slices.DeleteFunc(slices.Clone(l.Trace), func(a XY) bool { return !finite(a.X) || !finite(a.Y) })
			slices.SortStableFunc(l.Trace, func(a, b XY) int { return cmp.Compare(a.X, b.X) })
			if len(l.Trace) > 0 {
				lines = append(lines, l)
			}
		}
		slices.SortStableFunc(lines, func(a, b PanelLine) int { return cmp.Compare(a.Kind.layer(), b.Kind.layer()) })
		if len(lines) > 0 {
			all = append(all, Panel{panel.Title, panel.Unit, lines})
		}
	}
	return all
}

// span is what all panels cover.
func (p Panels) span(panels []Panel) span {
	xs := noSpan()
	for _, panel := range panels {
		for _, l := range panel.Lines {
			xs.cover(l.Trace[0].X, l.Trace[len(l.Trace)-1].X)
		}
	}
	for _, phase := range p.Phases {
		xs.cover(phase.From, phase.To)
	}
	return xs.padded(0.02, 0.02)
}

// cell is a panel at its place.
type cell struct {
	Panel
	page draw.Canvas
	plot *plot.Plot
}

func (p Panels) draw(page draw.Canvas) error {
	panels := p.filled()
	if len(panels) == 0 {
		return ErrNothing
	}
	area, xs := p.legend().draw(p.frame(page), stroked), p.span(panels)
	width := (area.Max.X - area.Min.X - panelGap) / 2
	var cells []cell
	indent := vg.Length(0)
	for i, panel := range panels {
		x, bottom := Axis{}, vg.Length(10)
		if i+2 >= len(panels) { // the lowest of its column
			x.Label, bottom = p.X, bottom-xWords
		}
		place := area
		place.Min.X += vg.Length(i%2) * (width + panelGap)
		place.Max = vg.Point{X: place.Min.X + width, Y: area.Max.Y - vg.Length(i/2)*panelHeight}
		place.Min.Y = place.Max.Y - panelHeight + bottom
		c := cell{panel, place, p.plot(panel, x, xs, width)}
		cells, indent = append(cells, c), max(indent, c.indent())
	}
	for _, c := range cells {
		p.paint(c, indent)
	}
	return nil
}

// plot is a panel's chart, not yet at its place.
func (p Panels) plot(panel Panel, x Axis, xs span, width vg.Length) *plot.Plot {
	ys := noSpan()
	for _, l := range panel.Lines {
		for _, a := range l.Trace {
			ys.cover(a.Y)
		}
	}
	small := chart(x, Axis{}, xs, ys.padded(0.09, 0.09), width, panelHeight)
	small.Y.Tick.Marker = plot.ConstantTicks(rounded(ys.padded(0.02, 0.02), 4)) // none so high that its number would push the rest down
	for _, axis := range []*plot.Axis{&small.X, &small.Y} {
		axis.Tick.Label.Font.Size, axis.Label.TextStyle.Font.Size, axis.Padding = noteSize, tickSize, 3
	}
	small.Add(p.stretches(xs), gridLines(true))
	for _, l := range panel.Lines {
		small.Add(l.line(p.look(l.Run)))
	}
	return small
}

// indent is the room that the numbers at the left take.
func (c cell) indent() vg.Length { return c.plot.DataCanvas(c.page).Min.X - c.page.Min.X }

// paint draws a panel so that its data begin at an indent, as those above and below do.
func (p Panels) paint(c cell, indent vg.Length) {
	title, unit, width := style(panelTitle, ink, true), style(noteSize, soft, false), c.page.Max.X-c.page.Min.X-2
	c.page.FillText(title, vg.Point{X: c.page.Min.X + 2, Y: c.page.Max.Y - 14}, fit(title, c.Title, width))
	c.page.FillText(unit, vg.Point{X: c.page.Min.X + 2, Y: c.page.Max.Y - 27}, fit(unit, c.Unit, width))
	above := vg.Length(panelWords)
	if len(p.Phases) > 0 {
		above += phaseWords
	}
	c.plot.Draw(draw.Crop(c.page, indent-c.indent(), 0, 0, -above))
}
