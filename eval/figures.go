package eval

import (
	"errors"
	"fmt"
	"math"

	"github.com/project-sputnik/sputnik/eval/figure"
	"github.com/project-sputnik/sputnik/probe"
)

// A Figure is a picture of the report, as PNG and as SVG.
type Figure struct {
	Name, Alt string
	PNG, SVG  []byte
}

// Figures are the report's pictures; one that has nothing to show is left out.
func (r *Report) Figures() ([]Figure, error) {
	var all []Figure
	for _, f := range []struct {
		name, alt string
		figure.Drawing
	}{
		{"rate_quality", "Retained information by the share of tokens kept, a line for each scorer; the figures are in the first table.", r.rateQuality()},
		{"bars", "Retained information at each rate, a bar with its interval for each scorer.", r.bars()},
		{"answers", "The score of answers in words at each rate, a bar for each scorer.", r.answerBars()},
		{"limit", "How much more each scorer loses than the distortion-rate limit allows, at each rate.", r.limitCurves()},
		{"keep_by_position", "The share of tokens kept in each tenth of the texts, a line for each scorer.", r.positions()},
		{"keep_by_class", "The share of tokens kept of each class of words, a bar for each scorer.", r.classBars()},
		{"heat", "The first example: the darker a word, the longer the agent keeps it.", r.heat()},
	} {
		drawn, err := drawFigure(f.name, f.alt, f.Drawing)
		if err != nil {
			return nil, err
		}
		if drawn != nil {
			all = append(all, *drawn)
		}
	}
	return all, nil
}

// drawFigure is nil where there is nothing to draw.
func drawFigure(name, alt string, d figure.Drawing) (*Figure, error) {
	f := Figure{Name: name, Alt: alt}
	var err error
	if f.PNG, err = figure.PNG(d); err == nil {
		f.SVG, err = figure.SVG(d)
	}
	if errors.Is(err, figure.ErrNothing) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("draw %s: %w", name, err)
	}
	return &f, nil
}

// rateQuality is F against the rate that each method achieves.
func (r *Report) rateQuality() figure.Curves {
	c := figure.Curves{
		Words: figure.Words{
			Title:    "What a reader still knows when only a share of the tokens is left",
			Subtitle: r.subtitle(),
			Note:     fmt.Sprintf("Bands: %g%% bootstrap intervals over documents. 1 = as good as the whole text, 0 = as good as nothing to read.", 100*r.Bootstrap.Level),
		},
		X: figure.Axis{Label: "share of the tokens kept"}, Y: figure.Axis{Label: "retained information F"}, Marks: []float64{0, 1},
	}
	for _, p := range r.Methods[0].Points {
		c.X.Ticks = append(c.X.Ticks, p.Rate)
	}
	for _, m := range r.Methods {
		line := figure.Line{Name: m.Name, Bold: r.isAgent(m)}
		for _, p := range m.Points {
			if p.Retained != nil {
				line.Points = append(line.Points, figure.Point{X: p.Achieved, Y: estimate(p.Retained)})
			}
		}
		c.Lines = append(c.Lines, line)
	}
	return c
}

func (r *Report) isAgent(m Curve) bool { return len(r.Agents) > 0 && m.Name == agentName }

// estimate is an interval as figures have it; where there is none there is nothing to draw.
func estimate(i *probe.Interval) figure.Estimate {
	if i == nil {
		return figure.Exact(math.NaN())
	}
	return figure.Estimate{Value: i.Value, Low: i.Low, High: i.High}
}

// series are bars of every method, in groups.
func (r *Report) series(of func(Curve) []figure.Estimate) []figure.Series {
	var all []figure.Series
	for _, m := range r.Methods {
		all = append(all, figure.Series{Name: m.Name, Bold: r.isAgent(m), Values: of(m)})
	}
	return all
}

// byRate is an estimate of every point.
func byRate(of func(Point) figure.Estimate) func(Curve) []figure.Estimate {
	return func(m Curve) []figure.Estimate {
		var all []figure.Estimate
		for _, p := range m.Points {
			all = append(all, of(p))
		}
		return all
	}
}

func (r *Report) bars() figure.Bars {
	return figure.Bars{
		Words: figure.Words{Title: "Retained information by scorer", Subtitle: r.subtitle(),
			Note: fmt.Sprintf("Whiskers: %g%% bootstrap intervals over %d documents.", 100*r.Bootstrap.Level, r.Data.Documents)},
		X: figure.Axis{Label: "share of the tokens to keep"}, Y: figure.Axis{Label: "retained information F"},
		Groups: r.rates(), Series: r.series(byRate(func(p Point) figure.Estimate { return estimate(p.Retained) })),
	}
}

func (r *Report) answerBars() figure.Bars {
	b := figure.Bars{X: figure.Axis{Label: "share of the tokens to keep"}, Groups: r.rates()}
	if r.AnswersFull == nil {
		return b
	}
	name := r.AnswerScores[0]
	b.Words = figure.Words{Title: "Answers in words: the share of " + name + " retained", Subtitle: r.subtitle(),
		Note: fmt.Sprintf("%s is %.3f with the whole text and %.3f with nothing to read. Whiskers: %g%% bootstrap intervals over %d documents.",
			name, r.AnswersFull.Scores[0], r.AnswersNone.Scores[0], 100*r.Bootstrap.Level, r.Data.Documents)}
	b.Y = figure.Axis{Label: "retained " + name}
	b.Series = r.series(byRate(func(p Point) figure.Estimate { return estimate(p.Answers.Retained) }))
	return b
}

func (r *Report) limitCurves() figure.Curves {
	c := figure.Curves{Words: figure.Words{Title: "Distance to the distortion-rate limit D*(R)", Subtitle: r.subtitle()},
		X: figure.Axis{Label: "share of the tokens kept"}, Y: figure.Axis{Label: "loss above D*(R), nats a token"}, Marks: []float64{0}}
	if len(r.Limits) == 0 {
		return c
	}
	c.Note = fmt.Sprintf("D*(R): no choice among the %d masks a document that were measured loses less (arXiv 2407.15504). n = %d documents.", r.Limits[0].Pool, r.Data.Documents)
	for m, method := range r.Methods {
		line := figure.Line{Name: method.Name, Bold: r.isAgent(method)}
		for i, l := range r.Limits {
			line.Points = append(line.Points, figure.Point{X: method.Points[i].Achieved, Y: figure.Exact(l.Distance[m].Distance)})
		}
		c.Lines = append(c.Lines, line)
	}
	return c
}

func (r *Report) positions() figure.Curves {
	at := r.middle()
	c := figure.Curves{
		Words: figure.Words{Title: fmt.Sprintf("Which part of a text is kept, at %.2f", r.Methods[0].Points[at].Rate), Subtitle: r.subtitle(),
			Note: fmt.Sprintf("Shares of the tokens of each tenth, n = %d documents, %d tokens.", r.Data.Documents, r.Data.Tokens)},
		X: figure.Axis{Label: "position in the text, share of its tokens"}, Y: figure.Axis{Label: "share of the tokens kept"}, Marks: []float64{0, 1},
	}
	for _, m := range r.Methods {
		line := figure.Line{Name: m.Name, Bold: r.isAgent(m)}
		for i, share := range m.Points[at].Keeps.ByTenth {
			line.Points = append(line.Points, figure.Point{X: (float64(i) + 0.5) / tenths, Y: figure.Exact(share)})
		}
		c.Lines = append(c.Lines, line)
	}
	return c
}

func (r *Report) classBars() figure.Bars {
	at := r.middle()
	return figure.Bars{
		Words: figure.Words{Title: fmt.Sprintf("Which words are kept, at %.2f", r.Methods[0].Points[at].Rate), Subtitle: r.subtitle(),
			Note: fmt.Sprintf("Shares of the tokens of each class, n = %d documents, %d tokens.", r.Data.Documents, r.Data.Tokens)},
		X: figure.Axis{Label: "class of the word"}, Y: figure.Axis{Label: "share of the tokens kept"}, Groups: r.WordClasses,
		Series: r.series(func(m Curve) []figure.Estimate {
			var all []figure.Estimate
			for _, share := range m.Points[at].Keeps.ByClass {
				all = append(all, figure.Exact(share))
			}
			return all
		}),
	}
}

// heat is the first example as the agent ranks it.
func (r *Report) heat() figure.Heat {
	h := figure.Heat{Score: "share of the words that go first"}
	if len(r.Examples) == 0 {
		return h
	}
	x, rate := r.Examples[0], r.Methods[0].Points[r.middle()].Rate
	h.Words = figure.Words{Title: "What the agent keeps of a text", Subtitle: "document " + x.Document,
		Note: fmt.Sprintf("A line through a word: it is dropped at %.2f.", rate)}
	for _, w := range x.Ranks {
		h.Text = append(h.Text, figure.Word{Text: x.Text[w.Start:w.End], Score: w.Rank, Kept: x.keeps(w.Start, agentName, rate)})
	}
	return h
}

// pareto is quality against speed: F at the middle rate, and how fast a document is shortened and read.
func (r *Report) pareto() figure.Scatter {
	at := r.middle()
	rate := r.Methods[0].Points[at].Rate
	s := figure.Scatter{
		Words: figure.Words{Title: fmt.Sprintf("Quality against speed, at %.2f", rate), Subtitle: r.subtitle(),
			Note: "Speed: to shorten a document and to have the reader take in what is left, on this machine. The line: what none of the others beats in both."},
		X: figure.Axis{Label: "document tokens a second, end to end", Log: true}, Y: figure.Axis{Label: "retained information F"},
	}
	for _, t := range r.timing.EndToEnd {
		if t.Method == wholeText {
			s.Dots = append(s.Dots, figure.Dot{Name: wholeText, X: t.TokensPerSecond, Y: figure.Exact(1)})
		}
		for _, m := range r.Methods {
			if m.Name == t.Method && t.Rate == rate {
				s.Dots = append(s.Dots, figure.Dot{Name: m.Name, Bold: r.isAgent(m), X: t.TokensPerSecond, Y: estimate(m.Points[at].Retained)})
			}
		}
	}
	return s
}
