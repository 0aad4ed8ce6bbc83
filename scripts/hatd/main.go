// Command hatd writes the pages that say what HATD's parts and promises come to: every scorer by what a reader still knows
// and by its speed, and the promises beside what was measured. Both are made of reports of `sputnik eval`, which it runs.
//
//	go run ./scripts/hatd scorers > docs/experiments/007-scorers.md      # reads for ten minutes of one core that has bfloat16
//	go run ./scripts/hatd speeds > docs/experiments/007-speeds.md        # after scripts/ladder.sh; wants a machine that does nothing else
//	go run ./scripts/hatd contrastive > docs/experiments/007-contrastive.md
//	go run ./scripts/hatd contrastive-controls >> docs/experiments/007-contrastive.md
//	go run ./scripts/hatd promises > docs/experiments/007-promises.md
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/eval"
	"github.com/project-sputnik/sputnik/scripts/jsonfile"
)

const (
	sputnik = "bin/sputnik"
	folder  = "outputs/hatd-tables"
	repeats = 3 // of a measurement of time; the least counts, for what else runs on a machine only ever adds
)

func main() {
	pages := map[string]func(context.Context, io.Writer) error{"scorers": scorers, "speeds": speeds, "promises": promises, "contrastive": contrast, "contrastive-controls": contrastControls}
	if len(os.Args) != 2 || pages[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: hatd scorers|speeds|promises|contrastive|contrastive-controls")
		os.Exit(2)
	}
	if err := pages[os.Args[1]](context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "hatd:", err)
		os.Exit(1)
	}
}

// A run is one evaluation, and the times of its repeats.
type run struct {
	command string
	report  eval.Report
	timings []eval.Timing
}

// evaluate runs `sputnik eval` as often as times are wanted; its journal knows after the first what the reader said.
func evaluate(ctx context.Context, name string, passes int, args ...string) (*run, error) {
	dir := filepath.Join(folder, name)
	args = append([]string{"eval", "--output_dir", dir}, args...)
	r := &run{command: "sputnik " + strings.Join(args, " ")}
	for range passes {
		command := exec.CommandContext(ctx, sputnik, args...)
		command.Stderr = os.Stderr
		if err := command.Run(); err != nil {
			return nil, fmt.Errorf("%s: %w", r.command, err)
		}
		var t eval.Timing
		if err := jsonfile.Read(filepath.Join(dir, "timing.json"), &t); err != nil {
			return nil, err
		}
		r.timings = append(r.timings, t)
	}
	return r, jsonfile.Read(filepath.Join(dir, "report.json"), &r.report)
}

// speed is the most tokens a second that a scorer ranked and cut in any repeat.
func (r *run) speed(scorer string) (best float64) {
	for _, t := range r.timings {
		if c := t.Scorers[scorer]; c != nil {
			best = max(best, c.TokensPerSecond)
		}
	}
	return best
}

// curve is a method of the report.
func (r *run) curve(name string) (eval.Curve, error) {
	for _, m := range r.report.Methods {
		if m.Name == name {
			return m, nil
		}
	}
	return eval.Curve{}, fmt.Errorf("%s: the report has no %s", r.command, name)
}

// measuredBy is what figures rest on, in a line.
func (r *run) measuredBy() string {
	d := r.report.Data
	return fmt.Sprintf("%d documents, %d probes, %d tokens, read by %s in %s", d.Documents, d.Probes, d.Tokens, r.report.Reader.Name, r.report.Reader.Kind)
}
