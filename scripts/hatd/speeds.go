package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/distill"
	"github.com/project-sputnik/sputnik/probe"
)

// timed are agents that scripts/ladder.sh trained; one of the seeds is as fast as another.
var timed = []string{"ladder/seed-42/300k", "ladder/seed-42/100k", "ladder/seed-42/30k", "ladder/seed-42/30k-scratch", "ladder/seed-42/30k-direct", "rl_30k/seed-42"}

// speeds writes how fast the rungs of the ladder are, and the scorers: nothing is read by a reader.
func speeds(ctx context.Context, out io.Writer) error {
	fmt.Fprintf(out, "# Speeds\n\n`go run ./scripts/hatd speeds`, on %d cores.\n\n## The ladder\n\nTokens of squad_en that are ranked a second, the best of three turns: one text of some 1,600 bytes at a time, and 100,000 bytes at once.\n\n"+
		"| model | parameters | 1 thread, batch 1 | 1 thread, batched | 2 threads, batch 1 | 2 threads, batched |\n|---|---|---|---|---|---|\n", runtime.NumCPU())
	if err := rungSpeeds(ctx, out); err != nil {
		return err
	}
	r, err := evaluate(ctx, "speeds", repeats, "--task", "squad_en", "--num_sequences", "8", "--target_ratios", "0.5",
		"--metrics", "compression_ratio", "--random_draws", "1", "--baselines", strings.Join(ranked, ","))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n## The scorers\n\n    %s\n\n%d documents, %d tokens, ranked and cut one after the other: the best of %d passes. A reader reads nothing here but for those that rank by it.\n\n"+
		"| scorer | tokens/s |\n| --- | --- |\n", r.command, r.report.Data.Documents, r.report.Data.Tokens, repeats)
	for _, m := range r.report.Methods {
		fmt.Fprintf(out, "| %s | %.0f |\n", m.Name, r.speed(m.Name))
	}
	return nil
}

func rungSpeeds(ctx context.Context, out io.Writer) error {
	first, err := agent.Default()
	if err != nil {
		return err
	}
	defer first.Close()
	questions, err := corpus.Questions(filepath.Join(corpus.SharedFolder(), "eval", "squad_en.jsonl"))
	if err != nil {
		return err
	}
	tasks := probe.Tasks(questions, 0, 42)
	show := func(name string, scorer compress.Scorer, size int64) error {
		each, err := distill.Speeds(ctx, scorer, first.Tokenizer(), tasks)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "| %s | %d |", name, size)
		for _, s := range each {
			fmt.Fprintf(out, " %.0f | %.0f |", s.One, s.Many)
		}
		fmt.Fprintln(out)
		return nil
	}
	if err := show("default", first, first.Size()); err != nil {
		return err
	}
	for _, folder := range timed {
		a, err := agent.Load(filepath.Join("outputs", folder))
		if err != nil {
			return err
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(folder, "ladder/seed-42/"), "/")
		err = show(name, a, a.Size())
		a.Close()
		if err != nil {
			return err
		}
	}
	for _, name := range []string{"random", "ngram"} {
		scorer, err := compress.Baseline(name, first.Statistics(), 0)
		if err == nil {
			err = show(name, scorer, 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
