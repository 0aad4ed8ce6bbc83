package figure

import (
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// realistic drawings of every kind, as evaluations and trainings make them.
func gallery() map[string]Drawing {
	random := rand.New(rand.NewPCG(1, 2))
	scorers := []string{"agent", "random", "first", "last", "frequency", "length", "ngram", "entropy", "transformer_based", "iterative_surprisal", "learned_entropy", "stopword"}
	measured := Words{"What a reader still knows when only a share of the tokens is left", "120 documents, 618 questions (SQuAD, English); read by smollm2-135m",
		"Bands: 95% bootstrap intervals over documents. 1 = as good as the whole text, 0 = as good as nothing to read."}
	curves := Curves{Words: measured, X: Axis{Label: "share of the tokens kept", Ticks: []float64{0.3, 0.5, 0.7}}, Y: Axis{Label: "retained information F"}, Marks: []float64{0, 1}}
	bars := Bars{Words: Words{"How well questions are still answered", "120 documents, 618 questions; answered by qwen2.5-7b", "Whiskers: 95% bootstrap intervals over documents."},
		X: Axis{Label: "share of the tokens kept"}, Y: Axis{Label: "F1 of the answers, 0-100"}, Groups: []string{"0.3", "0.5", "0.7"}}
	scatter := Scatter{Words: Words{"Quality against speed, at half of the tokens", "120 documents, 618 questions; one H100, batch 32", "Whiskers: 95% bootstrap intervals over documents. Dashed: the Pareto front."},
		X: Axis{Label: "tokens scored a second", Log: true}, Y: Axis{Label: "retained information F at 0.5"}}
	for i, name := range scorers {
		line := Line{Name: name, Bold: i == 0}
		series := Series{Name: name, Bold: i == 0}
		for _, rate := range []float64{0.3, 0.5, 0.7} {
			v := (0.62+0.6*(rate-0.3))*(1-0.05*float64(i)) + 0.02*random.Float64()
			line.Points = append(line.Points, Point{rate, Estimate{v, v - 0.05, v + 0.05}})
			series.Values = append(series.Values, Estimate{60 * v, 60*v - 4, 60*v + 4})
		}
		curves.Lines, bars.Series = append(curves.Lines, line), append(bars.Series, series)
		y := line.Points[1].Y
		scatter.Dots = append(scatter.Dots, Dot{name, i == 0, []float64{220000, 9e6, 8.8e6, 8.5e6, 3e6, 2.6e6, 1.1e6, 4e5, 5200, 310, 90000, 5e6}[i], y})
	}
	few := curves
	few.Lines = few.Lines[:7]
	fewBars := bars
	fewBars.Series = fewBars.Series[:5]
	classes := Bars{Words: Words{"Which words are kept, at half of the tokens", "120 documents, 20578 tokens", "Shares of the tokens of each class. A word with a digit is a number, one with a capital a name."},
		X: Axis{Label: "class of the word"}, Y: Axis{Label: "share of the tokens kept"}, Groups: []string{"names", "numbers", "content words", "function words", "punctuation"}}
	tenths := Curves{Words: Words{"Which part of a text is kept, at half of the tokens", "120 documents, 20578 tokens", "Shares of the tokens of each tenth of the texts."},
		X: Axis{Label: "tenth of the text", Ticks: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}, Y: Axis{Label: "share of the tokens kept"}}
	for i, name := range scorers[:5] {
		s := Series{Name: name, Bold: i == 0}
		for c := range classes.Groups {
			s.Values = append(s.Values, Exact(max(0, 0.95-0.2*float64(c)+0.1*random.Float64()*float64(i))))
		}
		classes.Series = append(classes.Series, s)
		l := Line{Name: name, Bold: i == 0}
		for d := range 10 {
			l.Points = append(l.Points, Point{float64(d + 1), Exact(0.5 + 0.1*math.Sin(float64(d+i)) + 0.03*random.Float64())})
		}
		tenths.Lines = append(tenths.Lines, l)
	}
	gap := Curves{Words: Words{"How far every scorer is from the limit D*(R)", "40 documents, 206 questions; read by smollm2-135m; 64 masks a document", "Bands: 95% bootstrap intervals over documents. D*(R) is what no choice among the masks undercuts."},
		X: Axis{Label: "share of the tokens kept"}, Y: Axis{Label: "loss less D*(R), nats a token of the answer"}}
	for i, name := range scorers[:6] {
		l := Line{Name: name, Bold: i == 0}
		for _, rate := range []float64{0.1, 0.2, 0.3, 0.5, 0.7, 0.9} {
			v := (0.2 + 0.25*float64(i)) * (1 - rate) * 2
			l.Points = append(l.Points, Point{rate, Estimate{v, v * 0.8, v * 1.2}})
		}
		gap.Lines = append(gap.Lines, l)
	}
	return map[string]Drawing{"curves": few, "curves12": curves, "bars": fewBars, "bars12": bars, "classes": classes, "tenths": tenths, "gap": gap, "scatter": scatter,
		"panels": panels(1), "panels3": panels(3), "heat": heat(1), "heat-long": heat(9)}
}

func panels(runs int) Panels {
	random := rand.New(rand.NewPCG(3, 4))
	p := Panels{Words: Words{"How the training went", "3000 steps: answers 1-1000, rebuilding 1001-1300, joint 1301-3000", "Pale: as logged, every 10 steps. Strong: a running mean over 15 of them."},
		X: "step", Phases: []Phase{{"answers", 0, 1000}, {"rebuilding", 1000, 1300}, {"joint", 1300, 3000}}}
	for i, q := range [][2]string{{"reward", "share of the reader's help, 1 = as good as the whole text"}, {"policy loss", "REINFORCE objective, no unit"}, {"reconstructor loss", "nats a token"},
		{"rate", "share of the tokens kept; dashed: asked for"}, {"entropy", "nats a decision"}, {"multiplier", "reward a token over the budget"}, {"answers kept", "share of held-out answers"}} {
		panel := Panel{Title: q[0], Unit: q[1]}
		for r := range runs {
			var raw, mean, asked []XY
			m := 0.0
			from := 1300.0
			if i == 2 {
				from = 1000
			}
			for x := from; x <= 3000; x += 10 {
				v := 1 - math.Exp(-(x-from)/700)*(1+0.2*float64(r)) + 0.1*random.NormFloat64()
				m = 0.9*m + 0.1*v
				raw, mean, asked = append(raw, XY{x, v}), append(mean, XY{x, m}), append(asked, XY{x, 0.5})
			}
			if i == 6 {
				panel.Lines = append(panel.Lines, PanelLine{r, Dotted, []XY{{250, 0.4}, {500, 0.5 + 0.05*float64(r)}, {1000, 0.6}, {2000, 0.7}, {3000, 0.72}}})
				continue
			}
			panel.Lines = append(panel.Lines, PanelLine{r, Pale, raw}, PanelLine{r, Solid, mean})
			if i == 3 {
				panel.Lines = append(panel.Lines, PanelLine{r, Dashed, asked})
			}
		}
		p.Panels = append(p.Panels, panel)
	}
	p.Runs = []string{"default_agent", "ladder-3m-seed7", "no-entropy"}[:runs]
	return p
}

func heat(times int) Heat {
	text := "The delivery to Gothenburg was delayed until 14 March because of the strike , so it seems , and no invoice of Amina Diallo ( INV-2291 ) is to be paid before that day .\nPlease tell the warehouse that the two pallets of the order 88-104 stay where they are , and that nobody but Mr. Okonkwo may release them .\n"
	h := Heat{Words: Words{"What the agent keeps of a note, at half of the tokens", "one text; agent embedded, 989825 parameters; 54 words", "A word's score is the mean of its tokens'. Words are kept in the order of their scores while they fit the budget."}, Score: "score: probability of being kept"}
	random := rand.New(rand.NewPCG(5, 6))
	for range times {
		for _, line := range strings.SplitAfter(text, "\n") {
			for _, w := range strings.SplitAfter(line, " ") {
				score := min(1, 0.1*random.Float64()+float64(len(strings.TrimSpace(w)))/9)
				if strings.TrimSpace(w) != strings.ToLower(strings.TrimSpace(w)) {
					score = 0.8 + 0.2*random.Float64()
				}
				h.Text = append(h.Text, Word{w, score, score > 0.5})
			}
		}
	}
	return h
}

func TestLook(t *testing.T) {
	os.MkdirAll("/tmp/figures", 0o755)
	for name, d := range gallery() {
		png, err := PNG(d)
		if err != nil {
			t.Fatal(name, err)
		}
		svg, err := SVG(d)
		if err != nil {
			t.Fatal(name, err)
		}
		os.WriteFile("/tmp/figures/"+name+".png", png, 0o644)
		os.WriteFile("/tmp/figures/"+name+".svg", svg, 0o644)
	}
}
