package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/torch"
)

// Options are what a run is told beside its configuration.
type Options struct {
	Command  string // as it was called, for the report
	Log      *slog.Logger
	Progress func(done, total int64)    // in bytes of the input; may be nil
	Each     func(o *Outcome)           // told of every input as it is done; may be nil
	Wrong    func(id string, err error) // told of every input that could not be read; may be nil
}

// Run shortens what a configuration names and writes the shorter texts, rows.jsonl, report.json and report.md. Stopped, it
// goes on behind the last input that it finished.
func Run(ctx context.Context, cfg config.HATD, o Options) (*Report, error) {
	if err := prepareTorch(cfg); err != nil {
		return nil, err
	}
	in, err := openSource(cfg.Input)
	if err != nil {
		return nil, err
	}
	salt, err := json.Marshal(relevant(cfg))
	if err != nil {
		return nil, err
	}
	out, err := openSink(in.kind, cfg.Input, cfg.Output, cfg.OutputDir, salt)
	if err != nil {
		return nil, err
	}
	defer out.close()
	begun := time.Now()
	m, err := openModels(cfg)
	if err != nil {
		return nil, err
	}
	defer m.close()
	p, err := assemble(cfg, m)
	if err != nil {
		return nil, err
	}
	if len(m.notes) > 0 {
		o.Log.Warn(strings.Join(m.notes, "; "))
	}
	report := newReport(cfg, o.Command, m.notes, time.Since(begun))
	if err := p.each(ctx, in, out, report, o); err != nil {
		return nil, err
	}
	if err := out.finish(); err != nil {
		return nil, err
	}
	report.finish(p, time.Since(begun))
	if err := report.write(cfg.OutputDir); err != nil {
		return nil, err
	}
	if n := report.Failed; n > 0 {
		return report, fmt.Errorf("%d of %d inputs of %s could not be read", n, report.Inputs+n, cfg.Input)
	}
	return report, nil
}

// relevant is the configuration without what changes no text, so that such a change does not start a run anew.
func relevant(cfg config.HATD) config.HATD {
	cfg.Explain, cfg.Comment, cfg.Threads, cfg.Input, cfg.Output, cfg.OutputDir = false, "", 0, "", "", ""
	return cfg
}

func prepareTorch(cfg config.HATD) error {
	if torch.Available() != nil {
		return nil // the agents have a forward pass in Go
	}
	device, err := torch.ParseDevice(cfg.Device)
	if err != nil {
		return config.Usagef("device: %w", err)
	}
	if device != torch.CPU {
		return config.Usagef("device is %s; the pipeline runs on the CPU in this version", cfg.Device)
	}
	torch.SetThreads(cfg.Threads)
	return nil
}

func assemble(cfg config.HATD, m *models) (*Pipeline, error) {
	strategies := Strategies{}
	for _, c := range Complexities {
		strategies[c] = cfg.PruningStrategies[string(c)]
	}
	p := &Pipeline{Rungs: m.rungs, Strategies: strategies, Quality: cfg.Quality, Task: cfg.TaskType,
		Meter: Meter{Probes: cfg.Probes, Seed: cfg.Seed}}
	if cfg.Complexity == "fitted" {
		l, err := OpenLinear(cfg.Classifier)
		if err != nil {
			return nil, config.Usage(err)
		}
		p.Classifier = l
	}
	if cfg.RulePruner {
		p.Rules = DefaultRules()
	}
	var err error
	if p.Meter.Reader, err = m.openReader(cfg.Reader); err != nil {
		return nil, err
	}
	if cfg.FeedbackLoop {
		if p.Feedback, err = OpenFeedback(strategies, filepath.Join(cfg.OutputDir, "strategies.json")); err != nil {
			return nil, config.Usage(err)
		}
	}
	return p, nil
}

// each shortens every input that an earlier run did not.
func (p *Pipeline) each(ctx context.Context, in *source, out *sink, report *Report, o Options) error {
	done := int64(0)
	for x, err := range in.all() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if err := p.one(ctx, x, out, report, o); err != nil {
			return err
		}
		if done += x.bytes; o.Progress != nil {
			o.Progress(done, in.size)
		}
	}
	return nil
}

func (p *Pipeline) one(ctx context.Context, x item, out *sink, report *Report, o Options) error {
	r, known, err := out.known(x)
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	if known {
		report.add(r.Outcome, true)
		return nil
	}
	var outcome *Outcome
	if x.wrong == nil {
		if x.Question == "" {
			x.Question = report.Question
		}
		if outcome, err = p.Process(ctx, x.Input); err != nil {
			return fmt.Errorf("%s: %w", x.ID, err)
		}
	} else if o.Wrong != nil {
		o.Wrong(x.ID, x.wrong)
	}
	if err := out.write(x, outcome, x.wrong); err != nil {
		return err
	}
	if p.Feedback != nil {
		if err := p.Feedback.Save(); err != nil {
			return err
		}
	}
	report.add(outcome, false)
	if outcome != nil && o.Each != nil {
		o.Each(outcome)
	}
	return nil
}
