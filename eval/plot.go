package eval

import (
	"errors"
	"fmt"

	"github.com/project-sputnik/sputnik/eval/figure"
	"github.com/project-sputnik/sputnik/probe"
)

// errNoPlot is what there is to draw where F is not defined.
var errNoPlot = errors.New("no scorer has a retained information that could be drawn")

// Plot draws F against the rate: a line for each method, its interval a band. It returns a PNG.
func (r *Report) Plot() ([]byte, error) {
	picture, err := figure.PNG(r.rateQuality())
	if errors.Is(err, figure.ErrNothing) {
		return nil, errNoPlot
	}
	if err != nil {
		return nil, fmt.Errorf("plot: %w", err)
	}
	return picture, nil
}

// rateQuality is F against the rate that each method achieves.
func (r *Report) rateQuality() figure.Curves {
	c := figure.Curves{
		Words: figure.Words{
			Title:    "What a reader still knows when only a share of the tokens is left",
			Subtitle: r.subtitle(),
			Note:     fmt.Sprintf("Bands: %g%% bootstrap intervals over documents. 1 = as good as the whole text, 0 = as good as nothing to read.", 100*r.Bootstrap.Level),
		},
		X:     figure.Axis{Label: "share of the tokens kept"},
		Y:     figure.Axis{Label: "retained information F"},
		Marks: []float64{0, 1},
	}
	for i, m := range r.Methods {
		line := figure.Line{Name: m.Name, Bold: len(r.Agents) > 0 && m.Name == agentName}
		for _, p := range m.Points {
			if i == 0 {
				c.X.Ticks = append(c.X.Ticks, p.Rate)
			}
			if p.Retained != nil {
				line.Points = append(line.Points, figure.Point{X: p.Achieved, Y: estimate(p.Retained)})
			}
		}
		c.Lines = append(c.Lines, line)
	}
	return c
}

func estimate(i *probe.Interval) figure.Estimate { return figure.Estimate{Value: i.Value, Low: i.Low, High: i.High} }
