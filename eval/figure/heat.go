package figure

import (
	"fmt"
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Heat is a text whose words have the colour of their scores, and a line through what is dropped.
type Heat struct {
	Words
	Score string // what the score is, with its unit
	Text  []Word
	Lines int // after so many the text is cut, and says so; 0 is 24
}

// A Word is drawn without the space around it; a line break in it is one in the picture. Where any word has space at an
// edge, those without are joined to one another, so parts of a word may be given. A score is 0-1; one that is not finite
// has no colour.
type Word struct {
	Text  string
	Score float64
	Kept  bool
}

const heatSize, heatLine, heatPad, heatGap = 11, 20, 2.5, 2.5

// hot is the colour of score 1, on which ink can be read; white is that of 0.
var hot = color.NRGBA{0x3a, 0x9a, 0xdc, 0xff}

// chip is a word at its place: so far from the left, in that row.
type chip struct {
	Word
	left, width vg.Length
	row         int
}

// flow lays the words out in rows and says how many there are.
func (h Heat) flow(width vg.Length) (chips []chip, rows int) {
	spaced := false
	for _, w := range h.Text {
		spaced = spaced || strings.TrimSpace(w.Text) != w.Text
	}
	x, row, apart, letters := vg.Length(0), 0, true, style(heatSize, ink, false)
	for _, w := range h.Text {
		body := clean(w.Text)
		before, after, _ := strings.Cut(w.Text, strings.TrimSpace(w.Text))
		if strings.Contains(before, "\n") && x > 0 {
			x, row = 0, row+1
		}
		if body != "" {
			w.Text = fit(letters, body, width-2*heatPad)
			wide := letters.Width(w.Text) + 2*heatPad
			if x > 0 && (apart || before != "" || !spaced) {
				x += heatGap
			}
			if x > 0 && x+wide > width {
				x, row = 0, row+1
			}
			chips = append(chips, chip{w, x, wide, row})
			x, apart = x+wide, false
		}
		apart = apart || after != "" || before != ""
		if strings.Contains(after, "\n") && x > 0 {
			x, row = 0, row+1
		}
	}
	if len(chips) == 0 {
		return nil, 0
	}
	return chips, chips[len(chips)-1].row + 1
}

func (h Heat) most() int {
	if h.Lines > 0 {
		return h.Lines
	}
	return 24
}

// The rooms above the text, for the legend, and below, for what was cut.
const heatAbove, heatBelow = 30, 18

func (h Heat) size() (width, height vg.Length) {
	above, below := h.room(pageWidth)
	_, rows := h.flow(pageWidth - 14 - margin)
	height = above + below + heatAbove + heatLine*vg.Length(max(1, min(rows, h.most())))
	if rows > h.most() {
		height += heatBelow
	}
	return pageWidth, height
}

func (h Heat) draw(page draw.Canvas) error {
	area := h.frame(page)
	chips, rows := h.flow(area.Max.X - area.Min.X)
	if len(chips) == 0 {
		return ErrNothing
	}
	h.legend(area, chips)
	top, left := area.Max.Y-heatAbove, 0
	for _, c := range chips {
		if c.row >= h.most() {
			left++
			continue
		}
		c.draw(area, vg.Point{X: area.Min.X + c.left, Y: top - heatLine*vg.Length(c.row+1)})
	}
	if rows > h.most() {
		area.FillText(style(noteSize, soft, false), vg.Point{X: area.Min.X + 2, Y: area.Min.Y + 4},
			fmt.Sprintf("… and %d more words, which are not shown", left))
	}
	return nil
}

// draw paints a chip whose lower left corner is given.
func (c chip) draw(page draw.Canvas, at vg.Point) {
	r := vg.Rectangle{Min: vg.Point{X: at.X, Y: at.Y + 2}, Max: vg.Point{X: at.X + c.width, Y: at.Y + heatLine - 1}}
	back := color.NRGBA{0xff, 0xff, 0xff, 0xff}
	if finite(c.Score) {
		back = warmth(c.Score)
		page.FillPolygon(back, corners(r))
	}
	letters := ink
	if !c.Kept {
		letters = mix(ink, back, 0.35)
	}
	height := (r.Min.Y + r.Max.Y) / 2
	across(page, style(heatSize, letters, false), vg.Point{X: at.X + heatPad, Y: height}, c.Text)
	if !c.Kept {
		page.StrokeLine2(draw.LineStyle{Color: letters, Width: 0.9}, r.Min.X+1, height-1, r.Max.X-1, height-1)
	}
}

// warmth is the colour of a score.
func warmth(score float64) color.NRGBA {
	return mix(color.NRGBA{0xff, 0xff, 0xff, 0xff}, hot, 0.04+0.96*min(max(score, 0), 1))
}

// legend is a strip of all colours, and a word of either kind with how many there are.
func (h Heat) legend(area draw.Canvas, chips []chip) {
	at := vg.Point{X: area.Min.X + 2, Y: area.Max.Y - heatLine}
	words := style(nameSize, ink, false)
	write := func(text string) {
		text = fit(words, text, longestName*1.5)
		across(area, words, vg.Point{X: at.X, Y: at.Y + heatLine/2 + 0.5}, text)
		at.X += words.Width(text) + 6
	}
	write("0")
	const steps, wide = 24, 5
	for i := range steps {
		from := vg.Point{X: at.X + vg.Length(i*wide), Y: at.Y + 4} // each to the end, so that no seam shows
		area.FillPolygon(warmth(float64(i)/(steps-1)), corners(vg.Rectangle{Min: from, Max: vg.Point{X: at.X + steps*wide, Y: at.Y + heatLine - 4}}))
	}
	at.X += steps*wide + 6
	write("1  " + h.Score)
	kept := 0
	for _, c := range chips {
		if c.Kept {
			kept++
		}
	}
	for _, sample := range []struct {
		word  Word
		count int
	}{{Word{"kept", 0.3, true}, kept}, {Word{"dropped", 0.3, false}, len(chips) - kept}} {
		at.X += 10
		c := chip{Word: sample.word, width: style(heatSize, ink, false).Width(sample.word.Text) + 2*heatPad}
		c.draw(area, at)
		at.X += c.width + 6
		write(fmt.Sprintf("%d words", sample.count))
	}
}
