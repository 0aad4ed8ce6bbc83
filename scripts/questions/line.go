package main

import (
	"fmt"
	"math"
	"os"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/project-sputnik/sputnik/eval/figure"
)

// A line is F = intercept + slope log2(questions), with the interval of its slope.
type line struct {
	intercept, slope, low, high float64
	points                      int
}

// through fits a line to the trainings of agents at a rate. The slope's standard error is
// sqrt(sum (y - fit)^2 / (n - 2) / sum (x - mean x)^2); with two points or one size it has none.
func through(agents []trained, rate int) line {
	var x, y []float64
	for _, a := range agents {
		for _, f := range a.byRun(rate) {
			x, y = append(x, math.Log2(float64(a.questions))), append(y, f)
		}
	}
	l := line{points: len(x), low: math.NaN(), high: math.NaN()}
	l.intercept, l.slope = stat.LinearRegression(x, y, nil, false)
	if len(x) < 3 {
		return l
	}
	squares, spread, mean := 0.0, 0.0, stat.Mean(x, nil)
	for i := range x {
		squares += math.Pow(y[i]-l.intercept-l.slope*x[i], 2)
		spread += math.Pow(x[i]-mean, 2)
	}
	free := float64(len(x) - 2)
	wide := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: free}.Quantile(0.975) * math.Sqrt(squares/free/spread)
	l.low, l.high = l.slope-wide, l.slope+wide
	return l
}

func (l line) at(questions float64) float64 { return l.intercept + l.slope*math.Log2(questions) }

// meets says with how many questions the line would be at an aim: an extrapolation, and no more than that.
func (l line) meets(aim float64) string {
	switch n := math.Exp2((aim - l.intercept) / l.slope); {
	case l.slope <= 0:
		return "never: it does not rise"
	case n > 1e9:
		return "more than a thousand million"
	default:
		return fmt.Sprintf("%.2g", n)
	}
}

// plot draws F over the number of questions, a line a rate, with the aims.
func (p *page) plot(path string) error {
	c := figure.Curves{
		Words: figure.Words{Title: p.title, Subtitle: fmt.Sprintf("%d documents, %d questions", p.report.Data.Documents, p.report.Data.Probes),
			Note: "Bands: 95%, bootstrap over documents. The lines from side to side: what is aimed at."},
		X: figure.Axis{Label: "questions learned from", Ticks: p.sizes(), Log: true}, Y: figure.Axis{Label: "retained information F"},
	}
	for r, at := range p.rates() {
		l := figure.Line{Name: fmt.Sprintf("at %.1f", at.Rate)}
		for _, a := range p.agents {
			f := a.curve.Points[r].Retained
			l.Points = append(l.Points, figure.Point{X: float64(a.questions), Y: figure.Estimate{Value: f.Value, Low: f.Low, High: f.High}})
		}
		c.Lines = append(c.Lines, l)
		if aim, ok := p.aims[at.Rate]; ok {
			c.Marks = append(c.Marks, aim)
		}
	}
	png, err := figure.PNG(c)
	if err != nil {
		return err
	}
	return os.WriteFile(path, png, 0o644)
}
