// Command questions says how agents gain by the number of questions that they learned from: it reads an evaluation of
// several agents, counts the questions of each in its training's own account, fits F = a + b log2(n) over the trainings, and
// writes what a doubling brings and where the line would meet an aim; the reports of evaluations follow as they are.
//
//	go run ./scripts/questions -title "..." -aims 0.3:0.74,0.5:0.88 -plot page.png EVALUATION [OTHER EVALUATION...] > page.md
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/project-sputnik/sputnik/eval"
	"github.com/project-sputnik/sputnik/scripts/jsonfile"
	"github.com/project-sputnik/sputnik/train"
)

func main() {
	var p page
	var plot, aims string
	flag.StringVar(&p.title, "title", "Questions", "heading of the page")
	flag.StringVar(&aims, "aims", "", "F that is aimed at, as RATE:F, by comma")
	flag.StringVar(&plot, "plot", "", "PNG to draw")
	flag.Parse()
	for _, word := range os.Args[1:] {
		if strings.Contains(word, " ") {
			word = strconv.Quote(word)
		}
		p.command += " " + word
	}
	err := p.read(flag.Args(), aims)
	if err == nil {
		err = p.write(os.Stdout)
	}
	if err == nil && plot != "" {
		err = p.plot(plot)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "questions:", err)
		os.Exit(1)
	}
}

// A page is about the agents of an evaluation.
type page struct {
	title, command string
	aims           map[float64]float64 // F by rate
	report         eval.Report
	agents         []trained
	further        []string // reports in full
}

// trained is an agent of the evaluation, with how many questions its trainings learned from.
type trained struct {
	runs      []train.Report
	questions int
	curve     eval.Curve
}

func (p *page) read(folders []string, aims string) error {
	if len(folders) == 0 {
		return fmt.Errorf("no evaluation is named")
	}
	p.aims = map[float64]float64{}
	for _, aim := range strings.FieldsFunc(aims, func(r rune) bool { return r == ',' }) {
		var rate, f float64
		if _, err := fmt.Sscanf(aim, "%g:%g", &rate, &f); err != nil {
			return fmt.Errorf("aims: %q is no RATE:F: %w", aim, err)
		}
		p.aims[rate] = f
	}
	if err := jsonfile.Read(filepath.Join(folders[0], "report.json"), &p.report); err != nil {
		return err
	}
	if err := p.readAgents(); err != nil {
		return err
	}
	for _, folder := range folders {
		raw, err := os.ReadFile(filepath.Join(folder, "report.md"))
		if err != nil {
			return err
		}
		p.further = append(p.further, string(raw))
	}
	return nil
}

// readAgents finds the trainings of the report's agents: the first methods are those, in the order of its settings.
func (p *page) readAgents() error {
	var settings struct {
		ModelPath []string `json:"model_path"`
		Compare   []string `json:"compare"`
	}
	if err := json.Unmarshal(p.report.Settings, &settings); err != nil {
		return fmt.Errorf("settings of the evaluation: %w", err)
	}
	groups := append([]string{strings.Join(settings.ModelPath, "+")}, settings.Compare...)
	for i, group := range groups {
		t := trained{curve: p.report.Methods[i]}
		for _, folder := range strings.Split(group, "+") {
			var r train.Report
			if err := jsonfile.Read(filepath.Join(folder, "training.json"), &r); err != nil {
				return err
			}
			n := 0
			for _, s := range r.Sources {
				if s.Use == "questions" {
					n += s.Probes
				}
			}
			if t.questions != 0 && n != t.questions {
				return fmt.Errorf("%s: %d questions, %d in the training before", folder, n, t.questions)
			}
			t.questions = n
			t.runs = append(t.runs, r)
		}
		p.agents = append(p.agents, t)
	}
	slices.SortStableFunc(p.agents, func(a, b trained) int { return a.questions - b.questions })
	return nil
}

// byRun is F of each training at a rate.
func (t trained) byRun(rate int) []float64 {
	at := t.curve.Points[rate]
	if len(at.RetainedByDraw) > 0 {
		return at.RetainedByDraw
	}
	return []float64{at.Retained.Value}
}

func (p *page) write(out io.Writer) error {
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, "# %s\n\n    go run ./scripts/questions%s\n\n", p.title, p.command)
	p.writeAgents(w)
	p.writeLines(w)
	for _, report := range p.further {
		fmt.Fprintf(w, "\n%s", strings.ReplaceAll("\n"+report, "\n#", "\n##")[1:])
	}
	return w.Flush()
}

func (p *page) rates() []eval.Point { return p.agents[0].curve.Points }

func (p *page) writeAgents(w io.Writer) {
	head := "| questions | trainings | steps | best at step | answers kept of what is selected on |"
	for _, at := range p.rates() {
		head += fmt.Sprintf(" F at %.1f | answers that stand whole |", at.Rate)
	}
	fmt.Fprintf(w, "%s\n|%s\n", head, strings.Repeat(" --- |", strings.Count(head, "|")-1))
	for _, a := range p.agents {
		fmt.Fprintf(w, "| %d | %s |", a.questions, a.curve.Name)
		each := func(of func(train.Report) string) {
			var words []string
			for _, r := range a.runs {
				words = append(words, of(r))
			}
			if slices.Equal(words[1:], words[:len(words)-1]) {
				words = words[:1]
			}
			fmt.Fprintf(w, " %s |", strings.Join(words, ", "))
		}
		each(func(r train.Report) string { return fmt.Sprint(r.Steps) })
		each(func(r train.Report) string { return fmt.Sprint(r.BestStep) })
		each(func(r train.Report) string { return fmt.Sprintf("%.3f", r.Best) })
		for _, at := range a.curve.Points {
			fmt.Fprintf(w, " %s |", at.Retained)
			if kept := at.Measures["answers_standing"]; kept != nil {
				fmt.Fprintf(w, " %s |", kept)
			} else {
				fmt.Fprint(w, " – |")
			}
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "\n%s: %d documents, %d questions, read by %s in %s. F is the mean over an agent's trainings, its interval over documents.\n",
		p.report.Data.Path, p.report.Data.Documents, p.report.Data.Probes, p.report.Reader.Name, p.report.Reader.Kind)
}

// writeLines is what a doubling brings, over all sizes and over the halves of them, and where the line meets an aim.
func (p *page) writeLines(w io.Writer) {
	fmt.Fprintf(w, "\n## What twice as many questions bring\n\nThe line F = a + b log2(n) through the trainings, by least squares; the interval of b is Student's, 95%%, over trainings.\n\n")
	fmt.Fprintln(w, "| rate | questions | trainings | b, a doubling | the line at the most | aim | the line meets it at |\n| --- | --- | --- | --- | --- | --- | --- |")
	for r, at := range p.rates() {
		for _, part := range p.parts() {
			l := through(part, r)
			fmt.Fprintf(w, "| %.1f | %d to %d | %d | %+.4f [%+.4f, %+.4f] | %.3f |", at.Rate, part[0].questions, part[len(part)-1].questions,
				l.points, l.slope, l.low, l.high, l.at(float64(part[len(part)-1].questions)))
			if aim, ok := p.aims[at.Rate]; ok {
				fmt.Fprintf(w, " %.2f | %s |\n", aim, l.meets(aim))
			} else {
				fmt.Fprintln(w, " – | – |")
			}
		}
	}
}

// parts are all agents, and those up to and from the size that the agent in the binary learned from, the report's first.
func (p *page) parts() [][]trained {
	middle := slices.IndexFunc(p.agents, func(t trained) bool { return t.curve.Name == p.report.Methods[0].Name })
	parts := [][]trained{p.agents}
	if middle > 0 && middle < len(p.agents)-1 {
		parts = append(parts, p.agents[:middle+1], p.agents[middle:])
	}
	return parts
}

// sizes are the numbers of questions, as the plot marks them.
func (p *page) sizes() []float64 {
	all := map[float64]bool{}
	for _, a := range p.agents {
		all[float64(a.questions)] = true
	}
	return slices.Sorted(maps.Keys(all))
}
