package eval_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/eval"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// searching is a reader that finds answers by looking for them.
type searching struct{}

func (searching) Losses(_ context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	losses := make([]probe.Loss, len(readings))
	for i, r := range readings {
		losses[i] = probe.Loss{Nats: 3, Tokens: 1}
		if strings.Contains(r.Context, r.Probe.Target) {
			losses[i].Nats = 0.5
		}
	}
	return losses, nil
}

// Keeping the longest words of two texts, and asking about each.
func Example() {
	dir, err := os.MkdirTemp("", "eval")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	journal, err := eval.OpenJournal(filepath.Join(dir, "readings.jsonl"))
	if err != nil {
		panic(err)
	}
	defer journal.Close()
	tokenizer, err := token.Open("gpt2")
	if err != nil {
		panic(err)
	}
	longest, err := compress.Baseline("length", nil, 0)
	if err != nil {
		panic(err)
	}
	evaluation := &eval.Evaluation{
		Documents: []probe.Task{
			{ID: "1", Text: "The car was parked in Copenhagen all day.", Probes: []probe.Probe{{Kind: probe.KindQuestion, Prompt: "Where was it?", Target: "Copenhagen"}}},
			{ID: "2", Text: "We went by bus to the mountains at six.", Probes: []probe.Probe{{Kind: probe.KindQuestion, Prompt: "When did they go?", Target: "six"}}},
		},
		Methods: []eval.Method{eval.Only("length", longest)}, Rates: []float64{0.3}, Tokenizer: tokenizer,
		Reader: eval.Reader{Reader: searching{}, Model: eval.Model{Name: "searching"}, Tokenizer: tokenizer}, Journal: journal,
	}
	outcomes, err := evaluation.Run(context.Background())
	if err != nil {
		panic(err)
	}
	report := evaluation.Report(outcomes, -1, probe.Bootstrap{Resamples: 1000, Level: 0.95, Seed: 42})
	fmt.Printf("F at .3: %.2f of %d documents\n", report.Methods[0].Points[0].Retained.Value, report.Data.Documents)
	// Output: F at .3: 0.50 of 2 documents
}
