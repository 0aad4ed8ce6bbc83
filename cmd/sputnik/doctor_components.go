package main

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/rewards"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/train"
)

// doctorText is what the components are tried on.
const doctorText = "The meeting of 14 March was moved to Friday at 9:30, because Ms. Okafor has to be in Lisbon for the audit. " +
	"Please bring invoice INV-2041 (EUR 1,250.00), and as always the usual notes that everybody has already read."

// components are the rooms of the house, in the order in which data goes through them.
var components = []struct {
	name     string
	libtorch bool
	run      func(ctx context.Context, dir string) (string, error)
}{
	{"token", false, tryToken},
	{"corpus", false, tryCorpus},
	{"probe", false, tryProbe},
	{"env, rewards", false, tryEpisode},
	{"torch", true, tryTorch},
	{"compress", false, tryCompress},
	{"reconstructor", true, tryReconstructor},
	{"train", true, tryTrain},
}

func tryToken(context.Context, string) (string, error) {
	t, err := token.Open("smollm2")
	if err != nil {
		return "", err
	}
	text := token.Read(t, []byte(doctorText))
	everything := slices.Repeat([]bool{true}, len(text.Tokens))
	if string(text.Kept(everything)) != doctorText {
		return "", fmt.Errorf("the spans of a text's tokens do not give the text back")
	}
	return fmt.Sprintf("%d tokens, %d words", len(text.Tokens), len(text.Units)), nil
}

func tryCorpus(ctx context.Context, dir string) (string, error) {
	cfg := config.Data{}
	config.Default(&cfg)
	cfg.DatasetName, cfg.MaxSequences, cfg.OutputDir = "sample", 20, filepath.Join(dir, "data")
	summary, err := corpus.Prepare(ctx, cfg, func(int64, int64) {})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d documents of the sample prepared", summary.Counts.Documents), nil
}

func tryProbe(context.Context, string) (string, error) {
	task := probe.Cloze("doctor", doctorText, 0, 1)
	if len(task.Probes) == 0 {
		return "", fmt.Errorf("nothing to ask about a text full of facts")
	}
	return fmt.Sprintf("%d probes, the first for %q", len(task.Probes), task.Probes[0].Target), nil
}

func tryEpisode(ctx context.Context, _ string) (string, error) {
	reward, err := rewards.New("information_theoretic")
	if err != nil {
		return "", err
	}
	worth := func(_ context.Context, left [][]bool) ([]float64, error) {
		values := make([]float64, len(left))
		for i := range left {
			kept := env.Tokens(left[i], []int{1, 2, 3, 4})
			values[i] = reward(rewards.Outcome{Kept: kept, Tokens: 10, Answers: []rewards.Answer{{None: 3, Full: 1, Kept: 3 - float64(kept)/5, Tokens: 1}}}, rewards.Settings{})
		}
		return values, nil
	}
	world, err := env.New([]env.Episode{{Sizes: []int{1, 2, 3, 4}, Rate: 0.5}}, 2, worth)
	if err != nil {
		return "", err
	}
	if _, err := world.Reset(ctx); err != nil {
		return "", err
	}
	total := 0.0
	for done := false; !done; {
		step, err := world.Step(ctx, [][]float32{{1, 2, 3, 4}})
		if err != nil {
			return "", err
		}
		total, done = total+step.Reward[0], step.Done
	}
	return fmt.Sprintf("an episode of two rounds, reward %.2f", total), nil
}

func tryTorch(context.Context, string) (string, error) {
	before := torch.Stats()
	var got float64
	err := torch.Do(func(s *torch.Scope) error {
		x := torch.RequireGrad(torch.From(s, []float32{3}, 1))
		s.Backward(s.Mul(x, x))
		got = s.Item(s.Grad(x))
		return nil
	})
	if err == nil && got != 6 {
		err = fmt.Errorf("the derivative of x^2 at 3 is %g", got)
	}
	if err == nil && torch.Stats() != before {
		err = fmt.Errorf("tensors leak")
	}
	return "a gradient is right and nothing leaks", err
}

func tryCompress(ctx context.Context, _ string) (string, error) {
	c, err := sputnik.Open(sputnik.Default)
	if err != nil {
		return "", err
	}
	defer c.Close()
	result, err := c.Compress(ctx, doctorText, sputnik.Rate(0.5))
	if err != nil {
		return "", err
	}
	if result.CompressedTokens > result.TargetTokens {
		return "", fmt.Errorf("%d tokens, at most %d were asked for", result.CompressedTokens, result.TargetTokens)
	}
	return fmt.Sprintf("%d tokens to %d by the embedded agent", result.OriginalTokens, result.CompressedTokens), nil
}

func tryReconstructor(ctx context.Context, dir string) (string, error) {
	r, err := reconstructor.New(reconstructor.Shape{Tokenizer: "smollm2", Layers: 1, Width: 16, Heads: 2})
	if err != nil {
		return "", err
	}
	defer r.Close()
	losses, err := r.Losses(ctx, []probe.Reading{{Context: doctorText, Probe: probe.Probe{Prompt: "When?", Target: "Friday"}}})
	if err != nil {
		return "", err
	}
	if loss := losses[0].Mean(); math.IsNaN(loss) || loss < 5 || loss > 20 {
		return "", fmt.Errorf("a reader that knows nothing has a loss of %g nats a token, want about %g", loss, math.Log(49152))
	}
	return fmt.Sprintf("an untaught one loses %.1f nats a token", losses[0].Mean()), r.Save(filepath.Join(dir, "reconstructor"))
}

func tryTrain(ctx context.Context, dir string) (string, error) {
	cfg := config.Train{}
	config.Default(&cfg)
	data := filepath.Join(dir, "data", corpus.TrainFile)
	cfg.CorpusPath, cfg.OutputDir = data, filepath.Join(dir, "run")
	cfg.ContextWindow, cfg.EmbeddingDim, cfg.PolicyHiddenDim, cfg.Layers = 2, 4, 8, 2
	cfg.ReconstructorLayers, cfg.ReconstructorDim, cfg.ReconstructorHeads, cfg.ReconstructorStart = 1, 16, 2, 1
	cfg.SupervisedEpochs, cfg.MaxEpochs, cfg.MaxStepsPerEpoch, cfg.BatchSize, cfg.Samples = 0, 1, 2, 2, 2
	quiet := slog.New(slog.NewTextHandler(new(strings.Builder), nil))
	t, err := train.New(ctx, cfg, quiet)
	if err != nil {
		return "", err
	}
	defer t.Close()
	report, err := t.Run(ctx, func(train.Progress) {})
	return fmt.Sprintf("%d steps of both networks, checkpoint written", report.Steps), err
}
