package figure

import (
	"bytes"
	"errors"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// ErrNothing is what there is to draw where no number is finite.
var ErrNothing = errors.New("nothing to draw: no value is finite")

// The page: how wide it is, and how fine as a PNG.
const (
	pageWidth   = 9 * vg.Inch
	dotsPerInch = 200
)

// A Drawing is one of Curves, Bars, Scatter, Panels, Heat and Profile.
type Drawing interface {
	size() (width, height vg.Length)
	draw(c draw.Canvas) error
}

// PNG draws at 200 dots an inch.
func PNG(d Drawing) ([]byte, error) {
	w, h := d.size()
	canvas := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dotsPerInch), vgimg.UseBackgroundColor(color.White))
	if err := d.draw(draw.New(canvas)); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(&out)
	return out.Bytes(), err
}

// SVG draws with text as text. Where the Liberation fonts are missing, those that are as wide stand in.
func SVG(d Drawing) ([]byte, error) {
	canvas := vgsvg.New(d.size())
	page := draw.New(canvas)
	page.FillPolygon(color.White, corners(page.Rectangle))
	if err := d.draw(page); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, err
	}
	return bytes.ReplaceAll(out.Bytes(), []byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arimo,Arial,Helvetica,sans-serif;")), nil
}

// An Estimate is a value and its interval.
type Estimate struct{ Value, Low, High float64 }

// Exact is a value without an interval.
func Exact(x float64) Estimate { return Estimate{x, x, x} }

// known has the value itself for bounds that are no numbers.
func (e Estimate) known() Estimate {
	if !finite(e.Low) {
		e.Low = e.Value
	}
	if !finite(e.High) {
		e.High = e.Value
	}
	return e
}

func (e Estimate) exact() bool { return e.Low == e.Value && e.High == e.Value }

// finite leaves room below the largest number, so that sums of a few are finite too.
func finite(x float64) bool { return math.Abs(x) < 1e100 }

// A span is what an axis covers.
type span struct{ low, high float64 }

func noSpan() span { return span{math.Inf(1), math.Inf(-1)} }

func (s *span) cover(xs ...float64) {
	for _, x := range xs {
		if finite(x) {
			s.low, s.high = min(s.low, x), max(s.high, x)
		}
	}
}

func (s span) empty() bool { return s.low > s.high }

// padded is wider by shares of itself, so that nothing touches the edge. A single value gets room around it first.
func (s span) padded(below, above float64) span {
	if s.high-s.low <= 1e-12*math.Abs(s.high) {
		room := max(math.Abs(s.high)/10, 1e-6)
		s = span{s.low - room, s.high + room}
	}
	wide := s.high - s.low
	return span{s.low - below*wide, s.high + above*wide}
}

func corners(r vg.Rectangle) []vg.Point {
	return []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}}
}
