package pipeline

import (
	"bufio"
	"fmt"
	"io"
	"math"

	"github.com/project-sputnik/sputnik/probe"
)

// Fitted says what a classifier was fitted on, and how it does on texts that it was not.
type Fitted struct {
	Command   string                            `json:"command"`
	Label     string                            `json:"label"`
	Texts     int                               `json:"texts"`
	HeldOut   int                               `json:"held_out"`
	Questions float64                           `json:"questions"` // about the held-out texts
	Repeated  float64                           `json:"repeated"`  // share of texts whose class by half of the questions is that by the rest
	Judged    []Judged                          `json:"judged"`    // the fitted one first
	Confusion map[Complexity]map[Complexity]int `json:"confusion"` // measured, then said
}

// Judged is what a way of naming classes comes to when a class's share of each text goes. Lift is what it retains beyond
// the same shares of the same sizes dealt out at random: 0 of a way that knows nothing.
type Judged struct {
	By        string              `json:"by"`
	Accuracy  probe.Interval      `json:"accuracy"`
	Reduction float64             `json:"reduction"` // mean share that goes; like retention, texts count by their questions
	Retained  probe.Interval      `json:"retained"`
	Lift      probe.Interval      `json:"lift"`
	Classes   map[Complexity]Said `json:"classes"`
}

// Said is what became of the texts that were said to be of it.
type Said struct {
	Texts    int     `json:"texts"`
	Retained float64 `json:"retained"`
}

// judged measures a way of naming classes on texts; intervals are over texts, resampled together.
func judged(texts []Observed, class func(Observed) Complexity, seed int64) (*Judged, error) {
	said := make([]Complexity, len(texts))
	for i, o := range texts {
		said[i] = class(o)
	}
	retained := func(weights []int) (got, dealt float64, ok bool) {
		all, told, told1, mix := 0.0, 0.0, map[Complexity]float64{}, map[Complexity]float64{}
		for i, o := range texts {
			w := 1.0
			if weights != nil {
				w = float64(weights[i])
			}
			all, told = all+w*o.All, told+w*o.Told[said[i]]
			mix[said[i]] += w * o.All
			for _, c := range Complexities {
				told1[c] += w * o.Told[c]
			}
		}
		for _, c := range Complexities {
			dealt += mix[c] / all * told1[c] / all
		}
		return told / all, dealt, all > 0
	}
	j, b := &Judged{Classes: map[Complexity]Said{}}, probe.Bootstrap{Seed: seed}
	var err error
	if j.Retained, err = b.Interval(len(texts), func(w []int) (float64, bool) { got, _, ok := retained(w); return got, ok }); err != nil {
		return nil, err
	}
	if j.Lift, err = b.Interval(len(texts), func(w []int) (float64, bool) { got, dealt, ok := retained(w); return got - dealt, ok }); err != nil {
		return nil, err
	}
	right, all, strategies, told := make([]float64, len(texts)), 0.0, DefaultStrategies(), map[Complexity][2]float64{}
	for i, o := range texts {
		c := said[i]
		right[i] = float64(equal(c, o.Class))
		all += o.All
		j.Reduction += strategies[c] * o.All
		told[c] = [2]float64{told[c][0] + o.Told[c], told[c][1] + o.All}
		j.Classes[c] = Said{j.Classes[c].Texts + 1, told[c][0] / told[c][1]}
	}
	j.Reduction /= all
	j.Accuracy, err = b.Mean(right)
	return j, err
}

// Markdown writes the page for people.
func (f *Fitted) Markdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# Complexity\n\n`%s`\n\nFitted to %d texts, judged on %d others with %.0f questions. The class of a text is %s.\n"+
		"It goes by few questions, and so by chance: of texts with enough for two, %.3f are of one class by half of the questions and by the\n"+
		"other half. No way of naming that class from the text is right more often than %.3f, the root of it.\n\n", f.Command, f.Texts, f.HeldOut, f.Questions, f.Label, f.Repeated, math.Sqrt(f.Repeated))
	fmt.Fprint(out, "| class by | right | mean share that goes | retained | beyond the same shares dealt at random | said simple: texts, retained | medium | complex |\n|---|---|---|---|---|---|---|---|\n")
	for _, j := range f.Judged {
		fmt.Fprintf(out, "| %s | %v | %.3f | %v | %v |", j.By, j.Accuracy, j.Reduction, j.Retained, j.Lift)
		for _, c := range Complexities {
			fmt.Fprintf(out, " %d, %.3f |", j.Classes[c].Texts, j.Classes[c].Retained)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprint(out, "\nIntervals are 95% bootstrap over texts. Texts count by their questions, but for right. `fitted` is told of each text its class\n"+
		"alone and takes the likelier, `fitted to what is retained` how many answers stand, and expects the quality of a mean; `measured` knows the outcome that it is judged by, chance and all.\n\n| measured | said simple | medium | complex |\n|---|---|---|---|\n")
	for _, c := range Complexities {
		fmt.Fprintf(out, "| %s | %d | %d | %d |\n", c, f.Confusion[c][Simple], f.Confusion[c][Medium], f.Confusion[c][Complex])
	}
	return out.Flush()
}
