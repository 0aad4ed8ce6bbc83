package distill

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer"
)

// RunCausal makes a ladder of language models, causal or masked: each starts from its own weights, or from the first
// layers of the model above it, and is healed by (1-a) CE + a T^2 KL over the vocabulary (arXiv 1503.02531, 1910.01108).
func RunCausal(ctx context.Context, cfg config.Distill, o Options) (*CausalReport, error) {
	if err := torch.Available(); err != nil {
		return nil, err
	}
	torch.HoardMemory()
	torch.SetThreads(cfg.Threads)
	begun := time.Now()
	kind, names, open := "causal", cfg.Causal, openCausal
	if len(cfg.Masked) > 0 {
		kind, names, open = "masked", cfg.Masked, openMasked
	}
	teacher, err := opened(open, names[0], "")
	if err != nil {
		return nil, config.Usagef("%s: %w", kind, err)
	}
	defer func() { teacher.Close() }()
	c, err := newCausal(ctx, cfg, teacher, o)
	if err != nil {
		return nil, err
	}
	c.report.Kind = kind
	if err := c.enter(ctx, names[0], "", teacher, nil); err != nil {
		return nil, err
	}
	for i, name := range names[1:] {
		student, err := opened(open, name, names[i])
		if err != nil {
			return nil, config.Usagef("%s: %w", kind, err)
		}
		if err := c.rung(ctx, name, teacher, student); err != nil {
			student.Close()
			return nil, fmt.Errorf("rung %s: %w", name, err)
		}
		teacher.Close()
		teacher = student
	}
	c.report.Seconds = time.Since(begun).Seconds()
	return c.report, write(cfg.OutputDir, c.report)
}

// opened opens a model by its name in a ladder; NAME:N of the model before it keeps the first N layers of that.
func opened(open func(from string, layers int) (language, error), name, above string) (language, error) {
	from, cut, layered := strings.Cut(name, ":")
	layers := 0
	if layered {
		var err error
		if layers, err = strconv.Atoi(cut); err != nil || layers < 1 {
			return nil, fmt.Errorf("%s: want a number of layers behind the colon", name)
		}
		if above != "" {
			from, _, _ = strings.Cut(above, ":")
		}
	}
	return open(from, layers)
}

// causal is a run under way.
type causal struct {
	cfg          config.Distill
	log          *slog.Logger
	train, valid [][]int32
	report       *CausalReport
}

func newCausal(ctx context.Context, cfg config.Distill, teacher language, o Options) (*causal, error) {
	c := &causal{cfg: cfg, log: o.Log, report: &CausalReport{Command: o.Command, Steps: cfg.Steps}}
	var err error
	if c.train, err = c.texts(ctx, cfg.TrainPath, teacher, cfg.Texts); err != nil {
		return nil, err
	}
	if c.valid, err = c.texts(ctx, cfg.ValidPath, teacher, cfg.Documents); err != nil {
		return nil, err
	}
	if len(c.train) == 0 || len(c.valid) < 2 {
		return nil, config.Usagef("%d texts to learn on and %d to measure on; want at least 1 and 2", len(c.train), len(c.valid))
	}
	c.report.Texts, c.report.Documents = len(c.train), len(c.valid)
	return c, nil
}

// texts are the beginnings of pieces, of causal_tokens tokens each.
func (c *causal) texts(ctx context.Context, name string, reads language, most int) (all [][]int32, err error) {
	err = pieces(ctx, name, c.cfg.Exclude, func(_, text string) error {
		ids := reads.ids(text)
		if len(ids) >= c.cfg.CausalTokens {
			all = append(all, ids[:c.cfg.CausalTokens])
		}
		return enough(len(all), most)
	})
	return all, err
}

// rung measures a student, heals it, and measures it again.
func (c *causal) rung(ctx context.Context, name string, teacher, student language) error {
	if teacher.Tokenizer().VocabSize() != student.Tokenizer().VocabSize() {
		return config.Usagef("it reads %d tokens, its teacher %d: their distributions do not compare", student.Tokenizer().VocabSize(), teacher.Tokenizer().VocabSize())
	}
	untaught, err := student.losses(ctx, c.valid)
	if err != nil {
		return err
	}
	if err := c.heal(ctx, teacher, student); err != nil {
		return err
	}
	folder := strings.NewReplacer(":", "-", "/", "-").Replace(name)
	if err := student.Save(filepath.Join(c.cfg.OutputDir, folder)); err != nil {
		return err
	}
	return c.enter(ctx, name, folder, student, untaught)
}

func (c *causal) heal(ctx context.Context, teacher, student language) error {
	if err := student.RequireGrad(); err != nil {
		return err
	}
	adam, err := torch.NewAdamW(torch.Group{Params: student.Parameters(), Rate: 1, Decay: c.cfg.WeightDecay})
	if err != nil {
		return err
	}
	defer adam.Close()
	random := rand.New(rand.NewPCG(uint64(c.cfg.Seeds[0]), 0xca05a1))
	rates := torch.Schedule{Peak: c.cfg.Rate, Warmup: min(20, c.cfg.Steps/10+1), Total: c.cfg.Steps, Floor: 0.05}
	for step := range c.cfg.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		var batch [][]int32
		for range c.cfg.BatchSize {
			batch = append(batch, c.train[random.IntN(len(c.train))])
		}
		value := 0.0
		err := torch.Do(func(s *torch.Scope) error {
			total := languageLoss(s, teacher, student, student.exercise(batch, random), scheduled(c.cfg, step))
			if value = s.Item(total); math.IsNaN(value) {
				return fmt.Errorf("step %d: the loss is not a number", step)
			}
			s.Backward(total)
			return nil
		})
		if err == nil {
			_, err = torch.ClipNorm(adam.Params(), 1)
		}
		if err == nil {
			err = adam.Step(rates.At(step))
		}
		torch.ClearGrad(adam.Params()...)
		if err != nil {
			return err
		}
		if (step+1)%10 == 0 || step+1 == c.cfg.Steps {
			c.log.Info("heal", "step", step+1, "of", c.cfg.Steps, "loss", value)
		}
	}
	return nil
}

// languageLoss is (1-a) CE(word, s) + a T^2 KL(softmax(t/T) || softmax(s/T)), a mean over the places of an exercise.
func languageLoss(s *torch.Scope, teacher, student language, e transformer.Exercise, w weights) torch.Tensor {
	said, wanted := student.logits(s, e), s.Detach(teacher.logits(s, e))
	hard := s.Mean(s.CrossEntropy(said, e.Targets(s)))
	t, q := s.LogSoftmax(s.Scale(wanted, 1/w.temperature), -1), s.LogSoftmax(s.Scale(said, 1/w.temperature), -1)
	soft := s.Mean(s.Divergence(t, q))
	return s.Add(s.Scale(hard, 1-w.alpha), s.Scale(soft, w.alpha*w.temperature*w.temperature))
}

// enter measures a model on the held-out texts.
func (c *causal) enter(ctx context.Context, name, folder string, r language, untaught []float64) error {
	begun := time.Now()
	losses, err := r.losses(ctx, c.valid)
	if err != nil {
		return err
	}
	took := time.Since(begun).Seconds()
	b := probe.Bootstrap{Seed: int64(c.cfg.Seeds[0])}
	rung := &CausalRung{Name: name, Folder: folder, Parameters: r.Size(), Layers: r.layers(),
		TokensPerSecond: float64(len(c.valid)*c.cfg.CausalTokens) / took}
	if rung.Loss, err = b.Mean(losses); err != nil {
		return err
	}
	rung.Perplexity = math.Exp(rung.Loss.Value)
	if untaught != nil {
		before, err := b.Mean(untaught)
		if err != nil {
			return err
		}
		rung.Untaught = math.Exp(before.Value)
	}
	c.report.Rungs = append(c.report.Rungs, rung)
	c.log.Info("measured", "model", name, "perplexity", rung.Perplexity, "tokens_per_second", rung.TokensPerSecond)
	return nil
}
