package figure

import (
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars are groups of bars from 0, one bar a series, each with its interval.
type Bars struct {
	Words
	X, Y   Axis // X has a label only: it is marked by the groups
	Groups []string
	Series []Series
}

// A Series is the bars of one name, by group. Where it has no number there is no bar.
type Series struct {
	Name   string
	Bold   bool
	Values []Estimate
}

func (b Bars) legend() legend {
	bold := make([]bool, len(b.Series))
	for i, s := range b.Series {
		bold[i] = s.Bold
	}
	var all legend
	for i, how := range looks(bold) {
		all = append(all, entry{b.Series[i].Name, how})
	}
	return all
}

func (b Bars) size() (width, height vg.Length) {
	above, below := b.room(pageWidth)
	return pageWidth, above + below + b.legend().height(pageWidth-2*margin) + 317
}

func (b Bars) draw(page draw.Canvas) error {
	ys := noSpan()
	for _, s := range b.Series {
		for _, v := range s.Values[:min(len(s.Values), len(b.Groups))] {
			if v = v.known(); finite(v.Value) {
				ys.cover(0, v.Value, v.Low, v.High)
			}
		}
	}
	if ys.empty() {
		return ErrNothing
	}
	b.Y.Log = false // a bar begins at 0
	names := b.legend()
	area := names.draw(b.frame(page), filled)
	width := area.Max.X - area.Min.X
	below := 0.0
	if ys.low < 0 {
		below = 0.05
	}
	p := chart(b.X, b.Y, span{-0.5, float64(len(b.Groups)) - 0.5}, ys.padded(below, 0.05), width, area.Max.Y-area.Min.Y)
	p.X.Tick.Marker = b.groups((width - 60) / vg.Length(len(b.Groups)))
	p.Add(gridLines(false))
	for i, s := range b.Series {
		p.Add(b.bars(i, s, names[i].look))
	}
	p.Add(painter(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		c.StrokeLine2(draw.LineStyle{Color: soft, Width: 0.8}, c.Min.X, at(0, 0).Y, c.Max.X, at(0, 0).Y)
	}))
	p.Draw(area)
	return nil
}

// groups are named under their middles, each in as many lines as any, so that all begin at one height.
func (b Bars) groups(room vg.Length) plot.ConstantTicks {
	most := 1
	var names [][]string
	for _, name := range b.Groups {
		lines := wrap(style(tickSize, soft, false), name, room-6, 2)
		names, most = append(names, lines), max(most, len(lines))
	}
	var ticks plot.ConstantTicks
	for i, lines := range names {
		for len(lines) < most {
			lines = append(lines, " ")
		}
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: strings.Join(lines, "\n")})
	}
	return ticks
}

// bars are one series in every group. A quarter of a group is the gap to the next.
func (b Bars) bars(i int, s Series, how look) painter {
	return func(c draw.Canvas, at func(x, y float64) vg.Point) {
		share := 0.76 / float64(len(b.Series))
		for g, v := range s.Values[:min(len(s.Values), len(b.Groups))] {
			if v = v.known(); !finite(v.Value) {
				continue
			}
			left := float64(g) - 0.38 + share*float64(i)
			r := vg.Rectangle{Min: at(left+share*0.06, min(0, v.Value)), Max: at(left+share*0.94, max(0, v.Value))}
			bar(c, how, r)
			if !v.exact() {
				x := left + share/2
				whisker(c, draw.LineStyle{Color: ink, Width: 0.9}, at(x, v.Low), at(x, v.High), min(3, (r.Max.X-r.Min.X)/3))
			}
		}
	}
}

// bar is filled; one whose shade comes again is striped, as its line would be dashed.
func bar(c draw.Canvas, how look, r vg.Rectangle) {
	c.FillPolygon(how.shade, corners(r))
	for i := range len(how.dashes) {
		wide := r.Max.X - r.Min.X
		x := r.Min.X + wide*vg.Length(i+1)/vg.Length(len(how.dashes)+1)
		c.StrokeLine2(draw.LineStyle{Color: color.White, Width: vg.Length(math.Min(1.2, float64(wide)/8))}, x, r.Min.Y, x, r.Max.Y)
	}
}
