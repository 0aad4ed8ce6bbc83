package figure

import (
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var folder = flag.String("gallery", "", "folder to write every drawing to, for a person to look at")

// TestGallery draws one of each kind as evaluations and trainings fill them in, and the hard cases.
func TestGallery(t *testing.T) {
	for name, d := range gallery() {
		t.Run(name, func(t *testing.T) {
			png, svg := drawn(t, d)
			if *folder == "" {
				return
			}
			for end, data := range map[string][]byte{".png": png, ".svg": svg} {
				if err := os.WriteFile(filepath.Join(*folder, name+end), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func gallery() map[string]Drawing {
	return map[string]Drawing{
		"curves": curves(7), "curves-12": curves(12), "curves-30": curves(30), "curves-long-names": longNames(), "curves-one-point": onePoint(),
		"tenths": tenths(), "gap": gap(), "bars": bars(5), "bars-12": bars(12), "bars-below-zero": belowZero(), "classes": classes(),
		"scatter": scatter(12), "scatter-30": scatter(30), "panels": panels(1), "panels-3": panels(3), "heat": heat(1), "heat-cut": heat(9),
		"profile": profile(90), "profile-long": profile(9000),
	}
}

var scorers = []string{"agent", "random", "first", "last", "frequency", "length", "ngram", "entropy", "transformer_based", "iterative_surprisal", "learned_entropy", "stopword"}

func scorer(i int) string {
	if i < len(scorers) {
		return scorers[i]
	}
	return "agent " + strings.Repeat("I", i-len(scorers)+1)
}

var measured = Words{"What a reader still knows when only a share of the tokens is left", "120 documents, 618 questions; read by smollm2-135m",
	"Bands: 95% bootstrap intervals over documents. 1 = as good as the whole text, 0 = as good as nothing to read."}

func profile(n int) Profile {
	p := Profile{Words: measured, X: Axis{Label: "byte of the text"}, Y: Axis{Label: "score"}, Names: [3]string{"dropped", "kept", "protected"}}
	random, at := source(), 0.0
	for range n {
		part := Part{From: at, To: at + 1 + 9*random.Float64(), Height: random.NormFloat64()}
		switch {
		case random.Float64() < 0.1:
			part.Fate = Protected
		case part.Height > 0.2:
			part.Fate = Kept
		}
		p.Parts, at = append(p.Parts, part), part.To
	}
	p.Parts[0].Height = math.NaN()
	return p
}

func source() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// quality of the i-th of so many scorers, at a rate.
func quality(random *rand.Rand, i, n int, rate float64) Estimate {
	v := (0.62+0.6*(rate-0.3))*(1-0.6*float64(i)/float64(n)) + 0.02*random.Float64()
	return Estimate{v, v - 0.05, v + 0.04}
}

func curves(n int) Curves {
	c, random := Curves{Words: measured, X: Axis{Label: "share of the tokens kept", Ticks: []float64{0.3, 0.5, 0.7}}, Y: Axis{Label: "retained information F"}, Marks: []float64{0, 1}}, source()
	for i := range n {
		l := Line{Name: scorer(i), Bold: i == 0}
		for _, rate := range c.X.Ticks {
			l.Points = append(l.Points, Point{rate, quality(random, i, n, rate)})
		}
		c.Lines = append(c.Lines, l)
	}
	return c
}

func longNames() Curves {
	c := curves(5)
	c.Title = strings.Repeat("A title that goes on and on, ", 8)
	c.Subtitle = strings.Repeat("What all of it was measured on, with every document; ", 12)
	c.Note = strings.Repeat("What the intervals are, and what else a reader ought to know. ", 12)
	c.X.Label, c.Y.Label = strings.Repeat("share of the tokens ", 12), strings.Repeat("retained information ", 12)
	for i := range c.Lines {
		c.Lines[i].Name = "outputs/experiments/the-longest-name-of-a-run-that-anybody-gave: " + c.Lines[i].Name
	}
	return c
}

func onePoint() Curves {
	c := curves(3)
	c.X.Ticks = nil
	for i := range c.Lines {
		c.Lines[i].Points = c.Lines[i].Points[1:2]
	}
	return c
}

func tenths() Curves {
	c, random := Curves{Words: Words{"Which part of a text is kept, at half of the tokens", "120 documents, 20578 tokens", "Shares of the tokens of each tenth of the texts."},
		X: Axis{Label: "tenth of the text", Ticks: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}, Y: Axis{Label: "share of the tokens kept"}}, source()
	for i := range 5 {
		l := Line{Name: scorer(i), Bold: i == 0}
		for _, at := range c.X.Ticks {
			l.Points = append(l.Points, Point{at, Exact(0.5 + 0.1*math.Sin(at+float64(i)) + 0.03*random.Float64())})
		}
		c.Lines = append(c.Lines, l)
	}
	return c
}

func gap() Curves {
	c := Curves{Words: Words{"How far every scorer is from the limit D*(R)", "40 documents, 206 questions; read by smollm2-135m; 64 masks a document", "Bands: 95% bootstrap intervals over documents."},
		X: Axis{Label: "share of the tokens kept"}, Y: Axis{Label: "loss less D*(R), nats a token of the answer"}}
	for i := range 6 {
		l := Line{Name: scorer(i), Bold: i == 0}
		for _, rate := range []float64{0.1, 0.2, 0.3, 0.5, 0.7, 0.9} {
			v := (0.2 + 0.25*float64(i)) * (1 - rate) * 2
			l.Points = append(l.Points, Point{rate, Estimate{v, v * 0.8, v * 1.2}})
		}
		c.Lines = append(c.Lines, l)
	}
	return c
}

func bars(n int) Bars {
	b, random := Bars{Words: Words{"How well questions are still answered", "120 documents, 618 questions; answered by qwen2.5-7b", "Whiskers: 95% bootstrap intervals over documents."},
		X: Axis{Label: "share of the tokens kept"}, Y: Axis{Label: "F1 of the answers, 0-100"}, Groups: []string{"0.3", "0.5", "0.7"}}, source()
	for i := range n {
		s := Series{Name: scorer(i), Bold: i == 0}
		for _, rate := range []float64{0.3, 0.5, 0.7} {
			e := quality(random, i, n, rate)
			s.Values = append(s.Values, Estimate{70 * e.Value, 70 * e.Low, 70 * e.High})
		}
		b.Series = append(b.Series, s)
	}
	return b
}

func belowZero() Bars {
	b := bars(4)
	b.Title, b.Y.Label = "The agent less each other scorer", "difference of F1"
	for _, s := range b.Series {
		for i := range s.Values {
			s.Values[i] = Estimate{s.Values[i].Value - 40, s.Values[i].Low - 40, s.Values[i].High - 40}
		}
	}
	return b
}

func classes() Bars {
	b, random := Bars{Words: Words{"Which words are kept, at half of the tokens", "120 documents, 20578 tokens", "Shares of the tokens of each class."},
		X: Axis{Label: "class of the word"}, Y: Axis{Label: "share of the tokens kept"},
		Groups: []string{"names", "numbers", "content words", "function words", "punctuation", "words that are known to nobody", "antidisestablishmentarianisms", "the rest"}}, source()
	for i := range 5 {
		s := Series{Name: scorer(i), Bold: i == 0}
		for g := range b.Groups {
			s.Values = append(s.Values, Exact(0.9*math.Exp(-float64(g)/5)*(1-0.1*random.Float64()*float64(i))))
		}
		b.Series = append(b.Series, s)
	}
	return b
}

func scatter(n int) Scatter {
	s, random := Scatter{Words: Words{"Quality against speed, at half of the tokens", "120 documents, 618 questions; one H100, batch 32", "Whiskers: 95% bootstrap intervals over documents. Dashed: the Pareto front."},
		X: Axis{Label: "tokens scored a second", Log: true}, Y: Axis{Label: "retained information F at 0.5"}}, source()
	for i := range n {
		s.Dots = append(s.Dots, Dot{scorer(i), i == 0, math.Pow(10, 2.5+4.5*random.Float64()), quality(random, i, n, 0.5)})
	}
	return s
}

func panels(runs int) Panels {
	p, random := Panels{Words: Words{"How the training went", "3000 steps (answers to 1000, rebuilding to 1300, joint to 3000)", "Pale: as logged. Strong: running means."},
		X: "step", Runs: []string{"default_agent", "ladder-3m-seed7", "no-entropy"}[:runs], Phases: []Phase{{"answers", 0, 1000}, {"rebuilding", 1000, 1300}, {"joint", 1300, 3000}}}, source()
	for i, q := range []string{"answers kept", "reward", "policy loss", "rate", "entropy"} {
		panel := Panel{Title: q, Unit: "in the unit of " + q}
		for r := range runs {
			var raw, mean, asked []XY
			for m, x := 0.0, 1300.0; x <= 3000; x += 10 {
				v := 1 - math.Exp(-(x-1300)/700)*(1+0.2*float64(r)) + 0.1*random.NormFloat64()
				m = 0.9*m + 0.1*v
				raw, mean, asked = append(raw, XY{x, v}), append(mean, XY{x, m}), append(asked, XY{x, 0.5})
			}
			panel.Lines = append(panel.Lines, PanelLine{r, Solid, mean}, PanelLine{r, Pale, raw})
			if q == "rate" {
				panel.Lines = append(panel.Lines, PanelLine{r, Dashed, asked})
			}
			if i == 0 {
				panel.Lines = []PanelLine{{r, Dotted, []XY{{250, 0.4}, {500, 0.5 + 0.05*float64(r)}, {1000, 0.6}, {2000, 0.7}, {3000, 0.72}}}}
			}
		}
		p.Panels = append(p.Panels, panel)
	}
	return p
}

func heat(times int) Heat {
	const text = "The delivery to Gothenburg was delayed until 14 March because of the strike, so it seems, and no invoice of Amina Diallo (INV-2291) is to be paid before that day.\n" +
		"Please tell the warehouse that the two pallets of the order 88-104 stay where they are, and that nobody but Mr. Okonkwo may release them.\n"
	h, random := Heat{Words: Words{"What the agent keeps of a note, at half of the tokens", "one text; agent embedded, 989825 parameters", "Words are kept in the order of their scores while they fit the budget."},
		Score: "score: probability of being kept"}, source()
	for _, w := range strings.SplitAfter(strings.ReplaceAll(strings.Repeat(text, times), "\n", "\n "), " ") {
		bare := strings.Trim(w, " \n,.()")
		score := min(1, 0.1*random.Float64()+float64(len(bare))/9)
		if bare != strings.ToLower(bare) {
			score = 0.8 + 0.2*random.Float64()
		}
		h.Text = append(h.Text, Word{w, score, score > 0.5})
	}
	return h
}
