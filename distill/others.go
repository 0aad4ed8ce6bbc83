package distill

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/config"
)

// others measures agents that were trained elsewhere, and what is taught nothing.
func (l *ladder) others(ctx context.Context) error {
	for _, dir := range l.cfg.Also {
		if err := l.other(ctx, dir); err != nil {
			return err
		}
	}
	for _, baseline := range []string{"random", "ngram"} {
		measured := l.random
		scorer, err := compress.Baseline(baseline, l.own.Statistics(), 0)
		if err == nil && baseline != "random" {
			measured, err = l.bench.losses(ctx, func(int) compress.Scorer { return scorer })
		}
		if err != nil {
			return err
		}
		rung := &Rung{Name: baseline, Taught: "nothing"}
		if err := l.enter(ctx, rung, measured, nil, scorer); err != nil {
			return err
		}
		l.report.Controls = append(l.report.Controls, rung)
	}
	return nil
}

// other measures an agent that was trained elsewhere, or several, in the folders seed-N of one, as the mean of them.
func (l *ladder) other(ctx context.Context, dir string) error {
	folders, err := filepath.Glob(filepath.Join(dir, "seed-*"))
	if err != nil || len(folders) == 0 {
		folders = []string{dir}
	}
	rung := &Rung{Name: filepath.Base(dir), Folder: folders[0], Taught: "elsewhere"}
	if len(folders) > 1 {
		rung.Taught = fmt.Sprintf("elsewhere, %d trainings", len(folders))
	}
	var each []losses
	var first *agent.Agent
	for _, folder := range folders {
		a, err := agent.Load(folder)
		if err != nil {
			return config.Usagef("also: %w", err)
		}
		l.closing = append(l.closing, a.Close)
		if err := a.Matches(l.own.Tokenizer()); err != nil {
			return config.Usagef("also: %w", err)
		}
		one, err := l.bench.losses(ctx, func(int) compress.Scorer { return a })
		if err != nil {
			return err
		}
		if each = append(each, one); first == nil {
			first = a
		}
		rung.Parameters, rung.Bytes = a.Size(), sizeOf(agent.Folder(folder))
	}
	if err := l.enter(ctx, rung, mean(each), nil, first); err != nil {
		return err
	}
	l.report.Controls = append(l.report.Controls, rung)
	return nil
}
