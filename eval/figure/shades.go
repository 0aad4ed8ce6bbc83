package figure

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var (
	ink  = color.NRGBA{0x22, 0x26, 0x2b, 0xff}
	soft = color.NRGBA{0x5f, 0x68, 0x73, 0xff}
	grid = color.NRGBA{0xe6, 0xe9, 0xed, 0xff}
	tint = color.NRGBA{0xf5, 0xf6, 0xf8, 0xff}
)

// shades are told apart by colour-blind readers too (Okabe and Ito 2008); what is emphasised has its own.
var shades = []color.NRGBA{
	{0x8a, 0x8f, 0x96, 0xff}, {0xe6, 0x9f, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0x00, 0x9e, 0x73, 0xff},
	{0xcc, 0x79, 0xa7, 0xff}, {0x00, 0x72, 0xb2, 0xff}, {0xb0, 0xa2, 0x1a, 0xff}, {0x60, 0x4a, 0x3c, 0xff},
}

var boldShade = color.NRGBA{0xd5, 0x3e, 0x00, 0xff}

// A look is how a series is told from the others. Where shades run out they come again with dashes.
type look struct {
	shade  color.NRGBA
	bold   bool
	dashes []vg.Length
}

// strong are the shades of further bold ones: those that are furthest from the first's and from one another.
var strong = []int{5, 3, 4, 7, 1, 2, 6, 0}

// looks gives each series its own. The first bold one has the shade that no other has, further ones strong shades, and
// the rest what these leave.
func looks(bold []bool) []look {
	all := make([]look, len(bold))
	emphasised := 0
	for i, b := range bold {
		switch {
		case b && emphasised == 0:
			all[i] = look{shade: boldShade, bold: true}
		case b:
			n := emphasised - 1
			all[i] = look{shades[strong[n%len(strong)]], true, dashes(n / len(strong))}
		}
		if b {
			emphasised++
		}
	}
	left := slices.DeleteFunc(slices.Clone(shades), func(c color.NRGBA) bool {
		return slices.ContainsFunc(all, func(l look) bool { return l.bold && l.shade == c })
	})
	if len(left) == 0 {
		left = shades
	}
	next := 0
	for i, b := range bold {
		if !b {
			all[i] = look{left[next%len(left)], false, dashes(next / len(left))}
			next++
		}
	}
	return all
}

// dashes are of the turn in which the shades come.
func dashes(turn int) []vg.Length {
	return [][]vg.Length{nil, {6, 3}, {2, 2.5}, {8, 3, 2, 3}}[turn%4]
}

func (l look) line() draw.LineStyle {
	if l.bold {
		return draw.LineStyle{Color: l.shade, Width: 2.8, Dashes: l.dashes}
	}
	return draw.LineStyle{Color: l.shade, Width: 1.4, Dashes: l.dashes}
}

func (l look) dot() draw.GlyphStyle {
	if l.bold {
		return draw.GlyphStyle{Color: l.shade, Radius: 3.6, Shape: draw.CircleGlyph{}}
	}
	return draw.GlyphStyle{Color: l.shade, Radius: 2.4, Shape: draw.CircleGlyph{}}
}

// band is for areas that lie over one another.
func (l look) band() color.NRGBA {
	c := l.shade
	c.A = 0x16
	if l.bold {
		c.A = 0x38
	}
	return c
}

// letters are darker than what they name: thin strokes look paler than they are.
func (l look) letters() color.NRGBA {
	if l.shade == boldShade {
		return l.shade
	}
	return mix(l.shade, ink, 0.35)
}

// mix is a with a share of b.
func mix(a, b color.NRGBA, share float64) color.NRGBA {
	part := func(x, y uint8) uint8 { return uint8(float64(x)*(1-share) + float64(y)*share + 0.5) }
	return color.NRGBA{part(a.R, b.R), part(a.G, b.G), part(a.B, b.B), 0xff}
}
