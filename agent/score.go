package agent

import (
	"context"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// Score gives every token of a text a logit, higher is kept longer, for a rate in (0, 1]. It may be called by many at a
// time, whose texts then share forward passes: a token's score depends on its text alone.
func (a *Agent) Score(ctx context.Context, text token.Text, rate float64) ([]float32, error) {
	return a.scoreBy(ctx, text, rate, "")
}

// ScoreAsked is Score for somebody who will ask this question of the text. Where none of its words is found, the scores
// are those of Score; where the agent takes no questions, there are none.
func (a *Agent) ScoreAsked(ctx context.Context, text token.Text, question string, rate float64) ([]float32, error) {
	if a.Question == 0 {
		return nil, nil
	}
	return a.scoreBy(ctx, text, rate, question)
}

func (a *Agent) scoreBy(ctx context.Context, text token.Text, rate float64, question string) ([]float32, error) {
	_, passes := a.Walk(text.Bytes, rate, question)
	return a.pass(ctx, text, passes)
}

// pass makes every pass over a text as one part.
func (a *Agent) pass(ctx context.Context, text token.Text, passes []pass) (scores []float32, err error) {
	for _, pass := range passes {
		if scores, err = pass(ctx, token.Part{Text: text, To: len(text.Tokens), End: len(text.Units)}); err != nil {
			return nil, err
		}
	}
	return scores, nil
}

// A policy scores rows, of several texts as it may be: ids [rows], -1 where there is no token, and features
// [rows, dynamics], with or without the question's -> scores [rows]. A row's score depends on the rows in its reach alone.
type policy interface {
	Scores(ids []int32, features []float32, dynamics int, scores []float32) error
}

// policy is what to score by, and what ends it.
func (a *Agent) policy() (p policy, end func(), err error) {
	switch {
	case a.fused != nil:
		return a.fused, func() {}, nil
	case a.plain != nil:
		return a.plain, func() {}, nil
	}
	fused, err := a.layOut() // in training, with the weights of the moment
	if err != nil {
		return nil, nil, err
	}
	return fused, func() { a.pool.wait(); fused.Close() }, nil
}

// layOut gives libtorch's forward the weights as they are.
func (a *Agent) layOut() (policy *torch.Policy, err error) {
	err = torch.NoGrad(func(s *torch.Scope) error {
		weights := []torch.Tensor{a.spread(s), a.static}
		for _, w := range a.weights[1:] {
			weights = append(weights, w.Tensor)
		}
		policy, err = torch.NewPolicy(weights, a.dilations())
		return err
	})
	return policy, err
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
