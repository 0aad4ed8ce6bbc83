package eval

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/torchtest"
)

func TestMain(m *testing.M) { torchtest.Main(m) }

func settings(t *testing.T) config.Eval {
	t.Helper()
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	var cfg config.Eval
	config.Default(&cfg)
	cfg.OutputDir, cfg.NumSequences, cfg.BootstrapSamples = filepath.Join(t.TempDir(), "out"), 3, 50
	return cfg
}

var quiet = Options{Command: "sputnik eval", Log: slog.New(slog.DiscardHandler)}

func TestARunWithRealModelsWritesEveryReport(t *testing.T) {
	cfg := settings(t)
	before := torch.Stats()
	tiny := filepath.Join(t.TempDir(), "tiny")
	torch.Seed(1)
	model, err := reconstructor.New(reconstructor.Shape{Tokenizer: "smollm2", Layers: 1, Width: 16, Heads: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := model.Save(tiny); err != nil {
		t.Fatal(err)
	}
	model.Close()
	cfg.Reader, cfg.ReconstructorPath, cfg.Metrics, cfg.MixedPrecision = tiny, tiny, append(cfg.Metrics, "bleu_score"), false
	report, dir, err := Run(t.Context(), cfg, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if report.Methods[0].Points[0].Gap == nil || report.Agent == nil || len(report.Methods) != 1+len(cfg.Baselines) {
		t.Errorf("%+v", report.Methods[0])
	}
	if !strings.Contains(strings.Join(report.Notes, " "), "bleu_score") {
		t.Errorf("notes %q say nothing of bleu_score", report.Notes)
	}
	for _, name := range []string{"report.json", "report.md", "report.html", "timing.json", "eval.json", "readings.jsonl"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	data, _ := os.ReadFile(filepath.Join(dir, "report.json"))
	var back Report
	if err := json.Unmarshal(data, &back); err != nil || back.Schema != Schema {
		t.Errorf("report.json: schema %d, %v", back.Schema, err)
	}
	if after := torch.Stats(); after != before {
		t.Errorf("%+v live after, %+v before", after, before)
	}
}

func TestWrongRequestsSayWhatAndWriteNothing(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*config.Eval)
		says   string
	}{
		"a baseline of another version": {func(c *config.Eval) { c.Baselines = []string{"learned_entropy"} }, "learned_entropy"},
		"no agent there":                {func(c *config.Eval) { c.ModelPath = "no/such/run" }, "no/such/run"},
		"no reader there":               {func(c *config.Eval) { c.Reader = "no/such/reader" }, "reader"},
		"no reconstructor of its own":   {func(c *config.Eval) { c.Reader = "own" }, "reconstructor"},
		"no data there":                 {func(c *config.Eval) { c.DataPath = "no/such/data.jsonl" }, "no/such/data.jsonl"},
		"nothing to compare":            {func(c *config.Eval) { c.TargetRatios = nil }, "target_ratios"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := settings(t)
			c.change(&cfg)
			_, dir, err := Run(t.Context(), cfg, quiet)
			if config.ExitCode(err) != 2 || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("exit %d: %v", config.ExitCode(err), err)
			}
			if _, err := os.Stat(dir); err == nil {
				t.Error("it left a folder behind")
			}
		})
	}
}
