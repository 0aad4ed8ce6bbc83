package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/project-sputnik/sputnik/eval"
)

// What HATD promised.
const (
	leastFewer, mostFewer = 0.3, 0.6
	quality               = 0.95
)

// sets are what the promises are measured on.
var sets = []struct {
	name string
	args []string
}{
	{"squad_en", nil},
	{"squad_en, told the question", []string{"--question_given"}},
	{"gsm8k", nil},
	{"commongen", nil},
}

// A row is one data set at one rate.
type row struct {
	set                   string
	fewer                 float64 // share of the tokens left out
	point                 eval.Point
	kept                  float64 // share of the tokens of the timed documents
	whole, read, compress float64 // seconds a document
	documents             int
}

// time is what shortening and reading take of the time to read the whole.
func (r row) time() float64 { return (r.read + r.compress) / r.whole }

func (r row) inTime() bool { return r.time() <= r.kept }

// retains says whether the promised quality was measured: for sure, within the noise, or not.
func (r row) retains() string {
	switch f := r.point.Retained; {
	case f.Low >= quality:
		return "held"
	case f.Excludes(quality):
		return "not held"
	case f.Value >= quality:
		return "held within noise"
	}
	return "missed within noise"
}

func (r row) rightSize() bool {
	const half = 0.005 // what rounding a budget to whole words may take
	return r.fewer >= leastFewer-half && r.fewer <= mostFewer+half
}

// promises puts what was measured beside what was promised.
func promises(ctx context.Context, out io.Writer) error {
	fmt.Fprintf(out, "# The promises\n\nHATD promised %.0f-%.0f%% fewer tokens at over %.0f%% quality, and time falling in proportion. Quality is F, what of the reader's\n"+
		"knowledge of the answers is left, with its 95%% bootstrap interval over documents; time is that of the reader's forward over what is left, every\n"+
		"question and answer behind it, and of shortening it, over the time for the whole text: one document after the other, the least of %d passes.\n"+
		"In proportion is a share of the time no larger than the share of the tokens that were kept of the documents that were timed.\n\n", 100*leastFewer, 100*mostFewer, 100*quality, repeats)
	var rows []row
	for i, s := range sets {
		task, _, _ := strings.Cut(s.name, ",")
		args := append([]string{"--task", task, "--num_sequences", "40", "--target_ratios", "0.4,0.5,0.7", "--include_baselines=false",
			"--metrics", "compression_ratio,retained_information,end_to_end_time"}, s.args...)
		r, err := evaluate(ctx, fmt.Sprintf("promises-%d", i), repeats, args...)
		if err != nil {
			return err
		}
		of, err := r.rows(s.name)
		if err != nil {
			return err
		}
		rows = append(rows, of...)
		fmt.Fprintf(out, "- %s: `%s`: %s, of which %d were timed\n", s.name, r.command, r.measuredBy(), of[0].documents)
	}
	fmt.Fprintf(out, "\n| data | rate | fewer tokens | F | quality over %.2f | shorten, s | read, s | read whole, s | time | tokens | in proportion |\n|%s\n", quality, strings.Repeat(" --- |", 11))
	for _, r := range rows {
		in := "not held"
		if r.inTime() {
			in = "held"
		}
		fmt.Fprintf(out, "| %s | %.2f | %.1f%% | %v | %s | %.4f | %.3f | %.3f | %.3f | %.3f | %s |\n",
			r.set, r.point.Rate, 100*r.fewer, r.point.Retained, r.retains(), r.compress, r.read, r.whole, r.time(), r.kept, in)
	}
	fmt.Fprintln(out, "\nSeconds are means over the documents that were timed.")
	return verdicts(out, rows)
}

// rows are the agent's at every rate.
func (r *run) rows(set string) ([]row, error) {
	agent, err := r.curve("agent")
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, p := range agent.Points {
		if p.Retained == nil {
			return nil, errors.New(r.command + ": the report has no F")
		}
		x := row{set: set, fewer: 1 - p.Achieved, point: p, whole: math.Inf(1), read: math.Inf(1), compress: math.Inf(1)}
		for _, t := range r.timings {
			for _, e := range t.EndToEnd {
				n := float64(e.Documents)
				switch {
				case e.Method == "whole text":
					x.whole = min(x.whole, e.Read/n)
				case e.Method == "agent" && e.Rate == p.Rate:
					x.read, x.compress = min(x.read, e.Read/n), min(x.compress, e.Compress/n)
					x.kept, x.documents = float64(e.Left)/float64(e.Tokens), e.Documents
				}
			}
		}
		if x.documents == 0 {
			return nil, errors.New(r.command + ": nothing was timed")
		}
		rows = append(rows, x)
	}
	return rows, nil
}

// verdicts says of each promise on each data set whether it was held, and at which rates.
func verdicts(out io.Writer, rows []row) error {
	fmt.Fprintf(out, "\n| data | %.0f-%.0f%% fewer | over %.0f%% quality at that | time in proportion |\n| --- | --- | --- | --- |\n", 100*leastFewer, 100*mostFewer, 100*quality)
	for _, s := range sets {
		var of []row
		for _, r := range rows {
			if r.set == s.name {
				of = append(of, r)
			}
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", s.name,
			verdict(of, row.rightSize),
			verdict(of, func(r row) bool { return r.point.Retained.Value >= quality }),
			verdict(of, row.inTime))
	}
	_, err := fmt.Fprintln(out, "\nThat so many tokens are left out holds because a rate is exact; whether the quality is there goes by F itself, and the first table says where the interval leaves that open.")
	return err
}

// verdict says at which rates something holds.
func verdict(rows []row, holds func(row) bool) string {
	var yes []string
	for _, r := range rows {
		if holds(r) {
			yes = append(yes, fmt.Sprintf("%.2f", r.point.Rate))
		}
	}
	switch len(yes) {
	case 0:
		return "not held"
	case len(rows):
		return "held"
	}
	return "held at " + strings.Join(yes, ", ") + " alone"
}
