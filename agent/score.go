package agent

import (
	"context"
	"fmt"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// windowLength is how many tokens one forward at inference sees. Every window has this length, so that a token's score
// depends on the text alone, not on what else is scored or on how many threads there are.
const windowLength = 512

// Score gives every token of a text a logit, higher is kept longer, for a rate in (0, 1].
func (a *Agent) Score(ctx context.Context, text token.Text, rate float64) ([]float32, error) {
	return a.score(ctx, text, rate, "", a.forward())
}

// ScoreAsked is Score for somebody who will ask this question of the text. Where none of its words is found, the scores
// are those of Score; where the agent takes no questions, there are none.
func (a *Agent) ScoreAsked(ctx context.Context, text token.Text, question string, rate float64) ([]float32, error) {
	if a.Question == 0 {
		return nil, nil
	}
	return a.score(ctx, text, rate, question, a.forward())
}

// forward is a way to score windows: ids [windows*windowLength], -1 where there is no token, and the features of each,
// with or without the question's.
type forward func(ids []int64, features []float32, windows int, scores []float32) error

func (a *Agent) forward() forward {
	if torch.Available() != nil || len(a.weights) == 0 {
		return a.plain.scores
	}
	return a.fused
}

func (a *Agent) fused(ids []int64, features []float32, windows int, scores []float32) error {
	return torch.NoGrad(func(s *torch.Scope) error {
		width := int64(a.Embedding + staticFeatures + len(features)/len(ids))
		input := s.Contiguous(s.Narrow(a.weights[1].Tensor, 1, 0, width))
		weights := []torch.Tensor{a.spread(s), a.static, input}
		for _, w := range a.weights[2:] {
			weights = append(weights, w.Tensor)
		}
		return torch.PolicyScores(weights, a.dilations(), ids, features, windows, windowLength, scores)
	})
}

// spread is the embedding of every token: [vocabulary, Embedding].
func (a *Agent) spread(s *torch.Scope) torch.Tensor {
	if a.Rows == 0 {
		return a.weights[0].Tensor
	}
	rows := make([]int64, a.Vocabulary)
	for id := range rows {
		rows[id] = int64(a.row(int32(id)))
	}
	return s.IndexSelect(a.weights[0].Tensor, 0, torch.From(s, rows, int64(len(rows))))
}

// embedding is the token embedding as it stands: [rows, Embedding]. An agent that was loaded is not trained further, so
// that its weights need no copy.
func (a *Agent) embedding() (values []float32, err error) {
	if a.plain != nil {
		return a.plain.weights["embedding.weight"], nil
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		values = torch.Values[float32](s, a.weights[0].Tensor)
		return nil
	})
	return values, err
}

func (a *Agent) score(ctx context.Context, text token.Text, rate float64, question string, run forward) ([]float32, error) {
	n := len(text.Tokens)
	scores := make([]float32, n)
	if n == 0 {
		return scores, nil
	}
	for _, t := range text.Tokens {
		if int(t.ID) >= a.Vocabulary || t.ID < 0 {
			return nil, fmt.Errorf("score: token %d is not in the agent's vocabulary of %d; was the text read with %s?", t.ID, a.Vocabulary, a.Config.Tokenizer)
		}
	}
	features, width, err := a.features(text, rate, question)
	if err != nil {
		return nil, fmt.Errorf("score: %w", err)
	}
	halo := a.reach()
	step := windowLength - 2*halo
	const group = 64 // windows a call: bounds memory on long texts
	for start := 0; start < n; start += group * step {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		windows := min(group, (n-start+step-1)/step)
		if err := scoreWindows(text.Tokens, features, width, scores, start, step, halo, windows, run); err != nil {
			return nil, fmt.Errorf("score: %w", err)
		}
	}
	if width > dynamicFeatures {
		lean(scores, rate, func(i int) float32 { return features[i*width+dynamicFeatures+lentFeature] })
	}
	return scores, nil
}

// features are [n, width]: the dynamic ones, and the question's too where any of it is found in the text.
func (a *Agent) features(text token.Text, rate float64, question string) (all []float32, width int, err error) {
	n := len(text.Tokens)
	if question != "" {
		embedding, err := a.embedding()
		if err != nil {
			return nil, 0, err
		}
		width = a.dynamics()
		all = make([]float32, n*width)
		if a.asked(text, a.ask(question, embedding), embedding, func(i int) []float32 { return all[i*width+dynamicFeatures:] }) {
			a.statistics.places(text, rate, func(i int) []float32 { return all[i*width:] })
			return all, width, nil
		}
	}
	all = make([]float32, n*dynamicFeatures)
	a.statistics.places(text, rate, func(i int) []float32 { return all[i*dynamicFeatures:] })
	return all, dynamicFeatures, nil
}

// scoreWindows scores the tokens [start, start + windows*step): each window sees halo more on both sides.
func scoreWindows(tokens []token.Token, features []float32, width int, scores []float32, start, step, halo, windows int, run forward) error {
	ids := make([]int64, windows*windowLength)
	rows := make([]float32, windows*windowLength*width)
	for i := range ids {
		ids[i] = -1
		at := start + i/windowLength*step + i%windowLength - halo
		if at >= 0 && at < len(tokens) {
			ids[i] = int64(tokens[at].ID)
			copy(rows[i*width:(i+1)*width], features[at*width:])
		}
	}
	out := make([]float32, len(ids))
	if err := run(ids, rows, windows, out); err != nil {
		return err
	}
	for w := range windows {
		from := start + w*step
		copy(scores[from:min(from+step, len(scores))], out[w*windowLength+halo:])
	}
	return nil
}
