package eval

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
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
	report := s.evaluation.Report(outcomes, at, probe.Bootstrap{Resamples: cfg.BootstrapSamples, Level: cfg.Confidence, Seed: cfg.RandomSeed})
	if err := s.describe(report); err != nil {
		return nil, dir, err
	}
	if err := config.Save(filepath.Join(dir, "eval.json"), &cfg); err != nil {
		return nil, dir, err
	}
	return report, dir, report.Write(dir, outcomes.Timing)
}

// session is what a run has open.
type session struct {
	cfg        config.Eval
	options    Options
	dir        string // of what is written
	agent      *agent.Agent
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
	case cfg.ModelPath != "":
		return cfg.ModelPath
	}
	return filepath.Join("outputs", "eval")
}

func checkSettings(cfg config.Eval) error {
	if err := torch.Available(); err != nil {
		return fmt.Errorf("evaluate: %w", err)
	}
	device, err := torch.ParseDevice(cfg.Device)
	if err != nil {
		return config.Usage(err)
	}
	if device != torch.CPU && cfg.Device != "auto" {
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
	tasks, err := Documents(ctx, s.cfg.DataPath, s.cfg.NumSequences, s.cfg.RandomSeed)
	if err != nil {
		return err
	}
	if err := s.openAgent(); err != nil {
		return err
	}
	methods, err := s.methods()
	if err != nil {
		return err
	}
	s.evaluation = &Evaluation{
		Documents: tasks, Methods: methods, Rates: s.cfg.TargetRatios, Tokenizer: s.agent.Tokenizer(),
		BatchSize: s.cfg.BatchSize, Seed: s.cfg.RandomSeed, Progress: s.options.Progress,
	}
	if err := s.openReader(); err != nil {
		return err
	}
	if err := s.openReconstructor(); err != nil {
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

func (s *session) openAgent() (err error) {
	if s.cfg.ModelPath == "" {
		s.agent, err = agent.Default()
	} else {
		s.agent, err = agent.Load(s.cfg.ModelPath)
	}
	if err != nil {
		return config.Usagef("model_path: %w", err)
	}
	s.closing = append(s.closing, s.agent.Close)
	return nil
}

// methods are the agent, first, and the baselines, which know the language as the agent does.
func (s *session) methods() ([]Method, error) {
	var methods []Method
	if !s.options.NoAgent {
		methods = append(methods, Only(agentName, s.agent))
	}
	if !s.options.NoAgent && !s.cfg.IncludeBaselines {
		return methods, nil
	}
	baselines, err := Baselines(s.cfg.Baselines, s.agent.Statistics(), s.cfg.RandomDraws)
	if err == nil && len(methods)+len(baselines) == 0 {
		err = config.Usagef("baselines is empty, so there is nothing to evaluate")
	}
	return append(methods, baselines...), err
}

// measured are the metrics of this version.
var measured = []string{"compression_ratio", "retained_information", "reconstruction_loss"}

// describe fills in what the measurement does not know.
func (s *session) describe(r *Report) error {
	settings, err := config.Marshal(&s.cfg)
	if err != nil {
		return err
	}
	r.Settings, r.Command, r.Versions = settings, s.options.Command, s.options.Versions
	r.Data.Path = or(s.cfg.DataPath, heldOut)
	if info, err := os.Stat(s.cfg.DataPath); err == nil && info.Mode().IsRegular() {
		if r.Data.Identity, err = identity(s.cfg.DataPath); err != nil {
			return err
		}
	}
	if !s.options.NoAgent {
		r.Agent = &Model{Name: or(s.cfg.ModelPath, "embedded"), Parameters: s.agent.Size()}
		if r.Agent.Identity, err = s.agentIdentity(); err != nil {
			return err
		}
	}
	r.Notes = append(r.Notes, s.notes...)
	if absent := without(s.cfg.Metrics, measured); len(absent) > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("Not in this version, and not measured: %s. It has %s.", strings.Join(absent, ", "), strings.Join(measured, ", ")))
	}
	if s.cfg.Comment != "" {
		r.Notes = append(r.Notes, s.cfg.Comment)
	}
	return nil
}

// agentIdentity hashes the agent's folder; the embedded one is written to one for that.
func (s *session) agentIdentity() (string, error) {
	if s.cfg.ModelPath != "" {
		return identity(agentFolder(s.cfg.ModelPath))
	}
	dir, err := os.MkdirTemp("", "sputnik-agent")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	if err := s.agent.Save(dir); err != nil {
		return "", err
	}
	return identity(dir)
}

func without(names, known []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(known, name) })
}
