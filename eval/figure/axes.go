package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// An Axis says what is along it.
type Axis struct {
	Label string    // with its unit
	Ticks []float64 // where it is marked; none is at round numbers
	Log   bool      // each step is a factor; for numbers above 0
}

// place is where a number stands along the axis: NaN where it cannot.
func (a Axis) place(x float64) float64 {
	if !finite(x) || a.Log && x <= 0 {
		return math.NaN()
	}
	if a.Log {
		return math.Log10(x)
	}
	return x
}

// ticks marks the places of a span, about so many of them.
func (a Axis) ticks(s span, about int) []plot.Tick {
	switch {
	case len(a.Ticks) > 0:
		var all []plot.Tick
		for _, x := range a.Ticks {
			if at := a.place(x); at >= s.low && at <= s.high {
				all = append(all, plot.Tick{Value: at, Label: fmt.Sprintf("%g", x)})
			}
		}
		return all
	case a.Log:
		return powers(s)
	}
	return rounded(s, about)
}

// rounded are multiples of 1, 2 or 5 times a power of ten.
func rounded(s span, about int) []plot.Tick {
	wide := (s.high - s.low) / float64(about)
	step := math.Pow(10, math.Floor(math.Log10(wide)))
	for _, factor := range []float64{1, 2, 5, 10} {
		if factor*step >= wide*0.7 {
			step *= factor
			break
		}
	}
	var all []plot.Tick
	first := math.Ceil(s.low/step - 1e-9)
	for i := range 4 * about { // bounded: a step may be too small to change what it is added to
		if x := (first + float64(i)) * step; x <= s.high+1e-9*step {
			all = append(all, plot.Tick{Value: x, Label: number(x, step, max(math.Abs(s.low), math.Abs(s.high)))})
		}
	}
	return all
}

// powers are of ten and, where those are few, their doubles and halves.
func powers(s span) []plot.Tick {
	factors := []float64{1}
	if s.high-s.low < 2.5 {
		factors = []float64{1, 2, 5}
	}
	var all []plot.Tick
	for power := math.Floor(s.low); power <= s.high && len(all) < 40; power += max(1, math.Round((s.high-s.low)/8)) {
		for _, factor := range factors {
			x := factor * math.Pow(10, power)
			if at := math.Log10(x); at >= s.low && at <= s.high {
				all = append(all, plot.Tick{Value: at, Label: number(x, x, x)})
			}
		}
	}
	return all
}

// number writes x as one of several that are a step apart, the largest as large as given: 0.25, 1500, 20k, 3M.
func number(x, step, largest float64) string {
	unit, sign := 1.0, ""
	switch {
	case largest >= 1e12 || step < 1e-6:
		return fmt.Sprintf("%.3g", x+0)
	case largest >= 1e9:
		unit, sign = 1e9, "G"
	case largest >= 1e6:
		unit, sign = 1e6, "M"
	case largest >= 1e4:
		unit, sign = 1e3, "k"
	}
	decimals := max(0, int(math.Ceil(-math.Log10(step/unit)-1e-9)))
	if math.Abs(x) < step/2 {
		x, sign = 0, ""
	}
	return fmt.Sprintf("%.*f", decimals, x/unit) + sign
}

// thin drops the labels that would touch the one before, where so much room is for the span.
func thin(ticks []plot.Tick, s span, room vg.Length) []plot.Tick {
	letters := style(tickSize, soft, false)
	end := vg.Length(math.Inf(-1))
	for i, t := range ticks {
		at, half := room*vg.Length((t.Value-s.low)/(s.high-s.low)), letters.Width(t.Label)/2
		if at-half < end+8 {
			ticks[i].Label = " " // a tick without a label would be a minor one, and those have no grid line
			continue
		}
		end = at + half
	}
	return ticks
}

// chart is an empty plot that will be so large.
func chart(x, y Axis, xs, ys span, w, h vg.Length) *plot.Plot {
	p := plot.New()
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = xs.low, xs.high, ys.low, ys.high
	label := style(labelSize, ink, false)
	p.X.Label.Text, p.Y.Label.Text = fit(label, x.Label, w-40), fit(label, y.Label, h-20)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font, axis.Label.TextStyle.Color = label.Font, ink
		axis.Tick.Label.Font, axis.Tick.Label.Color = style(tickSize, soft, false).Font, soft
		axis.Width, axis.Tick.Width, axis.Padding = 0, 0, 6
	}
	p.X.Tick.Marker = plot.ConstantTicks(thin(x.ticks(xs, max(2, int(w/75))), xs, w-50))
	p.Y.Tick.Marker = plot.ConstantTicks(y.ticks(ys, max(3, int(h/45))))
	p.X.Label.Padding, p.Y.Label.Padding = 3, 2
	return p
}

// gridLines stand at the ticks.
func gridLines(upright bool) *plotter.Grid {
	lines := plotter.NewGrid()
	lines.Horizontal, lines.Vertical = draw.LineStyle{Color: grid, Width: 0.8}, draw.LineStyle{}
	if upright {
		lines.Vertical = lines.Horizontal
	}
	return lines
}

// A painter draws in the plot's own coordinates.
type painter func(c draw.Canvas, at func(x, y float64) vg.Point)

// Plot makes it a plot.Plotter.
func (paint painter) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	paint(c, func(a, b float64) vg.Point { return vg.Point{X: x(a), Y: y(b)} })
}

// level is a dashed line from side to side.
func level(y float64) painter {
	return func(c draw.Canvas, at func(x, y float64) vg.Point) {
		h := at(0, y).Y
		c.StrokeLine2(draw.LineStyle{Color: soft, Width: 0.8, Dashes: []vg.Length{3, 3}}, c.Min.X, h, c.Max.X, h)
	}
}

// whisker is an interval, upright, with caps.
func whisker(c draw.Canvas, l draw.LineStyle, low, high vg.Point, cap vg.Length) {
	c.StrokeLine2(l, low.X, low.Y, high.X, high.Y)
	for _, p := range []vg.Point{low, high} {
		c.StrokeLine2(l, p.X-cap, p.Y, p.X+cap, p.Y)
	}
}
