package agent

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

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

func (a *Agent) check(tokens []token.Token) error {
	for _, t := range tokens {
		if int(t.ID) >= a.Vocabulary || t.ID < 0 {
			return fmt.Errorf("score: token %d is not in the agent's vocabulary of %d; was the text read with %s?", t.ID, a.Vocabulary, a.Config.Tokenizer)
		}
	}
	return nil
}

// Walk scores a text part by part for a rate in (0, 1] and a question, which may be empty: parts have margins of so many
// tokens, and each pass is called for every part in order, one pass after the other. The last one gives the scores of the
// parts without their margins, which are those of Score and ScoreAsked; no passes where the agent takes no questions. A
// walk is for one goroutine.
func (a *Agent) Walk(text []byte, rate float64, question string) (margin int, passes []func(ctx context.Context, part token.Part) ([]float32, error)) {
	return a.walk(&walk{text: text, rate: rate, question: question})
}

// pass is a pass over a part.
type pass = func(ctx context.Context, part token.Part) ([]float32, error)

func (a *Agent) walk(w *walk) (margin int, passes []pass) {
	w.agent = a
	switch margin = farthest + a.reach() + 1; {
	case w.question == "":
		return margin, []pass{w.score}
	case a.Question == 0:
		return 0, nil
	}
	return margin, []pass{w.look, w.scoreAsked, w.lean}
}

// walk is what is known of a text while it is scored.
type walk struct {
	agent *Agent
	text  []byte
	rate  float64
	spent *atomic.Int64 // that forwards took, where somebody wants to know
	last  *placed       // part

	question string
	tokens   int // of the whole
	asked    *asked
	scores   []float32 // of the whole
	leaning            // of them
}

// look finds what the text has to do with the question.
func (w *walk) look(ctx context.Context, part token.Part) ([]float32, error) {
	if w.asked == nil {
		embedding, err := w.agent.embedding()
		if err != nil {
			return nil, err
		}
		w.scores = []float32{} // of an empty text too there are scores
		w.asked = &asked{matching: w.agent.newMatching(w.text, w.agent.ask(w.question, embedding), embedding)}
	}
	w.asked.look(part)
	w.tokens += part.To - part.From
	return nil, ctx.Err()
}

// score gives the scores of a part.
func (w *walk) score(ctx context.Context, part token.Part) ([]float32, error) {
	return w.scorePart(ctx, part, nil)
}

// scoreAsked notes the scores of a part; where nothing of the question is in the text, it is as if none was asked.
func (w *walk) scoreAsked(ctx context.Context, part token.Part) ([]float32, error) {
	if w.last == nil && !w.asked.settle() {
		w.asked = nil
	}
	var asked *askedPart
	if w.asked != nil {
		asked = w.asked.place(part)
	}
	scores, err := w.scorePart(ctx, part, asked)
	w.scores = append(slices.Grow(w.scores, w.tokens-len(w.scores)), scores...)
	return nil, err
}

// lean gives the scores of a part, leaning on its sentences.
func (w *walk) lean(ctx context.Context, part token.Part) ([]float32, error) {
	if w.asked != nil && w.leaning == (leaning{}) {
		w.leaning = leanOf(w.scores, w.rate)
		w.asked.field, w.asked.far, w.asked.likes = nil, nil, nil // their memory is wanted
	}
	scores := w.scores[:part.To-part.From]
	w.scores = w.scores[len(scores):]
	if w.asked != nil {
		w.apply(scores, part, w.asked.lent)
	}
	return scores, ctx.Err()
}

func (w *walk) scorePart(ctx context.Context, part token.Part, asked *askedPart) ([]float32, error) {
	if len(part.Tokens) == 0 {
		return []float32{}, ctx.Err()
	}
	if err := w.agent.check(part.Tokens); err != nil {
		return nil, err
	}
	policy, end, err := w.agent.policy()
	if err != nil {
		return nil, fmt.Errorf("score: %w", err)
	}
	defer end()
	if w.spent != nil {
		policy = timedPolicy{policy, w.spent}
	}
	since := int32(0)
	if w.last != nil {
		since = w.last.units[part.Skipped-w.last.skipped].since
	}
	w.last = w.agent.statistics.placePart(part, w.rate, since)
	r := &request{ctx: ctx, policy: policy, placed: w.last, asked: asked, first: part.From, scores: make([]float32, part.To-part.From)}
	if err := w.agent.pool.score(r, w.agent.reach()); err != nil {
		return nil, fmt.Errorf("score: %w", err)
	}
	return r.scores, nil
}
