package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// drawn is both forms of a drawing, after what holds for any: a PNG of the drawing's own size, an SVG that is XML.
func drawn(t *testing.T, d Drawing) (raster, vector []byte) {
	t.Helper()
	raster, err := PNG(d)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.DecodeConfig(bytes.NewReader(raster))
	if err != nil {
		t.Fatal(err)
	}
	w, h := d.size()
	for side, pair := range map[string][2]float64{"width": {float64(picture.Width), w.Dots(dotsPerInch)}, "height": {float64(picture.Height), h.Dots(dotsPerInch)}} {
		if math.Abs(pair[0]-pair[1]) > 1 {
			t.Errorf("%s is %g dots; want %g", side, pair[0], pair[1])
		}
	}
	if vector, err = SVG(d); err != nil {
		t.Fatal(err)
	}
	for decoder := xml.NewDecoder(bytes.NewReader(vector)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return raster, vector
		} else if err != nil {
			t.Fatalf("SVG: %v", err)
		}
	}
}

func TestTheSameStructGivesTheSameBytes(t *testing.T) {
	for _, name := range []string{"curves", "bars", "scatter", "panels-3", "heat"} {
		first, vector := drawn(t, gallery()[name])
		again, same := drawn(t, gallery()[name])
		if !bytes.Equal(first, again) || !bytes.Equal(vector, same) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestNothingLeftIsAnError(t *testing.T) {
	nan, infinite := math.NaN(), math.Inf(1)
	for name, d := range map[string]Drawing{
		"no lines":                   Curves{Words: measured},
		"lines without a number":     Curves{Lines: []Line{{Name: "agent", Points: []Point{{nan, Exact(1)}, {1, Exact(nan)}, {infinite, Exact(1)}, {1, Exact(1e300)}}}}},
		"no bars":                    Bars{Groups: []string{"0.3"}},
		"more values than groups":    Bars{Groups: []string{"0.3"}, Series: []Series{{Name: "agent", Values: []Estimate{Exact(nan), Exact(1)}}}},
		"no dots":                    Scatter{},
		"speeds without a logarithm": Scatter{X: Axis{Log: true}, Dots: []Dot{{Name: "agent", X: 0, Y: Exact(1)}, {Name: "first", X: -1, Y: Exact(1)}}},
		"no panels":                  Panels{Phases: []Phase{{"joint", 0, 10}}},
		"panels without a number":    Panels{Panels: []Panel{{Title: "reward", Lines: []PanelLine{{Trace: []XY{{1, nan}, {nan, 1}}}}}}},
		"no words":                   Heat{Text: []Word{{Text: " \n"}}},
		"no parts":                   Profile{Parts: []Part{{From: 1, To: 1}, {From: 0, To: 2, Height: nan}}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := PNG(d); !errors.Is(err, ErrNothing) {
				t.Errorf("PNG: %v", err)
			}
			if _, err := SVG(d); !errors.Is(err, ErrNothing) {
				t.Errorf("SVG: %v", err)
			}
		})
	}
}

// Whatever is left out, the rest is drawn as if it had never been there.
func TestWhatIsNoNumberIsLeftOut(t *testing.T) {
	nan := math.NaN()
	with, without := curves(3), curves(3)
	with.Lines[1].Points = append([]Point{{0.4, Exact(nan)}, {math.Inf(-1), Exact(0.5)}}, with.Lines[1].Points...)
	more, fewer := scatter(5), scatter(5)
	more.Dots = append(more.Dots, Dot{"stuck", false, 0, Exact(0.5)}, Dot{"lost", false, nan, Exact(nan)})
	dashed, whole := panels(1), panels(1)
	dashed.Panels[1].Lines[0].Trace = append(dashed.Panels[1].Lines[0].Trace, XY{nan, 1}, XY{1e4, nan}, XY{math.Inf(1), math.Inf(1)})
	for name, pair := range map[string][2]Drawing{"curves": {with, without}, "scatter": {more, fewer}, "panels": {dashed, whole}} {
		_, a := drawn(t, pair[0])
		_, b := drawn(t, pair[1])
		if name == "scatter" { // whose height goes by the dots that were given
			_, a, _ = bytes.Cut(a, []byte("<text"))
			_, b, _ = bytes.Cut(b, []byte("<text"))
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s: what is no number changes the picture", name)
		}
	}
	if e := (Estimate{1, nan, math.Inf(1)}).known(); e != Exact(1) {
		t.Errorf("bounds that are no numbers: %v", e)
	}
}

func TestExtremesAreDrawn(t *testing.T) {
	line := func(points ...Point) Drawing { return Curves{Lines: []Line{{Name: "agent", Points: points}}} }
	for name, d := range map[string]Drawing{
		"one value":                     line(Point{1, Exact(1)}),
		"zeros":                         line(Point{0, Exact(0)}, Point{0, Exact(0)}),
		"the smallest":                  line(Point{5e-324, Exact(5e-324)}, Point{0, Exact(-5e-324)}),
		"nearly the same":               line(Point{1, Exact(1e16)}, Point{math.Nextafter(1, 2), Exact(1e16 + 2)}),
		"huge":                          line(Point{-9e99, Exact(9e99)}, Point{9e99, Exact(-9e99)}),
		"a log axis over all":           Scatter{X: Axis{Log: true}, Dots: []Dot{{"slow", false, 1e-90, Exact(0)}, {"fast", false, 1e90, Exact(1)}}},
		"one dot":                       Scatter{Dots: []Dot{{"agent", true, 3, Exact(0.5)}}},
		"an interval upside down":       line(Point{1, Estimate{0.5, 0.9, 0.1}}, Point{2, Estimate{0.5, 0.9, 0.1}}),
		"one bar":                       Bars{Groups: []string{""}, Series: []Series{{Values: []Estimate{Exact(3)}}}},
		"one part":                      Profile{Parts: []Part{{From: 0, To: 1, Height: -1, Fate: Kept}}},
		"one word":                      Heat{Text: []Word{{"antidisestablishmentarianism" + strings.Repeat("s", 300), math.NaN(), true}}},
		"text that is no text":          Curves{Words: Words{Title: "a\x00b\xff\n<&>\u202e"}, Lines: []Line{{Name: "\x01\xfe]]>", Points: []Point{{1, Exact(1)}}}}},
		"a phase without an end":        Panels{Phases: []Phase{{"joint", 0, math.Inf(1)}}, Panels: []Panel{{Lines: []PanelLine{{Trace: []XY{{1, 1}}}}}}},
		"a run that has no name":        Panels{Panels: []Panel{{Lines: []PanelLine{{Run: 20, Trace: []XY{{1, 1}, {2, 2}}}}}}},
		"thirty bold lines":             Curves{Lines: emphasised(30)},
		"words in another script":       Heat{Text: []Word{{"法国的首都是巴黎", 0.5, true}, {"عاصمة", 0.2, false}}},
		"a word without a space beside": Heat{Text: []Word{{"Copen", 0.5, true}, {"hagen ", 0.2, false}, {"is", 0.1, true}}},
	} {
		t.Run(name, func(t *testing.T) { drawn(t, d) })
	}
}

func emphasised(n int) []Line {
	lines := curves(n).Lines
	for i := range lines {
		lines[i].Bold = true
	}
	return lines
}

func TestNamesAreSpreadApartAndStayInside(t *testing.T) {
	for name, heights := range map[string][]vg.Length{
		"in one place":  {50, 50, 50, 50},
		"at the top":    {97, 98, 99, 100},
		"at the bottom": {0, 0, 1},
		"far apart":     {10, 40, 90},
		"none":          {},
	} {
		spread(heights, 14, 0, 100)
		for i, h := range heights {
			if h < -0.1 || h > 100.1 || i > 0 && h-heights[i-1] < 13.9 {
				t.Errorf("%s: %v", name, heights)
			}
		}
	}
}

func TestTwelveSeriesLookDifferent(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range looks(append([]bool{true, true}, make([]bool, 12)...)) {
		key := strings.Join([]string{colour(l), strings.Repeat("-", len(l.dashes))}, " ")
		if seen[key] {
			t.Errorf("%s comes twice", key)
		}
		seen[key] = true
	}
}

func colour(l look) string { return string([]byte{l.shade.R, l.shade.G, l.shade.B}) }
