package figure

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A legend is a row of names, or several where one is full.
type legend []entry

type entry struct {
	name string
	look
}

const legendLine, swatch, swatchGap, entryGap = 15, 16, 5, 16

// flow says where each entry stands: how far from the left, and in which row.
func (l legend) flow(width vg.Length) (lefts []vg.Length, rows []int) {
	x, row := vg.Length(0), 0
	for _, e := range l {
		wide := swatch + swatchGap + l.letters(e, width)
		if x > 0 && x+wide > width {
			x, row = 0, row+1
		}
		lefts, rows = append(lefts, x), append(rows, row)
		x += wide + entryGap
	}
	return lefts, rows
}

// letters is the width of a name.
func (l legend) letters(e entry, width vg.Length) vg.Length {
	words := style(nameSize, ink, e.bold)
	return words.Width(squeeze(words, e.name, width/2))
}

// height is what all rows take.
func (l legend) height(width vg.Length) vg.Length {
	if len(l) == 0 {
		return 0
	}
	_, rows := l.flow(width)
	return vg.Length(legendLine*(rows[len(rows)-1]+1)) + 6
}

// draw writes the legend at the top of a page and returns the rest.
func (l legend) draw(c draw.Canvas, mark func(draw.Canvas, entry, vg.Rectangle)) draw.Canvas {
	page := c
	page.Min.X += 2
	width := page.Max.X - page.Min.X
	lefts, rows := l.flow(width)
	for i, e := range l {
		at := vg.Point{X: page.Min.X + lefts[i], Y: page.Max.Y - vg.Length(legendLine*rows[i]) - legendLine/2}
		mark(page, e, vg.Rectangle{Min: vg.Point{X: at.X, Y: at.Y - 4}, Max: vg.Point{X: at.X + swatch, Y: at.Y + 4}})
		words := style(nameSize, e.look.letters(), e.bold)
		at.X += swatch + swatchGap
		across(page, words, at, squeeze(words, e.name, width/2))
	}
	return draw.Crop(c, 0, 0, 0, -l.height(width))
}

// filled is the mark of bars, stroked that of lines.
func filled(c draw.Canvas, e entry, r vg.Rectangle) { bar(c, e.look, r) }

func stroked(c draw.Canvas, e entry, r vg.Rectangle) {
	h := (r.Min.Y + r.Max.Y) / 2
	c.StrokeLine2(draw.LineStyle{Color: e.shade, Width: 2.4, Dashes: e.dashes}, r.Min.X, h, r.Max.X, h)
}
