package train

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/torch"
)

// game is a run of reinforcement alone that takes a second: texts of common words around one number, which is asked for.
func game(t *testing.T, steps int) config.Train {
	t.Helper()
	c := tiny(t)
	dir, random := t.TempDir(), rand.New(rand.NewPCG(1, 1))
	c.QAPath = []string{puzzles(t, filepath.Join(dir, "train.jsonl"), 48, random)}
	c.ValDataPath = puzzles(t, filepath.Join(dir, "valid.jsonl"), 48, random)
	c.SupervisedEpochs, c.ReconstructorStart, c.ReconstructorEvery = 0, 0, 0
	c.Rounds, c.Samples, c.BatchSize, c.RateMin, c.RateMax = 1, 8, 6, 0.3, 0.3
	c.PolicyRate, c.MaxEpochs, c.Threads = 5e-3, steps*c.BatchSize/48, 1
	return c
}

// puzzles writes n questions about texts of 24 words.
func puzzles(t *testing.T, path string, n int, random *rand.Rand) string {
	t.Helper()
	words := strings.Fields("the a of and to in is was for on that with as it by at from this be or an are which one had not but were they")
	var b strings.Builder
	for i := range n {
		text := make([]string, 24)
		for j := range text {
			text[j] = words[random.IntN(len(words))]
		}
		number := fmt.Sprint(1000 + random.IntN(9000))
		text[random.IntN(len(text))] = number
		row, err := json.Marshal(map[string]any{"id": fmt.Sprint(i), "context": strings.Join(text, " "), "question": "Which number?", "answers": []string{number}})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n", row)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A cheapReader loses, on each probe, what a function of the context's words and the target says, in nats.
type cheapReader func(words []string, target string) float64

func (loss cheapReader) Losses(_ context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	losses := make([]probe.Loss, len(readings))
	for i, r := range readings {
		losses[i] = probe.Loss{Nats: loss(strings.Fields(r.Context), r.Probe.Target), Tokens: 1}
	}
	return losses, nil
}

// finding loses little on what stands in the context, and much on what does not.
func finding(words []string, target string) float64 {
	if slices.Contains(words, target) {
		return 0.1
	}
	return 3
}

// start makes the trainer of a game with a reader, and sets it up.
func start(t *testing.T, c config.Train, reader probe.Reader, setUp ...func(*Trainer) error) *Trainer {
	t.Helper()
	trainer, err := New(t.Context(), c, silent)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Close)
	trainer.reader = reader
	for _, each := range setUp {
		if err := each(trainer); err != nil {
			t.Fatal(err)
		}
	}
	return trainer
}

// play takes all steps of a run, and returns what they measured.
func play(t *testing.T, trainer *Trainer) (steps []map[string]float64) {
	t.Helper()
	for trainer.state.Step < trainer.phases().total() {
		_, metrics, err := trainer.step(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, metrics)
	}
	return steps
}

// answers are the held-out answers that the agent keeps, as a share.
func answers(t *testing.T, trainer *Trainer) float64 {
	t.Helper()
	kept, err := answersKept(t.Context(), trainer.agent, trainer.data.statistics, trainer.data.selection)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// average is the mean of a metric over steps.
func average(steps []map[string]float64, key string) float64 {
	sum := 0.0
	for _, metrics := range steps {
		sum += metrics[key] / float64(len(steps))
	}
	return sum
}

// constant starts the policy with one logit everywhere.
func constant(logit float64) func(*Trainer) error {
	return func(trainer *Trainer) error {
		return torch.NoGrad(func(s *torch.Scope) error {
			weights := trainer.agent.Parameters()
			return torch.CopyInto(weights[len(weights)-1].Tensor, s.Full(logit, torch.Float32, 1))
		})
	}
}

// keepLast teaches the policy, with labels, that the second half of every text is worth keeping, and sharpens what it
// has learned.
func keepLast(steps int, sharper float64) func(*Trainer) error {
	return func(trainer *Trainer) error {
		var examples []labelled
		for _, each := range trainer.data.tasks {
			l := labelled{text: each.text, worth: make([]float32, len(each.text.Tokens))}
			for i := range l.worth {
				l.worth[i] = float32(2 * i / len(l.worth))
			}
			examples = append(examples, l)
		}
		for step := range steps {
			err := trainer.move(trainer.policy, 1e-2, "policy", map[string]float64{}, func(s *torch.Scope) torch.Tensor {
				return supervisedLoss(s, trainer.agent, examples, rand.New(rand.NewPCG(1, uint64(step))), trainer.cfg)
			})
			if err != nil {
				return err
			}
		}
		return torch.NoGrad(func(s *torch.Scope) error {
			weights := trainer.agent.Parameters()
			head := weights[len(weights)-2].Tensor
			return torch.CopyInto(head, s.Scale(head, sharper))
		})
	}
}
