// Command trainings writes a page about runs of `sputnik train`: how each was configured, what it took, and what it
// measured on its way; with reports of `sputnik eval`, what a run's agent is better by than others to each reader.
//
//	go run ./scripts/trainings -title "Joint or frozen" -evaluated answers_kept,rank_agreement -logged reward RUN... > page.md
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval"
	"github.com/project-sputnik/sputnik/scripts/jsonfile"
	"github.com/project-sputnik/sputnik/train"
)

func main() {
	var p page
	var evaluated, logged, reports, weights string
	flag.StringVar(&p.title, "title", "Trainings", "heading of the page")
	flag.StringVar(&evaluated, "evaluated", "answers_kept", "measures of evaluations, by comma")
	flag.StringVar(&logged, "logged", "", "measures of the joint loop's steps, by comma")
	flag.StringVar(&reports, "reports", "", "folders of evaluations, of each agent the first by the reader that paid it, by comma")
	flag.StringVar(&p.questions, "questions", "", "file of questions whose answers the agents should keep")
	flag.StringVar(&weights, "weights", "best", "which agents of the runs: best, latest or both, by comma")
	flag.Parse()
	p.command = strings.Join(quoted(os.Args[1:]), " ")
	p.evaluated, p.logged, p.reports, p.weights = list(evaluated), list(logged), list(reports), list(weights)
	err := p.load(flag.Args())
	if err == nil {
		err = p.write(context.Background(), os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "trainings:", err)
		os.Exit(1)
	}
}

func list(names string) []string {
	return strings.FieldsFunc(names, func(r rune) bool { return r == ',' })
}

// quoted puts words with spaces in quotes, as a shell wants them.
func quoted(words []string) []string {
	all := slices.Clone(words)
	for i, word := range all {
		if strings.Contains(word, " ") {
			all[i] = strconv.Quote(word)
		}
	}
	return all
}

// A page is what is to be said of some runs.
type page struct {
	title, command             string
	evaluated, logged, reports []string
	questions                  string
	weights                    []string
	runs                       []run
}

// A run is a training's folder, read.
type run struct {
	folder   string
	name     string
	settings []setting // other than the defaults
	report   train.Report
	lines    []line
	labels   labels
}

type setting struct{ name, value string }

// line is one of metrics.jsonl.
type line struct {
	step    int
	phase   string
	numbers map[string]float64
}

// labels are those of a reader, and the seconds of wall clock that they took where they were made by a run of their own.
type labels struct {
	texts   int
	seconds float64
}

func (p *page) load(folders []string) error {
	for _, folder := range folders {
		r := run{folder: folder, name: filepath.Base(folder)}
		var err error
		if r.settings, err = settings(filepath.Join(folder, "config.json")); err != nil {
			return err
		}
		if r.lines, err = lines(filepath.Join(folder, "metrics.jsonl")); err != nil {
			return err
		}
		if r.report, err = reported(folder); err != nil {
			return err
		}
		if r.labels, err = labelled(folder); err != nil {
			return err
		}
		p.runs = append(p.runs, r)
	}
	return nil
}

// reported is what a run came to, or where its newest checkpoint stands if it was stopped.
func reported(folder string) (r train.Report, err error) {
	if err = jsonfile.Read(filepath.Join(folder, "training.json"), &r); !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	var state train.State
	err = jsonfile.Read(filepath.Join(folder, "latest", "state.json"), &state)
	return train.Report{
		Steps: state.Step, Best: state.Best, BestStep: state.BestStep, Seconds: state.Seconds, Stopped: "by hand",
		Machine: fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU()),
	}, err
}

// settings lists what a configuration has other than the defaults, by name; where a run lies and what was noted is none.
func settings(path string) ([]setting, error) {
	var is, usual map[string]json.RawMessage
	if err := jsonfile.Read(path, &is); err != nil {
		return nil, err
	}
	var c config.Train
	config.Default(&c)
	raw, err := config.Marshal(&c)
	if err == nil {
		err = json.Unmarshal(raw, &usual)
	}
	if err != nil {
		return nil, err
	}
	var all []setting
	for name, value := range is {
		if name != "output_dir" && name != "comment" && compact(value) != compact(usual[name]) {
			all = append(all, setting{name, compact(value)})
		}
	}
	slices.SortFunc(all, func(a, b setting) int { return cmp.Compare(a.name, b.name) })
	return all, nil
}

// compact is a JSON value as a flag has it.
func compact(raw json.RawMessage) string {
	var value any
	if json.Unmarshal(raw, &value) != nil {
		return string(raw)
	}
	if items, ok := value.([]any); ok {
		words := make([]string, len(items))
		for i, item := range items {
			words[i] = fmt.Sprint(item)
		}
		return strings.Join(words, ",")
	}
	if value == "" {
		return `""`
	}
	return fmt.Sprint(value)
}

func lines(path string) (all []line, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	for scanner.Scan() {
		var row map[string]any
		if err := json.Unmarshal(scanner.Bytes(), &row); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		l := line{numbers: map[string]float64{}}
		l.phase, _ = row["phase"].(string)
		for name, value := range row {
			if number, ok := value.(float64); ok {
				l.numbers[name] = number
			}
		}
		l.step = int(l.numbers["step"])
		all = append(all, l)
	}
	return all, scanner.Err()
}

// labelled counts a run's labels by a reader. labels.seconds beside them is what whoever made them in advance timed.
func labelled(folder string) (l labels, err error) {
	raw, err := os.ReadFile(filepath.Join(folder, "labels.jsonl"))
	if os.IsNotExist(err) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	l.texts = strings.Count(string(raw), "\n")
	if raw, err = os.ReadFile(filepath.Join(folder, "labels.seconds")); err == nil {
		_, err = fmt.Sscan(string(raw), &l.seconds)
	}
	if os.IsNotExist(err) {
		err = nil
	}
	return l, err
}

func (p *page) write(ctx context.Context, out io.Writer) error {
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, "# %s\n\n    go run ./scripts/trainings %s\n\n", p.title, p.command)
	p.writeRuns(w)
	p.writeEvaluations(w)
	p.writeSteps(w)
	if err := p.writeAnswers(ctx, w); err != nil {
		return err
	}
	if err := p.writeReports(w); err != nil {
		return err
	}
	return w.Flush()
}

// shared are the settings that all runs have.
func (p *page) shared() (all []setting) {
	for _, s := range p.runs[0].settings {
		if !slices.ContainsFunc(p.runs, func(r run) bool { return !slices.Contains(r.settings, s) }) {
			all = append(all, s)
		}
	}
	return all
}

func flags(all []setting) string {
	words := make([]string, len(all))
	for i, s := range all {
		words[i] = "--" + s.name + " " + s.value
	}
	return strings.Join(words, " ")
}

func (p *page) writeRuns(w io.Writer) {
	shared := p.shared()
	fmt.Fprintf(w, "All runs, beside the defaults:\n\n    sputnik train %s\n\n", flags(shared))
	fmt.Fprintln(w, "| run | beside that | steps | stopped | seconds | labels by a reader | their seconds | best answers kept, at step |\n| --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, r := range p.runs {
		var own []setting
		for _, s := range r.settings {
			if !slices.Contains(shared, s) {
				own = append(own, s)
			}
		}
		made, took := "–", "–"
		if r.labels.texts > 0 {
			made, took = fmt.Sprint(r.labels.texts, " texts"), "in the run's"
		}
		if r.labels.seconds > 0 {
			took = fmt.Sprintf("%.0f before", r.labels.seconds)
		}
		fmt.Fprintf(w, "| %s | `%s` | %d | %s | %.0f | %s | %s | %.3f, %d |\n", r.name, flags(own), r.report.Steps, r.report.Stopped,
			r.report.Seconds, made, took, r.report.Best, r.report.BestStep)
	}
	fmt.Fprintf(w, "\nSeconds are of wall clock, on %s that other work shared. A run's best is chosen by the answers kept of its held-out texts.\n", p.runs[0].report.Machine)
}

// writeEvaluations lists what the runs' evaluations found; a measure with _low and _high has them in brackets.
func (p *page) writeEvaluations(w io.Writer) {
	if len(p.evaluated) == 0 {
		return
	}
	fmt.Fprintf(w, "\n## Evaluations on the way\n\n| run | step | %s |\n| --- | --- |%s\n", strings.Join(p.evaluated, " | "), strings.Repeat(" --- |", len(p.evaluated)))
	for _, r := range p.runs {
		for _, l := range r.lines {
			if l.phase != "validation" {
				continue
			}
			fmt.Fprintf(w, "| %s | %d |", r.name, l.step)
			for _, name := range p.evaluated {
				fmt.Fprintf(w, " %s |", l.measure(name))
			}
			fmt.Fprintln(w)
		}
	}
}

func (l line) measure(name string) string {
	value, ok := l.numbers[name]
	low, bounded := l.numbers[name+"_low"]
	switch {
	case !ok:
		return "–"
	case bounded:
		return fmt.Sprintf("%.3f [%.3f, %.3f]", value, low, l.numbers[name+"_high"])
	}
	return fmt.Sprintf("%.3f", value)
}

// writeSteps compares the first fifth of the joint loop with the last.
func (p *page) writeSteps(w io.Writer) {
	if len(p.logged) == 0 {
		return
	}
	fmt.Fprintln(w, "\n## The joint loop, means of its first and of its last fifth\n\n| run | measure | first | last | lines |\n| --- | --- | --- | --- | --- |")
	for _, r := range p.runs {
		for _, name := range p.logged {
			var values []float64
			for _, l := range r.lines {
				if value, ok := l.numbers[name]; ok && l.phase == "joint" {
					values = append(values, value)
				}
			}
			if n := (len(values) + 4) / 5; n > 0 {
				fmt.Fprintf(w, "| %s | %s | %.4g | %.4g | %d of %d |\n", r.name, name, mean(values[:n]), mean(values[len(values)-n:]), n, len(values))
			}
		}
	}
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// writeReports is what each reader says of an agent less others, and the share of what the first says of it that the next
// confirm.
func (p *page) writeReports(w io.Writer) error {
	paid := map[string]float64{}
	for i, folder := range p.reports {
		var r eval.Report
		if err := jsonfile.Read(filepath.Join(folder, "report.json"), &r); err != nil {
			return err
		}
		if i == 0 {
			fmt.Fprintln(w, "\n## What readers say of the agents, F, paired by document\n\n| agent | less | rate | reader | documents, questions | F | share confirmed |\n| --- | --- | --- | --- | --- | --- | --- |")
		}
		for _, c := range r.Comparisons {
			if c.Retained == nil {
				continue
			}
			agent, share := r.Agents[0].Name, "–"
			key := fmt.Sprint(agent, c.Baseline, c.Rate)
			if payer, known := paid[key]; !known {
				paid[key] = c.Retained.Value
			} else if payer > 0 {
				share = fmt.Sprintf("%.0f%%", 100*c.Retained.Value/payer)
			}
			fmt.Fprintf(w, "| %s | %s | %.1f | %s | %d, %d | %+.3f [%+.3f, %+.3f] | %s |\n", agent, c.Baseline, c.Rate, r.Reader.Name,
				r.Data.Documents, r.Data.Probes, c.Retained.Value, c.Retained.Low, c.Retained.High, share)
		}
	}
	return nil
}
