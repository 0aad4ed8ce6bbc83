package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/torchtest"
)

func TestMain(m *testing.M) { torchtest.Main(m) }

func configured(t *testing.T, input, output string) config.HATD {
	t.Helper()
	var cfg config.HATD
	config.Default(&cfg)
	cfg.Input, cfg.Output, cfg.OutputDir = input, output, filepath.Join(t.TempDir(), "out")
	return cfg
}

func quiet() Options { return Options{Command: "test", Log: slog.New(slog.DiscardHandler)} }

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestATextGetsAReport(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "story.txt"), story)
	cfg := configured(t, filepath.Join(dir, "story.txt"), filepath.Join(dir, "short.txt"))
	cfg.ModelHierarchy = []string{"roberta-large", "distilroberta-base"} // the seed's, which are not here
	report, err := Run(context.Background(), cfg, quiet())
	if err != nil {
		t.Fatal(err)
	}
	short, err := os.ReadFile(cfg.Output)
	if err != nil || string(short) != report.Text.Text || len(report.Notes) != 2 {
		t.Errorf("%q, %v, notes %q", short, err, report.Notes)
	}
	for file, wants := range map[string][]string{
		"report.json": {`"original_tokens"`, `"processed_tokens"`, `"reduction_percent"`, `"selected_models"`, `"measured_retention"`, `"milliseconds"`},
		"report.md":   {"original tokens", "processed tokens", "reduction", "selected model", "measured retention", "time to shorten", "distilroberta-base"},
	} {
		raw, err := os.ReadFile(filepath.Join(cfg.OutputDir, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(raw), want) {
				t.Errorf("%s has no %s", file, want)
			}
		}
	}
}

// Stopped after any number of lines, the same run ends with the bytes of one that was not stopped.
func TestLinesGoOnWhereTheyStopped(t *testing.T) {
	dir := t.TempDir()
	var lines strings.Builder
	for n := range 7 {
		line, _ := json.Marshal(map[string]any{"id": n, "text": fmt.Sprintf("%d. %s", n, story)})
		fmt.Fprintf(&lines, "%s\n", line)
	}
	lines.WriteString("{\"id\":\"bad\"}\n")
	write(t, filepath.Join(dir, "in.jsonl"), lines.String())
	whole := configured(t, filepath.Join(dir, "in.jsonl"), filepath.Join(dir, "whole.jsonl"))
	if _, err := Run(context.Background(), whole, quiet()); err == nil || !strings.Contains(err.Error(), "1 of 8 inputs") {
		t.Fatalf("the bad line: %v", err)
	}
	want, _ := os.ReadFile(whole.Output)
	for stop := 1; stop < 7; stop += 2 {
		cfg := configured(t, whole.Input, filepath.Join(dir, fmt.Sprintf("part%d.jsonl", stop)))
		ctx, cancel := context.WithCancel(context.Background())
		o, n := quiet(), 0
		o.Each = func(*Outcome) {
			if n++; n == stop {
				cancel()
			}
		}
		if _, err := Run(ctx, cfg, o); err == nil {
			t.Fatal("it was not stopped")
		}
		f, err := os.OpenFile(cfg.Output, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(f, `{"half a li`) // as a kill would leave it
		f.Close()
		report, err := Run(context.Background(), cfg, quiet())
		if err == nil || report.Resumed != stop || report.Inputs != 7 {
			t.Errorf("%v: %d of %d resumed", err, report.Resumed, report.Inputs)
		}
		if got, _ := os.ReadFile(cfg.Output); string(got) != string(want) {
			t.Errorf("stopped after %d: %d bytes, want %d", stop, len(got), len(want))
		}
	}
}

func TestAFolderBecomesAFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "in", "a.txt"), story)
	write(t, filepath.Join(dir, "in", "deep", "b.txt"), "One two.")
	write(t, filepath.Join(dir, "in", "empty.txt"), "")
	cfg := configured(t, filepath.Join(dir, "in"), filepath.Join(dir, "out"))
	cfg.FeedbackLoop = true
	for run := range 2 {
		report, err := Run(context.Background(), cfg, quiet())
		if err != nil || report.Inputs != 3 || report.Resumed != 3*run {
			t.Fatalf("%v: %+v", err, report)
		}
	}
	for _, name := range []string{"a.txt", "deep/b.txt", "empty.txt"} {
		if _, err := os.Stat(filepath.Join(cfg.Output, name)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(cfg.OutputDir, "strategies.json")); err != nil {
		t.Error(err)
	}
}

func TestAWrongRequestChangesNothing(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "in.txt"), story)
	input := filepath.Join(dir, "in.txt")
	for name, change := range map[string]func(*config.HATD){
		"no input":                   func(c *config.HATD) { c.Input = "" },
		"an input that is not there": func(c *config.HATD) { c.Input = filepath.Join(dir, "none") },
		"no output":                  func(c *config.HATD) { c.Output = "" },
		"the output is the input":    func(c *config.HATD) { c.Output = input },
		"a reader that is not there": func(c *config.HATD) { c.Reader = filepath.Join(dir, "none") },
		"a model that is not there":  func(c *config.HATD) { c.CompressionModel = filepath.Join(dir, "none") },
		"a report that is not there": func(c *config.HATD) { c.LadderReport = filepath.Join(dir, "none") },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := configured(t, input, filepath.Join(t.TempDir(), "out.txt"))
			change(&cfg)
			if _, err := Run(context.Background(), cfg, quiet()); config.ExitCode(err) != 2 {
				t.Errorf("%v", err)
			}
			if raw, _ := os.ReadFile(input); string(raw) != story {
				t.Error("the input was changed")
			}
		})
	}
}

// Folders in Hugging Face form rank as the seed's ladders meant them to: an encoder by attention, a causal model by surprisal.
func TestAHierarchyOfTransformersRuns(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "story.txt"), story)
	fixtures := filepath.Join("..", "saliency", "testdata")
	cfg := configured(t, filepath.Join(dir, "story.txt"), filepath.Join(dir, "short.txt"))
	cfg.ModelHierarchy, cfg.Complexity = []string{filepath.Join(fixtures, "encoder-bert"), filepath.Join(fixtures, "causal")}, "rules"
	report, err := Run(context.Background(), cfg, quiet())
	if err != nil || len(report.Notes) != 0 || report.Processed >= report.Original {
		t.Errorf("%v: %+v", err, report)
	}
}
