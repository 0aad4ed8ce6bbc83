package eval

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/agent"
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

// tinyReader is the folder of a model that knows nothing.
func tinyReader(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tiny")
	torch.Seed(1)
	model, err := reconstructor.New(reconstructor.Shape{Tokenizer: "smollm2", Layers: 1, Width: 16, Heads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	if err := model.Save(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestARunWithRealModelsWritesEveryReport(t *testing.T) {
	cfg := settings(t)
	before := torch.Stats()
	tiny := tinyReader(t)
	cfg.Oracle, cfg.Baselines = 1, append(cfg.Baselines, "transformer_based", "iterative_surprisal", "adaptive", "learned_entropy")
	cfg.Reader, cfg.ReconstructorPath, cfg.Metrics, cfg.MixedPrecision = tiny, tiny, append(cfg.Metrics, "bleu_score", "rouge_score", "chrf", "perplexity", "end_to_end_time"), false
	twice := cfg // what is asked for again is measured once
	twice.Baselines, twice.TargetRatios = append(slices.Clone(cfg.Baselines), "adaptive"), append(slices.Clone(cfg.TargetRatios), cfg.TargetRatios[0])
	report, dir, err := Run(t.Context(), twice, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Agents) != 1 || len(report.Methods) != 1+len(cfg.Baselines) || len(report.Methods[0].Points) != len(cfg.TargetRatios) {
		t.Errorf("%+v", report.Methods[0])
	}
	for _, name := range []string{"gap_loss", "exact_kept", "bleu_score", "rougeL", "chrf", "perplexity_text"} {
		if report.Methods[0].Points[0].Measures[name] == nil {
			t.Errorf("no %s in %v", name, report.Methods[0].Points[0].Measures)
		}
	}
	if report.Ceiling == nil || report.Ceiling.Methods[len(report.Ceiling.Methods)-1].Name != oracleName || len(report.timing.EndToEnd) == 0 {
		t.Errorf("ceiling %+v, times %+v", report.Ceiling, report.timing)
	}
	for _, each := range report.timing.EndToEnd {
		if budget := each.Rate * float64(each.Tokens+each.Documents); each.Left == 0 || float64(each.Left) > budget || (each.Method == wholeText) != (each.Left == each.Tokens) {
			t.Errorf("%s at %g was given %d of %d tokens", each.Method, each.Rate, each.Left, each.Tokens)
		}
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

func TestBaselinesThatReadModelsOfTheirOwnAreMeasured(t *testing.T) {
	cfg := settings(t)
	models := filepath.Join("..", "saliency", "testdata")
	cfg.Baselines = []string{"attention", "attention:rollout", "gradient:mlm", "surprisal", "surprisal:phrase", "contrastive", "tokenclass"}
	cfg.ScorerModel = []string{filepath.Join(models, "encoder-bert"), "tokenclass=" + filepath.Join(models, "classify-xlmr"),
		"surprisal=" + filepath.Join(models, "causal"), "contrastive=" + filepath.Join(models, "causal")}
	cfg.Reader, cfg.MixedPrecision = tinyReader(t), false
	report, _, err := Run(t.Context(), cfg, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Methods) != 1+len(cfg.Baselines) || len(report.Failed) > 0 || !strings.Contains(strings.Join(report.Notes, " "), "contrastive is told") {
		t.Errorf("%d methods, %v failed, notes %q", len(report.Methods), report.Failed, report.Notes)
	}
}

func TestTrainingsOfAnotherAgentAreDrawsOfOneRow(t *testing.T) {
	cfg := settings(t)
	dir := t.TempDir()
	a, err := agent.Default()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	var folders []string
	for _, name := range []string{"260-42", "260-43"} {
		folders = append(folders, filepath.Join(dir, name))
		if err := a.Save(folders[len(folders)-1]); err != nil {
			t.Fatal(err)
		}
	}
	cfg.Compare, cfg.IncludeBaselines, cfg.Reader, cfg.MixedPrecision = []string{strings.Join(folders, "+")}, false, tinyReader(t), false
	report, _, err := Run(t.Context(), cfg, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Agents) != 3 || len(report.Methods) != 2 || report.Methods[1].Name != "260" || report.Methods[1].Draws != 2 {
		t.Errorf("%+v", report.Methods)
	}
	for _, c := range report.Comparisons {
		if d := c.Measures["answers_standing"]; d == nil || d.Value != 0 || d.ExcludesZero {
			t.Errorf("an agent differs from itself: %+v", d)
		}
	}
}

func TestTrainingsAreCalledAsTheirNamesBegin(t *testing.T) {
	for paths, want := range map[string]string{
		"runs/rung":                             "rung",
		"runs/rung/latest":                      "rung",
		"runs/260-42+runs/260-43":               "260",
		"runs/start_42/best+runs/start_43/best": "start",
		"runs/a+runs/b":                         "runs/a+runs/b",
	} {
		if is := sharedName(paths); is != want {
			t.Errorf("%s are called %s, not %s", paths, is, want)
		}
	}
}

func TestWrongRequestsSayWhatAndWriteNothing(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*config.Eval)
		says   string
	}{
		"no agent there":              {func(c *config.Eval) { c.ModelPath = []string{"no/such/run"} }, "no/such/run"},
		"no other agent there":        {func(c *config.Eval) { c.Compare = []string{"no/such/rung"} }, "no/such/rung"},
		"no reader there":             {func(c *config.Eval) { c.Reader = "no/such/reader" }, "reader"},
		"no reconstructor of its own": {func(c *config.Eval) { c.Reader = "own" }, "reconstructor"},
		"no data there":               {func(c *config.Eval) { c.DataPath = "no/such/data.jsonl" }, "no/such/data.jsonl"},
		"no model for a scorer":       {func(c *config.Eval) { c.Baselines = []string{"tokenclass"} }, "--scorer_model"},
		"nothing to compare":          {func(c *config.Eval) { c.TargetRatios = nil }, "target_ratios"},
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

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// The seeds' configurations, field by field as they had them, run unchanged.
func TestTheSeedsEvaluationsRunUnchanged(t *testing.T) {
	base := settings(t)
	data := writeFile(t, "test_data.json", `["`+strings.Repeat("The old bridge at Arnhem was built in 1935 and fell in 1944. ", 30)+`"]`)
	tiny := tinyReader(t)
	for name, seed := range map[string]string{
		"prod/evaluation.json": `{"model_path": "", "data_path": %q, "output_dir": %q, "reconstructor_path": %q, "num_sequences": 5000, "batch_size": 64,
			"include_baselines": true, "baselines": ["random", "frequency", "length", "entropy", "position", "adaptive", "learned_entropy", "transformer_based"],
			"metrics": ["compression_ratio", "bleu_score", "semantic_similarity", "reconstruction_loss", "perplexity", "rouge_score"], "device": "auto",
			"target_ratios": [0.3, 0.5, 0.7], "statistical_significance": true, "bootstrap_samples": 1000, "confidence_interval": 0.95}`,
		"dev/quick_eval.json": `{"data_path": %q, "output_dir": %q, "reconstructor_path": %q, "num_sequences": 10, "batch_size": 4, "include_baselines": true,
			"baselines": ["random", "frequency"], "metrics": ["compression_ratio", "bleu_score"], "device": "cpu"}`,
	} {
		var cfg config.Eval
		path := writeFile(t, "seed.json", fmt.Sprintf(seed, data, base.OutputDir+"-"+filepath.Base(name), tiny))
		if err := config.Resolve(&cfg, path, nil, nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		cfg.Reader, cfg.Threads = tiny, 1 // what the seeds had no field for
		r, _, err := Run(t.Context(), cfg, quiet)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(r.Methods) != 1+len(cfg.Baselines) || r.Methods[0].Points[0].Measures["bleu_score"] == nil {
			t.Errorf("%s: %d methods, %v", name, len(r.Methods), r.Methods[0].Points[0].Measures)
		}
	}
}
