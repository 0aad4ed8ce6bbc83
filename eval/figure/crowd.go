package figure

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A crowd knows what is taken of a picture, and finds room for names in what is left.
type crowd struct {
	bounds vg.Rectangle
	taken  []vg.Rectangle // dots, intervals and names, which no name may cover
	lines  []vg.Rectangle // which none should
}

// around are the directions in which a name may stand from its dot, the best first.
var around = []vg.Point{{X: 1}, {X: -1}, {Y: 1}, {Y: -1}, {X: 1, Y: 1}, {X: 1, Y: -1}, {X: -1, Y: 1}, {X: -1, Y: -1}}

// name writes a spot's name as near to it as there is room, with a line to it from further away.
func (w *crowd) name(c draw.Canvas, s spot, dot vg.Point) {
	words := style(nameSize, s.letters(), s.bold)
	text := fit(words, s.name, longestName)
	size := vg.Point{X: words.Width(text), Y: nameLine - 1}
	var best vg.Rectangle
	least, far := 1<<30, false
	for step, away := range []vg.Length{8, 18, 30, 44, 60, 80} {
		for i, to := range around {
			r := beside(dot, to, away, size)
			if cost := w.cost(r)*100 + step*10 + i; cost < least {
				best, least, far = r, cost, step > 0
			}
		}
	}
	if far {
		end := vg.Point{X: min(max(dot.X, best.Min.X-2), best.Max.X+2), Y: min(max(dot.Y, best.Min.Y), best.Max.Y)}
		c.StrokeLine2(draw.LineStyle{Color: s.shade, Width: 0.5}, dot.X, dot.Y, end.X, end.Y)
	}
	w.taken = append(w.taken, best)
	across(c, words, vg.Point{X: best.Min.X, Y: (best.Min.Y + best.Max.Y) / 2}, text)
}

// beside is the place of a size that lies in a direction from a dot.
func beside(dot, to vg.Point, away vg.Length, size vg.Point) vg.Rectangle {
	center := vg.Point{X: dot.X + to.X*(away+size.X/2), Y: dot.Y + to.Y*(away+size.Y/2)}
	return vg.Rectangle{Min: vg.Point{X: center.X - size.X/2, Y: center.Y - size.Y/2}, Max: vg.Point{X: center.X + size.X/2, Y: center.Y + size.Y/2}}
}

// cost counts what a place covers; to leave the picture is the worst.
func (w *crowd) cost(r vg.Rectangle) int {
	sum := 0
	if r.Min.X < w.bounds.Min.X || r.Max.X > w.bounds.Max.X || r.Min.Y < w.bounds.Min.Y || r.Max.Y > w.bounds.Max.Y {
		sum += 1000
	}
	for _, t := range w.taken {
		if meet(r, t) {
			sum += 10
		}
	}
	for _, l := range w.lines {
		if meet(r, l) {
			sum++
		}
	}
	return sum
}

func meet(a, b vg.Rectangle) bool {
	return a.Min.X < b.Max.X && b.Min.X < a.Max.X && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y
}

// box is what lies between two points, and so much around them.
func box(a, b vg.Point, around vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: min(a.X, b.X) - around, Y: min(a.Y, b.Y) - around}, Max: vg.Point{X: max(a.X, b.X) + around, Y: max(a.Y, b.Y) + around}}
}
