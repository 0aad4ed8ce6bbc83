package agent

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// Walks says whether the agent takes a question, which may be empty.
func (a *Agent) Walks(question string) bool { return question == "" || a.Question > 0 }

// Walk scores a text part by part for a rate in (0, 1] and a question that the agent takes: parts have margins of so many
// tokens, and each pass is called for every part in order, one pass after the other. The last one gives the scores of the
// parts without their margins, good until the next call, which are those of Score and ScoreAsked. A walk is for one
// goroutine.
func (a *Agent) Walk(text []byte, rate float64, question string) (margin int, passes []func(ctx context.Context, part token.Part) ([]float32, error)) {
	return a.walk(&walk{text: text, rate: rate, question: question})
}

// pass is a pass over a part.
type pass = func(ctx context.Context, part token.Part) ([]float32, error)

func (a *Agent) walk(w *walk) (margin int, passes []pass) {
	w.agent = a
	margin = farthest + a.reach() + 1
	if w.question == "" {
		passes = append(w.passes[:0], w.score)
	} else {
		passes = append(w.passes[:0], w.look, w.scoreAsked, w.lean)
	}
	if span := demonstrations(w.text); span != (probe.Span{}) {
		d := &dealing{span: span}
		last := len(passes) - 1
		passes[last] = d.gathered(passes[last])
		passes = append(passes, d.deal)
	}
	return margin, passes
}

// walk is what is known of a text while it is scored.
type walk struct {
	agent *Agent
	text  []byte
	rate  float64
	spent *atomic.Int64 // that forwards took, where somebody wants to know

	passes  [4]pass // room for them
	placed  placed  // the last part
	request request
	some    bool // whether there was one

	question string
	tokens   int // of the whole
	asked    *asked
	scores   []float32 // of the whole
	lending            // among them
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
	if err := w.place(part); err != nil {
		return nil, err
	}
	return w.forward(ctx, part, nil)
}

// scoreAsked notes the scores of a part, to which those without the question lend some; where nothing of the question is
// in the text, it is as if none was asked.
func (w *walk) scoreAsked(ctx context.Context, part token.Part) ([]float32, error) {
	if !w.some && !w.asked.settle() {
		w.asked = nil
	}
	scores, err := w.score(ctx, part)
	if err != nil {
		return nil, err
	}
	from := len(w.scores)
	w.scores = append(slices.Grow(w.scores, w.tokens-from), scores...)
	if w.asked == nil {
		return nil, nil
	}
	if scores, err = w.forward(ctx, part, w.asked.place(part)); err != nil {
		return nil, err
	}
	for i, told := range scores {
		w.scores[from+i] = told + untoldWeight*w.scores[from+i]
	}
	for _, unit := range part.Units[part.First:part.End] {
		w.word(w.scores, int(unit.End-unit.First))
	}
	return nil, nil
}

// lean gives the scores of a part, leaning on its sentences.
func (w *walk) lean(ctx context.Context, part token.Part) ([]float32, error) {
	if w.asked != nil && w.leaning == (leaning{}) {
		w.last(w.scores)
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

// place walks over a part, behind the last one.
func (w *walk) place(part token.Part) error {
	if err := w.agent.check(part.Tokens); err != nil || len(part.Tokens) == 0 {
		return err
	}
	since := int32(0)
	if w.some {
		since = w.placed.units[part.Skipped-w.placed.skipped].since
	}
	w.placed.part(w.agent.statistics, part, w.rate, since)
	w.some = true
	return nil
}

// forward scores the part that was placed, with what it has to do with the question, or without that.
func (w *walk) forward(ctx context.Context, part token.Part, asked *askedPart) ([]float32, error) {
	if len(part.Tokens) == 0 {
		return []float32{}, ctx.Err()
	}
	policy, end, err := w.agent.policy()
	if err != nil {
		return nil, fmt.Errorf("score: %w", err)
	}
	defer end()
	if w.spent != nil {
		policy = timedPolicy{policy, w.spent}
	}
	w.request = request{ctx: ctx, policy: policy, placed: &w.placed, asked: asked, first: part.From, scores: sized(w.request.scores, part.To-part.From)}
	if err := w.agent.pool.score(&w.request, w.agent.reach()); err != nil {
		return nil, fmt.Errorf("score: %w", err)
	}
	return w.request.scores, nil
}

func (a *Agent) check(tokens []token.Token) error {
	for _, t := range tokens {
		if int(t.ID) >= a.Vocabulary || t.ID < 0 {
			return fmt.Errorf("score: token %d is not in the agent's vocabulary of %d; was the text read with %s?", t.ID, a.Vocabulary, a.Config.Tokenizer)
		}
	}
	return nil
}
