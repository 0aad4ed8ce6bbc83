package distill

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// trainedRates bound the rates that students are told.
const lowestRate, highestRate = 0.2, 0.8

// teach trains a student on what a teacher says, or on hard labels alone where there is none.
func teach(ctx context.Context, cfg config.Distill, student *agent.Agent, teacher compress.Scorer, texts []example, seed int64, log *slog.Logger) error {
	if err := student.RequireGrad(); err != nil {
		return err
	}
	parameters := student.Parameters()
	adam, err := torch.NewAdamW(torch.Group{Params: parameters[:1], Rate: 1}, torch.Group{Params: parameters[1:], Rate: 1, Decay: cfg.WeightDecay})
	if err != nil {
		return err
	}
	defer adam.Close()
	random := rand.New(rand.NewPCG(uint64(seed), 0xd157111))
	rates := torch.Schedule{Peak: cfg.Rate, Warmup: min(50, cfg.Steps/10+1), Total: cfg.Steps, Floor: 0.05}
	order := random.Perm(len(texts))
	sum := 0.0
	for step := range cfg.Steps {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("distil: %w", err)
		}
		var batch []example
		for i := range cfg.BatchSize {
			batch = append(batch, texts[order[(step*cfg.BatchSize+i)%len(order)]])
		}
		value, err := oneStep(ctx, student, teacher, batch, scheduled(cfg, step), random, adam, rates.At(step))
		if err != nil {
			return fmt.Errorf("distil, step %d: %w", step, err)
		}
		if sum += value; (step+1)%200 == 0 || step+1 == cfg.Steps {
			log.Info("distil", "step", step+1, "of", cfg.Steps, "loss", sum/float64(step%200+1))
			sum = 0
		}
	}
	return nil
}

// scheduled are the weights of a step, a and T on a straight line from start to end.
func scheduled(cfg config.Distill, step int) weights {
	done := float64(step) / math.Max(1, float64(cfg.Steps-1))
	return weights{cfg.Alpha + done*(cfg.AlphaEnd-cfg.Alpha), cfg.Temperature + done*(cfg.TempEnd-cfg.Temperature), cfg.Listwise, cfg.HiddenWeight}
}

func oneStep(ctx context.Context, student *agent.Agent, teacher compress.Scorer, batch []example, w weights, random *rand.Rand, adam *torch.AdamW, rate float64) (value float64, err error) {
	l, err := prepare(ctx, student, teacher, batch, random)
	if err != nil {
		return 0, err
	}
	err = torch.Do(func(s *torch.Scope) error {
		if of, is := teacher.(*agent.Agent); is && w.hidden > 0 && of.Hidden == student.Hidden {
			l.states = s.Detach(of.States(s, of.NewBatch(textsOf(batch), l.rates)))
		}
		total := loss(s, student, l.lesson, w)
		value = s.Item(total)
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return fmt.Errorf("the loss is %v", value)
		}
		s.Backward(total)
		return nil
	})
	if err != nil {
		return 0, err
	}
	if _, err := torch.ClipNorm(adam.Params(), 1); err != nil {
		return 0, err
	}
	defer torch.ClearGrad(adam.Params()...)
	return value, adam.Step(rate)
}

// told is a lesson and the rates that it was laid out for.
type told struct {
	lesson
	rates []float64
}

func textsOf(batch []example) []token.Text {
	texts := make([]token.Text, len(batch))
	for i, x := range batch {
		texts[i] = x.text
	}
	return texts
}

// prepare lays out a batch and asks the teacher, at a random rate a text.
func prepare(ctx context.Context, student *agent.Agent, teacher compress.Scorer, batch []example, random *rand.Rand) (told, error) {
	t := told{rates: make([]float64, len(batch))}
	for i := range t.rates {
		t.rates[i] = lowestRate + (highestRate-lowestRate)*random.Float64()
	}
	t.batch = student.NewBatch(textsOf(batch), t.rates)
	t.labels = make([]float32, t.batch.Rows*t.batch.Length)
	if teacher != nil {
		t.teacher = make([]float32, len(t.labels))
	}
	for i, x := range batch {
		copy(t.labels[i*t.batch.Length:], x.labels)
		if teacher == nil {
			continue
		}
		scores, err := teacher.Score(ctx, x.text, t.rates[i])
		if err != nil {
			return t, fmt.Errorf("teacher %s: %w", teacher.Name(), err)
		}
		copy(t.teacher[i*t.batch.Length:], scores)
	}
	return t, nil
}

// asLogits brings the scores of a scorer that is no agent to the size of logits: mean 0 and deviation 2 in each text.
type asLogits struct{ compress.Scorer }

func (a asLogits) Score(ctx context.Context, text token.Text, rate float64) ([]float32, error) {
	scores, err := a.Scorer.Score(ctx, text, rate)
	if err != nil || len(scores) == 0 {
		return scores, err
	}
	mean, square := 0.0, 0.0
	for _, v := range scores {
		mean += float64(v) / float64(len(scores))
	}
	for _, v := range scores {
		square += (float64(v) - mean) * (float64(v) - mean) / float64(len(scores))
	}
	out := make([]float32, len(scores))
	for i, v := range scores {
		out[i] = float32(2 * (float64(v) - mean) / math.Sqrt(square+1e-12))
	}
	return out, nil
}
