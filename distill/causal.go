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
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer"
)

// causalPositions of a batch have their loss taken: the vocabulary is wide.
const causalPositions = 192

// RunCausal makes a ladder of language models: each starts from its own weights, or from the first layers of the model
// above it, and is healed by (1-a) CE + a T^2 KL over the vocabulary (arXiv 1503.02531, 1910.01108).
func RunCausal(ctx context.Context, cfg config.Distill, o Options) (*CausalReport, error) {
	if err := torch.Available(); err != nil {
		return nil, err
	}
	torch.HoardMemory()
	torch.SetThreads(cfg.Threads)
	begun := time.Now()
	teacher, err := openCausal(cfg.Causal[0], "")
	if err != nil {
		return nil, config.Usagef("causal: %w", err)
	}
	defer func() { teacher.Close() }()
	c, err := newCausal(ctx, cfg, teacher, o)
	if err != nil {
		return nil, err
	}
	if err := c.enter(ctx, cfg.Causal[0], "", teacher, nil); err != nil {
		return nil, err
	}
	for i, name := range cfg.Causal[1:] {
		student, err := openCausal(name, cfg.Causal[i])
		if err != nil {
			return nil, config.Usagef("causal: %w", err)
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

// openCausal opens a model in float32; NAME:N of the model before it keeps the first N layers of that.
func openCausal(name, above string) (*reconstructor.Reconstructor, error) {
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
	return reconstructor.Open(from, torch.Float32, layers)
}

// causal is a run under way.
type causal struct {
	cfg          config.Distill
	log          *slog.Logger
	train, valid [][]int32
	report       *CausalReport
}

func newCausal(ctx context.Context, cfg config.Distill, teacher *reconstructor.Reconstructor, o Options) (*causal, error) {
	c := &causal{cfg: cfg, log: o.Log, report: &CausalReport{Command: o.Command, Steps: cfg.Steps}}
	var err error
	if c.train, err = c.texts(ctx, cfg.TrainPath, teacher.Tokenizer(), cfg.Texts); err != nil {
		return nil, err
	}
	if c.valid, err = c.texts(ctx, cfg.ValidPath, teacher.Tokenizer(), cfg.Documents); err != nil {
		return nil, err
	}
	if len(c.train) == 0 || len(c.valid) < 2 {
		return nil, config.Usagef("%d texts to learn on and %d to measure on; want at least 1 and 2", len(c.train), len(c.valid))
	}
	c.report.Texts, c.report.Documents = len(c.train), len(c.valid)
	return c, nil
}

// texts are the beginnings of pieces, of causal_tokens tokens each.
func (c *causal) texts(ctx context.Context, name string, t token.Tokenizer, most int) (all [][]int32, err error) {
	err = pieces(ctx, name, c.cfg.Exclude, func(_, text string) error {
		ids := token.IDs(nil, t.Encode(nil, []byte(text)))
		if len(ids) >= c.cfg.CausalTokens {
			all = append(all, ids[:c.cfg.CausalTokens])
		}
		return enough(len(all), most)
	})
	return all, err
}

// rung measures a student, heals it, and measures it again.
func (c *causal) rung(ctx context.Context, name string, teacher, student *reconstructor.Reconstructor) error {
	if teacher.Tokenizer().VocabSize() != student.Tokenizer().VocabSize() {
		return config.Usagef("it reads %d tokens, its teacher %d: their distributions do not compare", student.Tokenizer().VocabSize(), teacher.Tokenizer().VocabSize())
	}
	untaught, err := c.losses(ctx, student)
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

func (c *causal) heal(ctx context.Context, teacher, student *reconstructor.Reconstructor) error {
	if err := student.Model().RequireGrad(); err != nil {
		return err
	}
	adam, err := torch.NewAdamW(torch.Group{Params: student.Model().Parameters(), Rate: 1, Decay: c.cfg.WeightDecay})
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
			total := causalLoss(s, teacher.Model(), student.Model(), batch, scheduled(c.cfg, step), random)
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

// causalLoss is (1-a) CE(next, s) + a T^2 KL(softmax(t/T) || softmax(s/T)), a mean over a sample of positions.
func causalLoss(s *torch.Scope, teacher, student *transformer.Model, batch [][]int32, w weights, random *rand.Rand) torch.Tensor {
	rows, length := int64(len(batch)), int64(len(batch[0]))
	ids := make([]int64, 0, rows*length)
	var positions, next []int64
	for r, text := range batch {
		for i, id := range text {
			ids = append(ids, int64(id))
			if i+1 < len(text) {
				positions, next = append(positions, int64(r)*length+int64(i)), append(next, int64(text[i+1]))
			}
		}
	}
	random.Shuffle(len(positions), func(i, j int) {
		positions[i], positions[j] = positions[j], positions[i]
		next[i], next[j] = next[j], next[i]
	})
	n := int64(min(len(positions), causalPositions))
	at := torch.From(s, positions[:n], n)
	logits := func(m *transformer.Model) torch.Tensor {
		hidden := m.Graph(s, transformer.Context{IDs: torch.From(s, ids, rows, length)})
		return m.Logits(s, s.IndexSelect(s.Reshape(hidden, rows*length, int64(m.Config.Width)), 0, at)) // [n, vocabulary]
	}
	said, wanted := logits(student), s.Detach(logits(teacher))
	hard := s.Mean(s.CrossEntropy(said, torch.From(s, next[:n], n)))
	t, q := s.LogSoftmax(s.Scale(wanted, 1/w.temperature), -1), s.LogSoftmax(s.Scale(said, 1/w.temperature), -1)
	soft := s.Mean(s.SumDim(s.Mul(s.Exp(t), s.Sub(t, q)), -1))
	return s.Add(s.Scale(hard, 1-w.alpha), s.Scale(soft, w.alpha*w.temperature*w.temperature))
}

// losses are the nats a token of every held-out text, but for its first token.
func (c *causal) losses(ctx context.Context, r *reconstructor.Reconstructor) ([]float64, error) {
	var sequences []transformer.Sequence
	for _, text := range c.valid {
		sequences = append(sequences, transformer.Sequence{Prompt: text[:1], Target: text[1:]})
	}
	each, err := r.Model().Losses(ctx, sequences)
	if err != nil {
		return nil, err
	}
	means := make([]float64, len(each))
	for i, nats := range each {
		for _, v := range nats {
			means[i] += float64(v) / float64(len(nats))
		}
	}
	return means, nil
}

// enter measures a model on the held-out texts.
func (c *causal) enter(ctx context.Context, name, folder string, r *reconstructor.Reconstructor, untaught []float64) error {
	begun := time.Now()
	losses, err := c.losses(ctx, r)
	if err != nil {
		return err
	}
	took := time.Since(begun).Seconds()
	b := probe.Bootstrap{Seed: int64(c.cfg.Seeds[0])}
	rung := &CausalRung{Name: name, Folder: folder, Parameters: r.Model().Size(), Layers: r.Model().Config.Layers,
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
