package figure

import (
	"image/color"
	"strings"
	"unicode"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Words stand around a drawing.
type Words struct {
	Title    string // what it shows
	Subtitle string // what it was measured on, and how many
	Note     string // what intervals and marks are
}

// The letters, and the room that a line of each takes.
const (
	titleSize, titleLine       = 14, 18
	subtitleSize, subtitleLine = 10.5, 15
	noteSize, noteLine         = 9, 12
	labelSize, tickSize        = 11, 10
	margin                     = 16
)

// lines are the words as they are broken on a page.
func (w Words) lines(width vg.Length) (title, subtitle, note []string) {
	room := width - 2*margin
	return wrap(style(titleSize, ink, true), w.Title, room, 2), wrap(style(subtitleSize, soft, false), w.Subtitle, room, 3),
		wrap(style(noteSize, soft, false), w.Note, room, 4)
}

// room is what the words take above and below.
func (w Words) room(width vg.Length) (above, below vg.Length) {
	title, subtitle, note := w.lines(width)
	above = 19 + vg.Length(titleLine*len(title)+subtitleLine*len(subtitle))
	return above, 22 + vg.Length(noteLine*len(note))
}

// frame writes the words and returns the page between them.
func (w Words) frame(c draw.Canvas) draw.Canvas {
	width := c.Max.X - c.Min.X
	title, subtitle, note := w.lines(width)
	at := vg.Point{X: c.Min.X + margin, Y: c.Max.Y - 6}
	for _, line := range title {
		at.Y -= titleLine
		c.FillText(style(titleSize, ink, true), at, line)
	}
	at.Y -= 2
	for _, line := range subtitle {
		at.Y -= subtitleLine
		c.FillText(style(subtitleSize, soft, false), at, line)
	}
	at.Y = c.Min.Y + 13 + vg.Length(noteLine*len(note))
	for _, line := range note {
		at.Y -= noteLine
		c.FillText(style(noteSize, soft, false), at, line)
	}
	above, below := w.room(width)
	return draw.Crop(c, 14, -margin, below, -above)
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

// across writes text whose capitals stand around a height: they are .72 of the size.
func across(c draw.Canvas, s text.Style, at vg.Point, words string) {
	c.FillText(s, vg.Point{X: at.X, Y: at.Y - 0.36*s.Font.Size}, words)
}

// clean leaves nothing that XML or a font stumbles over: one line of valid text.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return strings.TrimSpace(s)
}

// fit cuts what is too wide, with an ellipsis.
func fit(s text.Style, words string, width vg.Length) string {
	words = clean(words)
	if s.Width(words) <= width {
		return words
	}
	runes := []rune(words)
	low, high := 0, len(runes) // so many fit, so many do not
	for high-low > 1 {
		if half := (low + high) / 2; s.Width(string(runes[:half])+"…") <= width {
			low = half
		} else {
			high = half
		}
	}
	return strings.TrimRight(string(runes[:low]), " ,;:") + "…"
}

// squeeze cuts a name that is too wide in its middle: paths begin alike, and methods are named at the end.
func squeeze(s text.Style, name string, width vg.Length) string {
	name = clean(name)
	if s.Width(name) <= width {
		return name
	}
	runes := []rune(name)
	for cut := 1; cut < len(runes); cut++ {
		from := (len(runes) - cut) * 2 / 5
		if short := string(runes[:from]) + "…" + string(runes[from+cut:]); s.Width(short) <= width {
			return short
		}
	}
	return "…"
}

// wrap breaks words at spaces into lines, at most so many; the last is cut where there are more.
func wrap(s text.Style, words string, width vg.Length, most int) []string {
	var lines []string
	line := ""
	rest := strings.Fields(clean(words))
	for i, word := range rest {
		longer := strings.TrimSpace(line + " " + word)
		switch {
		case line == "" || s.Width(longer) <= width:
			line = longer
		case len(lines) == most-1:
			return append(lines, fit(s, line+" "+strings.Join(rest[i:], " "), width))
		default:
			lines, line = append(lines, fit(s, line, width)), word
		}
	}
	if line == "" {
		return lines
	}
	return append(lines, fit(s, line, width))
}
