package speed

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/encoder"
)

const chunkTokens = 512 // two of them marks

// encoders have the shapes of LLMLingua-2's (arXiv 2403.12968): mBERT-base and XLM-R-large.
var encoders = []struct {
	name string
	encoder.Config
}{
	{"mBERT-base", encoder.Config{Family: encoder.BERT, Vocabulary: 119547, Width: 768, Layers: 12, Heads: 12, FeedForward: 3072,
		Positions: chunkTokens, Types: 2, Epsilon: 1e-12}},
	{"XLM-R-large", encoder.Config{Family: encoder.XLMRoBERTa, Vocabulary: 250002, Width: 1024, Layers: 24, Heads: 16, FeedForward: 4096,
		Positions: chunkTokens, Skipped: 2, Types: 1, Epsilon: 1e-5}},
}

// An Encoder is what the forward pass of an encoder with random weights costs on the beginning of the same text.
type Encoder struct {
	Name       string  `json:"name"`
	Layers     int     `json:"layers"`
	Width      int     `json:"width"`
	Vocabulary int     `json:"vocabulary"`
	Parameters int64   `json:"parameters"`
	Chunks     int     `json:"chunks"` // that were read
	Tokens     int     `json:"tokens"` // in them
	Speed      Speed   `json:"tokens_per_second"`
	Ratio      float64 `json:"ratio"` // of the whole path's speed through libtorch to it
}

func measureEncoders(ctx context.Context, tokens []token.Token, ours Speed, patience time.Duration) (all []Encoder, err error) {
	for _, e := range encoders {
		m, err := encoder.New(e.Config)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		measured, err := measureEncoder(ctx, m, tokens, patience)
		m.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		measured.Name, measured.Ratio = e.name, ours.Median/measured.Speed.Median
		all = append(all, measured)
	}
	return all, nil
}

// measureEncoder reads chunk after chunk until so much time is over, after a batch to warm up.
func measureEncoder(ctx context.Context, m *encoder.Model, tokens []token.Token, patience time.Duration) (e Encoder, err error) {
	e = Encoder{Layers: m.Config.Layers, Width: m.Config.Width, Vocabulary: m.Config.Vocabulary, Parameters: m.Size()}
	rows := max(1, min(8, runtime.GOMAXPROCS(0)/2)) // a chunk at once fills two processors
	if err := forward(m, batch(tokens, 0, rows, e.Vocabulary), rows); err != nil {
		return e, err
	}
	var took []time.Duration
	for begun := time.Now(); len(took) < leastRuns || time.Since(begun) < patience; {
		if err := ctx.Err(); err != nil {
			return e, err
		}
		ids := batch(tokens, e.Chunks, rows, e.Vocabulary)
		started := time.Now()
		if err := forward(m, ids, rows); err != nil {
			return e, err
		}
		took = append(took, time.Since(started))
		e.Chunks += rows
	}
	slices.Sort(took)
	e.Tokens = e.Chunks * chunkTokens
	e.Speed = speed(rows*chunkTokens, took)
	return e, nil
}

func forward(m *encoder.Model, ids []int64, rows int) error {
	return torch.NoGrad(func(s *torch.Scope) error {
		m.Hidden(s, torch.From(s, ids, int64(rows), chunkTokens), torch.Tensor{})
		return nil
	})
}

// batch is the ids of so many chunks from one on, the text over again where it ends; what an id is, costs nothing.
func batch(tokens []token.Token, first, rows, vocabulary int) []int64 {
	ids := make([]int64, rows*chunkTokens)
	for i := range ids {
		ids[i] = int64(tokens[(first*chunkTokens+i)%len(tokens)].ID) % int64(vocabulary)
	}
	return ids
}
