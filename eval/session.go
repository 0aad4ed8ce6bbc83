package eval

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval/task"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/torch"
)

// Options are what a command knows beside its configuration.
type Options struct {
	Command  string            // as the report shows it
	Versions map[string]string // of the program
	NoAgent  bool              // baselines only
	Log      *slog.Logger
	Progress func(done, total int)
}

// Run evaluates what cfg says and writes the reports to its output folder, whose name it returns.
func Run(ctx context.Context, cfg config.Eval, o Options) (*Report, string, error) {
	dir := outputDir(cfg, o)
	if err := checkSettings(cfg); err != nil {
		return nil, dir, err
	}
	s := &session{cfg: cfg, options: o, dir: dir}
	defer s.close()
	if err := s.open(ctx); err != nil {
		return nil, dir, err
	}
	outcomes, err := s.evaluation.Run(ctx)
	if err != nil {
		return nil, dir, err
	}
	at := 0
	if o.NoAgent || !cfg.Significance {
		at = -1
	}
	report := s.evaluation.Report(outcomes, at, s.bootstrap())
	if report.Ceiling, err = s.ceiling(ctx); err != nil {
		return nil, dir, err
	}
	if outcomes.Timing.EndToEnd, err = s.endToEnd(ctx); err != nil {
		return nil, dir, err
	}
	report.timing = outcomes.Timing
	if err := s.describe(report); err != nil {
		return nil, dir, err
	}
	if err := config.Save(filepath.Join(dir, "eval.json"), &cfg); err != nil {
		return nil, dir, err
	}
	return report, dir, report.Write(dir)
}

func (s *session) bootstrap() probe.Bootstrap {
	return probe.Bootstrap{Resamples: s.cfg.BootstrapSamples, Level: s.cfg.Confidence, Seed: s.cfg.RandomSeed}
}

// session is what a run has open.
type session struct {
	cfg        config.Eval
	options    Options
	dir        string         // of what is written
	agents     []*agent.Agent // the trainings of the agent
	others     []Method       // other agents
	models     []Model        // of all of them
	data       task.Set
	evaluation *Evaluation
	notes      []string
	closing    []func()
}

func (s *session) close() {
	for i := len(s.closing) - 1; i >= 0; i-- {
		s.closing[i]()
	}
}

// outputDir is the configured folder, else that of the run that is evaluated.
func outputDir(cfg config.Eval, o Options) string {
	switch {
	case cfg.OutputDir != "":
		return cfg.OutputDir
	case o.NoAgent:
		return filepath.Join("outputs", "baselines")
	case len(cfg.ModelPath) == 1:
		return cfg.ModelPath[0]
	}
	return filepath.Join("outputs", "eval")
}

// once leaves out what came before.
func once[T comparable](all []T) []T {
	var each []T
	for _, v := range all {
		if !slices.Contains(each, v) {
			each = append(each, v)
		}
	}
	return each
}

func checkSettings(cfg config.Eval) error {
	if err := torch.Available(); err != nil {
		return fmt.Errorf("evaluate: %w", err)
	}
	device, err := torch.ParseDevice(cfg.Device)
	if err != nil {
		return config.Usage(err)
	}
	if device != torch.CPU {
		return config.Usagef("device is %s; evaluation runs on the CPU in this version", cfg.Device)
	}
	if len(cfg.TargetRatios) == 0 {
		return config.Usagef("target_ratios is empty; want shares such as 0.3,0.5,0.7")
	}
	torch.HoardMemory()
	torch.SetThreads(cfg.Threads)
	return nil
}

// open loads what is measured and by whom; nothing is written before all of it is there.
func (s *session) open(ctx context.Context) error {
	var err error
	s.data, err = task.Read(ctx, task.Source{Path: s.cfg.DataPath, Task: s.cfg.Task, Most: s.cfg.NumSequences, Seed: s.cfg.RandomSeed})
	if err != nil {
		return err
	}
	if err := s.openAgents(); err != nil {
		return err
	}
	s.evaluation = &Evaluation{
		Documents: s.data.Tasks, Rates: once(s.cfg.TargetRatios), Metrics: s.cfg.Metrics, Tokenizer: s.agents[0].Tokenizer(),
		BatchSize: s.cfg.BatchSize, Examples: s.cfg.Examples, Seed: s.cfg.RandomSeed, Progress: s.options.Progress,
	}
	if s.cfg.QuestionGiven {
		s.evaluation.Documents, s.evaluation.QuestionGiven = apart(s.data.Tasks), true
		s.notes = append(s.notes, givenNote)
	}
	if err := s.openReader(); err != nil {
		return err
	}
	if err := s.openReconstructor(); err != nil {
		return err
	}
	if err := s.openEmbedder(); err != nil {
		return err
	}
	if s.evaluation.Methods, err = s.methods(); err != nil {
		return err
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return config.Usagef("output_dir: %w", err)
	}
	s.evaluation.Journal, err = OpenJournal(filepath.Join(s.dir, "readings.jsonl"))
	if err != nil {
		return config.Usage(err)
	}
	s.closing = append(s.closing, func() { _ = s.evaluation.Journal.Close() }) // every batch was written already
	return nil
}

// describe fills in what the measurement does not know.
func (s *session) describe(r *Report) error {
	settings, err := config.Marshal(&s.cfg)
	if err != nil {
		return err
	}
	r.Settings, r.Command, r.Versions = settings, s.options.Command, s.options.Versions
	r.Data.Path, r.Data.Task = s.data.Path, s.data.Task
	if info, err := os.Stat(s.data.Path); err == nil && info.Mode().IsRegular() {
		if r.Data.Identity, err = Identity(s.data.Path); err != nil {
			return err
		}
	}
	if !s.options.NoAgent {
		r.Agents = s.models
	}
	r.Notes = append(r.Notes, s.data.Notes...)
	r.Notes = append(r.Notes, s.notes...)
	if s.cfg.Comment != "" {
		r.Notes = append(r.Notes, s.cfg.Comment)
	}
	return nil
}
