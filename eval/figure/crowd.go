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
	names  []vg.Rectangle // over which no line should lead to another
}

// around are the directions in which a name may stand from its dot, the best first.
var around = []vg.Point{{X: 1}, {X: -1}, {Y: 1}, {Y: -1}, {X: 1, Y: 1}, {X: 1, Y: -1}, {X: -1, Y: 1}, {X: -1, Y: -1}}

// name writes a spot's name as near to it as there is room, with a line to it from further away.
func (w *crowd) name(c draw.Canvas, s spot, dot vg.Point) {
	words := style(nameSize, s.letters(), s.bold)
	text := squeeze(words, s.name, longestName)
	size := vg.Point{X: words.Width(text), Y: nameLine - 1}
	var best vg.Rectangle
	var leads []vg.Point
	least := 1 << 30
	for step, away := range []vg.Length{8, 18, 30, 44, 60, 80} {
		for i, to := range around {
			r := beside(dot, to, away, size)
			var way []vg.Point
			if step > 0 {
				way = lead(dot, r)
			}
			if cost := w.cost(r)*100 + w.crossed(way)*300 + step*10 + i; cost < least {
				best, leads, least = r, way, cost
			}
		}
	}
	if leads != nil {
		c.StrokeLines(draw.LineStyle{Color: s.shade, Width: 0.5}, leads)
	}
	for _, p := range leads {
		w.lines = append(w.lines, box(p, p, 1))
	}
	w.taken, w.names = append(w.taken, best), append(w.names, best)
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

// lead is the way from a dot to a name, in short steps.
func lead(dot vg.Point, name vg.Rectangle) []vg.Point {
	end := vg.Point{X: min(max(dot.X, name.Min.X-2), name.Max.X+2), Y: min(max(dot.Y, name.Min.Y), name.Max.Y)}
	const steps = 20
	way := make([]vg.Point, steps+1)
	for i := range way {
		share := vg.Length(i) / steps
		way[i] = vg.Point{X: dot.X + share*(end.X-dot.X), Y: dot.Y + share*(end.Y-dot.Y)}
	}
	return way
}

// crossed counts the names that a way leads over.
func (w *crowd) crossed(way []vg.Point) int {
	sum := 0
	for _, n := range w.names {
		for _, p := range way {
			if meet(n, box(p, p, 1)) {
				sum++
				break
			}
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
