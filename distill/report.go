package distill

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// The measures that need no model, probe.Standing: whole answers, and their words.
const (
	answersStand = "answers that stand"
	answersWords = "words of answers that stand"
)

// A Report is what a ladder came to; package pipeline routes by its rungs.
type Report struct {
	Command    string    `json:"command"`
	Reader     string    `json:"reader"`
	Kind       string    `json:"reader_kind,omitempty"` // of its numbers
	Asked      string    `json:"asked"`
	Documents  int       `json:"documents"` // held out
	Texts      int       `json:"texts"`     // learned on
	Seeds      []int     `json:"seeds"`
	Rates      []float64 `json:"rates"`
	Seconds    float64   `json:"seconds"`
	Rungs      []*Rung   `json:"rungs"` // the teacher first
	Assistants []*Rung   `json:"assistants,omitempty"`
	Controls   []*Rung   `json:"controls"`
	Notes      []string  `json:"notes"`
}

// A Rung is what was measured of a model: means over seeds, intervals over documents.
type Rung struct {
	Name       string          `json:"name"`
	Folder     string          `json:"folder"` // of the first seed, beside the report; empty is the agent in the binary
	Taught     string          `json:"taught_by"`
	Parameters int64           `json:"parameters"`
	Bytes      int64           `json:"bytes"` // of the file, with the statistics that all rungs share
	F          []Point         `json:"retained"`
	Retention  probe.Interval  `json:"retention"`               // rho against the first
	Step       *probe.Interval `json:"against_above,omitempty"` // rho against the rung above
	Views      []View          `json:"views,omitempty"`
	Speeds     []Speed         `json:"tokens_per_second,omitempty"`
}

// A View is rho by another measure, or on the documents of one source alone.
type View struct {
	Of string `json:"of"`
	probe.Interval
}

// A Point is F at a rate.
type Point struct {
	Rate float64 `json:"rate"`
	probe.Interval
}

// The targets of a ladder.
const (
	wantHalving = 0.97
	wantLast    = 0.90
)

// notes says which targets were missed, and what the figures rest on.
func (r *Report) notes(cfg config.Distill) {
	say := func(format string, args ...any) { r.Notes = append(r.Notes, fmt.Sprintf(format, args...)) }
	for i, rung := range r.Rungs[1:] {
		halvings := math.Log2(float64(r.Rungs[i].Parameters) / float64(rung.Parameters))
		if r.Rungs[i].Parameters == 0 || halvings <= 0 {
			continue
		}
		if a := math.Pow(math.Max(0, rung.Step.Value), 1/halvings); a < wantHalving {
			say("missed: %s retains %.3f a halving of the rung above it; wanted %.2f", rung.Name, a, wantHalving)
		}
	}
	if last := r.Rungs[len(r.Rungs)-1]; last.Retention.Value < wantLast {
		say("missed: the last rung, %s, retains %.3f of the first's gain; wanted %.2f", last.Name, last.Retention.Value, wantLast)
	}
	if r.Documents < 1000 || len(r.Seeds) < 3 {
		say("%d held-out documents and %d seeds: fewer than the 1,000 and 3 that a ladder is to be judged by", r.Documents, len(r.Seeds))
	}
	if r.Reader == answersStand {
		say("F is by the answers that stand in what is kept; a reader's losses were not taken here")
	}
	if strings.HasPrefix(r.Asked, "cloze") && cfg.Questions != "" {
		say("the students' hard labels are answers to cloze questions too, which the first rung was trained on less: a rho above 1 here says that they learned to be asked so, and the questions of somebody else are the better judge (val_data_path)")
	}
	if !cfg.Speeds {
		say("tokens a second were not measured here")
	}
	if len(cfg.Also) == 0 {
		say("no agent trained by reinforcement at the last rung's size was given (also), so that control is missing")
	}
	if cfg.Comment != "" {
		say("%s", cfg.Comment)
	}
}

// write writes a report for programs, report.json, and for people, report.md.
func write(dir string, report interface{ Markdown(w io.Writer) error }) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := safetensors.WriteJSON(filepath.Join(dir, "report.json"), report); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := safetensors.Atomically(filepath.Join(dir, "report.md"), report.Markdown); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// Markdown writes the report for people.
func (r *Report) Markdown(w io.Writer) error {
	out, kind := bufio.NewWriter(w), ""
	if r.Kind != "" {
		kind = " in " + r.Kind
	}
	fmt.Fprintf(out, "# A ladder of agents\n\n`%s`\n\nLearned on %d texts, measured on %d held-out texts by %s%s to %s, seeds %v, in %.0f s. F is what is retained at a share of the\n"+
		"tokens kept, rho the share of the first rung's gain over random cuts; both with 95%% paired-bootstrap intervals.\n\n", r.Command, r.Texts, r.Documents, r.Reader, kind, r.Asked, r.Seeds, r.Seconds)
	fmt.Fprint(out, "| model | taught by | parameters | MB |")
	for _, rate := range r.Rates {
		fmt.Fprintf(out, " F at %g |", rate)
	}
	fmt.Fprintf(out, " rho | rho to the rung above |\n|---|---|---|---|%s---|---|\n", strings.Repeat("---|", len(r.Rates)))
	all := append(append(append([]*Rung{}, r.Rungs...), r.Assistants...), r.Controls...)
	for _, rung := range all {
		fmt.Fprintf(out, "| %s | %s | %d | %.1f |", rung.Name, rung.Taught, rung.Parameters, float64(rung.Bytes)/1e6)
		for _, p := range rung.F {
			fmt.Fprintf(out, " %v |", p.Interval)
		}
		above := ""
		if rung.Step != nil {
			above = rung.Step.String()
		}
		fmt.Fprintf(out, " %v | %s |\n", rung.Retention, above)
	}
	writeViews(out, all)
	writeSpeeds(out, all)
	if len(r.Notes) > 0 {
		fmt.Fprintln(out)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(out, "- %s\n", note)
	}
	return out.Flush()
}

// writeViews writes rho by other measures and by source, where there are any.
func writeViews(out *bufio.Writer, all []*Rung) {
	views := all[0].Views
	if len(views) == 0 {
		return
	}
	fmt.Fprint(out, "\n| rho |")
	for _, v := range views {
		fmt.Fprintf(out, " %s, %d documents |", v.Of, v.Documents)
	}
	fmt.Fprintf(out, "\n|---|%s\n", strings.Repeat("---|", len(views)))
	for _, rung := range all {
		fmt.Fprintf(out, "| %s |", rung.Name)
		for _, v := range rung.Views {
			fmt.Fprintf(out, " %v |", v.Interval)
		}
		fmt.Fprintln(out)
	}
}

// writeSpeeds writes tokens a second, where they were measured.
func writeSpeeds(out *bufio.Writer, all []*Rung) {
	if len(all[0].Speeds) == 0 {
		return
	}
	fmt.Fprint(out, "\n| tokens a second | 1 thread, batch 1 | 1 thread, batched | 2 threads, batch 1 | 2 threads, batched |\n|---|---|---|---|---|\n")
	for _, rung := range all {
		fmt.Fprintf(out, "| %s |", rung.Name)
		for _, s := range rung.Speeds {
			fmt.Fprintf(out, " %.0f | %.0f |", s.One, s.Many)
		}
		fmt.Fprintln(out)
	}
}
