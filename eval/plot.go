package eval

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"

	"github.com/project-sputnik/sputnik/probe"
	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// The picture: its size, how fine it is, and the room at the right for the names of the lines.
const (
	width, height = 9 * vg.Inch, 5.6 * vg.Inch
	dotsPerInch   = 200
	nameRoom      = 1.15 * vg.Inch
)

var (
	ink  = color.NRGBA{0x22, 0x26, 0x2b, 0xff}
	soft = color.NRGBA{0x6b, 0x74, 0x80, 0xff}
	grid = color.NRGBA{0xe6, 0xe9, 0xed, 0xff}
)

// shades are told apart by colour-blind readers too (Okabe and Ito 2008); the agent has its own.
var shades = []color.NRGBA{
	{0x8a, 0x8f, 0x96, 0xff}, {0xe6, 0x9f, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0x00, 0x9e, 0x73, 0xff},
	{0xcc, 0x79, 0xa7, 0xff}, {0x00, 0x72, 0xb2, 0xff}, {0xb0, 0xa2, 0x1a, 0xff}, {0x60, 0x4a, 0x3c, 0xff},
}

var agentShade = color.NRGBA{0xd5, 0x3e, 0x00, 0xff}

// errNoPlot is what there is to draw where F is not defined.
var errNoPlot = errors.New("no scorer has a retained information that could be drawn")

// series is one line of the picture.
type series struct {
	name   string
	shade  color.NRGBA
	agent  bool
	points []drawn
}

type drawn struct {
	at float64
	f  probe.Interval
}

// series are the lines, the agent last so that it lies on top.
func (r *Report) series() []series {
	var all []series
	for i, m := range r.Methods {
		s := series{name: m.Name, shade: shades[i%len(shades)], agent: r.Agent != nil && m.Name == agentName}
		if r.Agent != nil {
			s.shade = shades[(i+len(shades)-1)%len(shades)] // the agent is first and takes none
		}
		if s.agent {
			s.shade = agentShade
		}
		for _, p := range m.Points {
			if p.Retained != nil {
				s.points = append(s.points, drawn{p.Achieved, *p.Retained})
			}
		}
		slices.SortFunc(s.points, func(a, b drawn) int { return cmp.Compare(a.at, b.at) })
		if len(s.points) > 0 {
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b series) int { return rank(a) - rank(b) })
	return all
}

func rank(s series) int {
	if s.agent {
		return 1
	}
	return 0
}

// Plot draws F against the rate: a line for each method, its interval a band. It returns a PNG.
func (r *Report) Plot() ([]byte, error) {
	all := r.series()
	if len(all) == 0 {
		return nil, errNoPlot
	}
	p := r.axes(all)
	for _, add := range []func(series, *plot.Plot) error{series.addBand, series.addLine} { // every line above every band
		for _, s := range all {
			if err := add(s, p); err != nil {
				return nil, fmt.Errorf("plot %s: %w", s.name, err)
			}
		}
	}
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dotsPerInch), vgimg.UseBackgroundColor(color.White))
	whole := draw.New(canvas)
	head(whole, "What a reader still knows when only a share of the tokens is left", r.subtitle())
	foot(whole, fmt.Sprintf("Bands: %g%% bootstrap intervals over documents. 1 = as good as the whole text, 0 = as good as nothing to read.", 100*r.Bootstrap.Level))
	area := draw.Crop(whole, 14, -nameRoom, 34, -52)
	p.Draw(area)
	names(whole, p.DataCanvas(area), p, all)
	var out bytes.Buffer
	_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(&out)
	return out.Bytes(), err
}

// axes is the empty picture.
func (r *Report) axes(all []series) *plot.Plot {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = "share of the tokens kept", "retained information F"
	low, high, left, right := 0.0, 1.0, 1.0, 0.0
	for _, s := range all {
		for _, d := range s.points {
			low, high = min(low, d.f.Low), max(high, d.f.High)
			left, right = min(left, d.at), max(right, d.at)
		}
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = left-0.03, right+0.02, low-0.03, high+0.03
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font.Size, axis.Tick.Label.Font.Size = 11, 10
		axis.Label.TextStyle.Color, axis.Tick.Label.Color = ink, soft
		axis.Width, axis.Tick.Width, axis.Padding = 0, 0, 6
		axis.Label.TextStyle.Font.Variant, axis.Tick.Label.Font.Variant = "Sans", "Sans"
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = r.rateTicks(), fifths(p.Y.Min, p.Y.Max)
	lines := plotter.NewGrid()
	lines.Horizontal = draw.LineStyle{Color: grid, Width: 0.8}
	lines.Vertical = lines.Horizontal
	bounds := plotter.NewFunction(func(float64) float64 { return 1 })
	bounds.LineStyle = draw.LineStyle{Color: soft, Width: 0.8, Dashes: []vg.Length{3, 3}}
	floor := plotter.NewFunction(func(float64) float64 { return 0 })
	floor.LineStyle = bounds.LineStyle
	p.Add(lines, bounds, floor)
	return p
}

// rateTicks are the rates that were asked for.
func (r *Report) rateTicks() plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for _, p := range r.Methods[0].Points {
		ticks = append(ticks, plot.Tick{Value: p.Rate, Label: fmt.Sprintf("%g", p.Rate)})
	}
	return ticks
}

// fifths are the multiples of .2 between two values, or of more where the values are far apart.
func fifths(low, high float64) plot.ConstantTicks {
	step := 0.2
	for (high-low)/step > 10 {
		step *= 2
	}
	var ticks plot.ConstantTicks
	for i := math.Ceil(low / step); i*step <= high; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: fmt.Sprintf("%.1f", i*step+0)})
	}
	return ticks
}

// addBand draws the interval; that of a single point is a bar.
func (s series) addBand(p *plot.Plot) error {
	var band plotter.XYs
	for _, d := range s.points {
		band = append(band, plotter.XY{X: d.at, Y: d.f.High})
	}
	for _, d := range slices.Backward(s.points) {
		band = append(band, plotter.XY{X: d.at, Y: d.f.Low})
	}
	area, err := plotter.NewPolygon(band)
	if err != nil {
		return err
	}
	area.Color, area.Width = faint(s.shade, s.agent), 0
	if len(s.points) == 1 {
		area.LineStyle = draw.LineStyle{Color: s.shade, Width: 1}
	}
	p.Add(area)
	return nil
}

func (s series) addLine(p *plot.Plot) error {
	var line plotter.XYs
	for _, d := range s.points {
		line = append(line, plotter.XY{X: d.at, Y: d.f.Value})
	}
	curve, dots, err := plotter.NewLinePoints(line)
	if err != nil {
		return err
	}
	curve.Color, curve.Width = s.shade, 1.4
	dots.GlyphStyle = draw.GlyphStyle{Color: s.shade, Radius: 2.4, Shape: draw.CircleGlyph{}}
	if s.agent {
		curve.Width, dots.Radius = 2.8, 3.6
	}
	p.Add(curve, dots)
	return nil
}

func faint(c color.NRGBA, agent bool) color.NRGBA {
	c.A = 0x16
	if agent {
		c.A = 0x38
	}
	return c
}

// style is sans text of a size.
func style(size vg.Length, c color.Color, bold bool) text.Style {
	f := font.From(plot.DefaultFont, size)
	f.Variant = "Sans"
	if bold {
		f.Weight = xfont.WeightBold
	}
	return text.Style{Color: c, Font: f, Handler: plot.DefaultTextHandler}
}

func head(c draw.Canvas, title, subtitle string) {
	at := vg.Point{X: c.Min.X + 16, Y: c.Max.Y - 24}
	c.FillText(style(14, ink, true), at, title)
	c.FillText(style(10.5, soft, false), vg.Point{X: at.X, Y: at.Y - 17}, subtitle)
}

func foot(c draw.Canvas, note string) {
	c.FillText(style(9, soft, false), vg.Point{X: c.Min.X + 16, Y: c.Min.Y + 13}, note)
}

// names stand at the ends of the lines, moved apart where they would touch.
func names(whole, data draw.Canvas, p *plot.Plot, all []series) {
	x, y := p.Transforms(&data)
	last := func(s series) drawn { return s.points[len(s.points)-1] }
	order := slices.Clone(all)
	slices.SortStableFunc(order, func(a, b series) int { return cmp.Compare(last(a).f.Value, last(b).f.Value) })
	heights := make([]vg.Length, len(order))
	for i, s := range order {
		heights[i] = y(last(s).f.Value)
	}
	spread(heights, 14, data.Max.Y)
	for i, s := range order {
		from := vg.Point{X: x(last(s).at) + 5, Y: y(last(s).f.Value)}
		to := vg.Point{X: data.Max.X + 10, Y: heights[i]}
		whole.StrokeLine2(draw.LineStyle{Color: s.shade, Width: 0.5}, from.X, from.Y, to.X-2, to.Y)
		words := style(10.5, s.shade, s.agent)
		words.YAlign = text.YCenter
		whole.FillText(words, to, s.name)
	}
}

// spread moves ascending heights until they are apart, each pair as far up as down, and none above the top.
func spread(heights []vg.Length, apart, top vg.Length) {
	for range 100 {
		for i := 1; i < len(heights); i++ {
			if short := apart - (heights[i] - heights[i-1]); short > 0 {
				heights[i-1], heights[i] = heights[i-1]-short/2, heights[i]+short/2
			}
		}
		if n := len(heights); n > 0 {
			heights[n-1] = min(heights[n-1], top)
		}
	}
}
