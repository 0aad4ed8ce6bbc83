package distill

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/config"
)

// A model cut to one of its two layers comes closer to what it was: from folders in Hugging Face form, as the seed's ladders.
func TestACutModelIsHealed(t *testing.T) {
	needsTorch(t)
	cfg := tiny(t)
	cfg.Causal = cutFixture("causal")
	cut := healed(t, &cfg)
	if _, err := os.Stat(filepath.Join(cfg.OutputDir, cut.Folder, "model.safetensors")); err != nil {
		t.Error(err)
	}
}

// cutFixture is a ladder of a fixture and of it cut to one layer.
func cutFixture(name string) []string {
	fixture := filepath.Join("..", "saliency", "testdata", name)
	return []string{fixture, fixture + ":1"}
}

// healed runs a ladder and returns its cut rung, which must have come closer to what it was.
func healed(t *testing.T, cfg *config.Distill) *CausalRung {
	t.Helper()
	cfg.CausalTokens, cfg.Steps, cfg.BatchSize, cfg.Rate, cfg.Texts = 24, 60, 4, 0.01, 40
	report, err := RunCausal(context.Background(), *cfg, Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	cut := report.Rungs[1]
	if cut.Layers != 1 || cut.Parameters >= report.Rungs[0].Parameters || !(cut.Perplexity < cut.Untaught) {
		t.Errorf("%+v", cut)
	}
	return cut
}

func TestAWrongLadderIsOneLine(t *testing.T) {
	needsTorch(t)
	for ladder, want := range map[string]string{"nowhere-at-all": "nowhere-at-all", "x:none": "number of layers"} {
		cfg := tiny(t)
		cfg.Causal = []string{ladder}
		_, err := RunCausal(context.Background(), cfg, Options{Log: slog.New(slog.DiscardHandler)})
		if config.ExitCode(err) != 2 || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", ladder, err)
		}
	}
}

// The same of an encoder with its masked-LM head: its folder is read again as it was saved, with the layers that are left.
func TestACutEncoderIsHealed(t *testing.T) {
	needsTorch(t)
	cfg := tiny(t)
	cfg.Masked = cutFixture("encoder-roberta")
	cut := healed(t, &cfg)
	cfg.Masked = []string{filepath.Join(cfg.OutputDir, cut.Folder)}
	again, err := RunCausal(context.Background(), cfg, Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if got := again.Rungs[0]; got.Loss != cut.Loss || got.Layers != 1 || got.Parameters != cut.Parameters {
		t.Errorf("saved %+v, read %+v", cut, got)
	}
}
