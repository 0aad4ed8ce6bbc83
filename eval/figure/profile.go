package figure

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Profile is a row of parts, such as the words of a text: how high each is, and what became of it. Under the heights a
// strip shows the fates alone.
type Profile struct {
	Words
	X, Y  Axis
	Parts []Part
	Names [3]string // of the fates
}

// A Part reaches from one place to another. One whose height is not finite is in the strip only.
type Part struct {
	From, To, Height float64
	Fate             Fate
}

// A Fate is what became of a part.
type Fate int

// The fates, in the order in which they are drawn over one another.
const (
	Dropped Fate = iota
	Kept
	Protected
)

var fateShades = [3]color.NRGBA{{0xb9, 0xbf, 0xc7, 0xff}, {0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x3e, 0x00, 0xff}}

// mostParts are drawn one by one; of more, columns of the picture are: the highest of each fate.
const mostParts, profileColumns = 500, 900

const stripHeight, profileHeight = 14, 300

func (p Profile) size() (width, height vg.Length) {
	above, below := p.room(pageWidth)
	return pageWidth, above + below + profileHeight
}

func (p Profile) draw(page draw.Canvas) error {
	xs, ys := noSpan(), noSpan()
	for _, part := range p.Parts {
		if finite(part.From) && finite(part.To) && part.From < part.To {
			xs.cover(part.From, part.To)
			ys.cover(part.Height)
		}
	}
	if xs.empty() || ys.empty() {
		return ErrNothing
	}
	base := ys.padded(0.04, 0).low // not 0: scores may all lie below it, and the best would be the shortest
	ys.cover(base)
	area := p.frame(page)
	area = p.legend().draw(area, filled)
	chart := chart(p.X, p.Y, xs, ys.padded(0.14, 0.04), area.Max.X-area.Min.X, area.Max.Y-area.Min.Y)
	chart.Add(gridLines(false), painter(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		p.strip(c, at, xs)
		p.heights(c, at, xs, base)
	}))
	chart.Draw(area)
	return nil
}

// legend names each fate with how many parts have it.
func (p Profile) legend() legend {
	var counts [3]int
	for _, part := range p.Parts {
		counts[part.Fate]++
	}
	var all legend
	for _, fate := range []Fate{Kept, Protected, Dropped} {
		all = append(all, entry{fmt.Sprintf("%s: %d", p.Names[fate], counts[fate]), look{shade: fateShades[fate]}})
	}
	return all
}

// heights draws the parts from the base up.
func (p Profile) heights(c draw.Canvas, at func(x, y float64) vg.Point, xs span, base float64) {
	parts, gap := p.Parts, vg.Length(0.5)
	if len(parts) > mostParts {
		parts, gap = p.columns(xs), 0
	}
	for fate := range fateShades {
		for _, part := range parts {
			if int(part.Fate) != fate || !finite(part.Height) {
				continue
			}
			low, high := at(part.From, base), at(part.To, part.Height)
			high.X = max(low.X+0.4, high.X-gap)
			c.FillPolygon(fateShades[fate], []vg.Point{low, {X: low.X, Y: high.Y}, high, {X: high.X, Y: low.Y}})
		}
	}
}

// columns are the highest part of each fate in each column.
func (p Profile) columns(xs span) []Part {
	var best [3][profileColumns]*Part
	for i := range p.Parts {
		part := &p.Parts[i]
		highest := &best[part.Fate][column(part.From, xs)]
		if finite(part.Height) && (*highest == nil || part.Height > (*highest).Height) {
			*highest = part
		}
	}
	var out []Part
	wide := (xs.high - xs.low) / profileColumns
	for fate := range best {
		for i, part := range best[fate] {
			if part != nil {
				from := xs.low + float64(i)*wide
				out = append(out, Part{from, from + wide, part.Height, Fate(fate)})
			}
		}
	}
	return out
}

func column(x float64, xs span) int {
	return min(profileColumns-1, max(0, int((x-xs.low)/(xs.high-xs.low)*profileColumns)))
}

// strip shows along the bottom how much of each column had which fate.
func (p Profile) strip(c draw.Canvas, at func(x, y float64) vg.Point, xs span) {
	var shares [profileColumns][3]float64
	for _, part := range p.Parts {
		first, last := column(part.From, xs), column(part.To, xs)
		for i := first; i <= last; i++ {
			left := xs.low + float64(i)/profileColumns*(xs.high-xs.low)
			right := xs.low + float64(i+1)/profileColumns*(xs.high-xs.low)
			shares[i][part.Fate] += max(0, min(part.To, right)-max(part.From, left))
		}
	}
	for i, share := range shares {
		shade, sum := color.NRGBA{0xff, 0xff, 0xff, 0xff}, 0.0
		for fate, s := range share {
			if sum += s; s > 0 {
				shade = mix(shade, fateShades[fate], s/sum)
			}
		}
		from := at(xs.low+float64(i)/profileColumns*(xs.high-xs.low), 0).X
		to := at(xs.low+float64(i+1)/profileColumns*(xs.high-xs.low), 0).X
		r := vg.Rectangle{Min: vg.Point{X: from, Y: c.Min.Y + 1}, Max: vg.Point{X: to + 0.5, Y: c.Min.Y + 1 + stripHeight}}
		c.FillPolygon(shade, corners(r))
	}
}
