package compress

import (
	"context"
	"fmt"

	"github.com/project-sputnik/sputnik/compress/structure"
	"github.com/project-sputnik/sputnik/token"
)

// partTokens is how many tokens of a text are held at a time where the scorer allows it.
const partTokens = 1 << 17

// scored is a text that is being read and scored: part by part by a Walker, else all at once.
type scored struct {
	c      *Compressor
	o      Options
	text   []byte
	walker Walker     // nil where the whole has to be seen
	read   token.Text // then
	scores []float32  // of it, once it was cut
	tokens int        // once it was cut

	passes []func(ctx context.Context, part token.Part) ([]float32, error) // that the walker has still to make
}

func (c *Compressor) scored(text []byte, o Options) *scored {
	s := &scored{c: c, o: o, text: text}
	if walker, walks := c.Scorer.(Walker); walks && walker.Walks(o.Question) && o.seen == nil {
		s.walker = walker
		return s
	}
	s.read = token.Read(c.Tokenizer, text)
	return s
}

// count is the number of tokens that a tokenizer sees in the text.
func (s *scored) count(t token.Tokenizer) int {
	if t == s.c.Tokenizer && s.walker == nil {
		return len(s.read.Tokens)
	}
	return token.Count(t, s.text)
}

// cut scores the text and lays out its pieces.
func (s *scored) cut(ctx context.Context, c *cutter, layout structure.Layout, p protection, rate float64) error {
	c.start(s.text, layout, p, s.o.Unit)
	if err := s.each(ctx, rate, c); err != nil {
		return err
	}
	c.finish()
	if s.o.Tokenizer != s.c.Tokenizer {
		c.pieces.estimate(s.o.Tokenizer, s.text)
	}
	return nil
}

// A taker is who is given the parts of a text and their scores.
type taker interface {
	add(part token.Part, scores []float32)
}

// each gives a taker all of the text.
func (s *scored) each(ctx context.Context, rate float64, to taker) (err error) {
	s.tokens = 0
	if s.walker == nil {
		s.o.Timings.lap(Selecting)
		s.scores, err = s.c.score(ctx, s.read, rate, s.o.Question)
		s.o.Timings.lap(Scoring)
		if s.tokens = len(s.read.Tokens); err == nil && s.tokens > 0 {
			to.add(token.Part{Text: s.read, To: s.tokens, End: len(s.read.Units)}, s.scores)
		}
		return err
	}
	var margin int
	margin, s.passes = s.walker.Walk(s.text, rate, s.o.Question)
	s.o.Timings.lap(Selecting)
	for ; len(s.passes) > 0; s.passes = s.passes[1:] {
		for part := range token.Parts(s.c.Tokenizer, s.text, partTokens, max(margin, longestThing)) {
			if err := s.pass(ctx, part, to); err != nil {
				return err
			}
		}
	}
	s.o.Timings.lap(Reading)
	return nil
}

// pass makes the pass that comes next over a part, and all of them if it is the only one.
func (s *scored) pass(ctx context.Context, part token.Part, to taker) error {
	s.o.Timings.lap(Reading)
	only := part.Skipped == 0 && part.To == len(part.Tokens)
	for len(s.passes) > 1 {
		if _, err := s.passes[0](ctx, part); err != nil {
			return s.c.failed(err)
		}
		if !only {
			s.o.Timings.lap(Scoring)
			return nil
		}
		s.passes = s.passes[1:]
	}
	scores, err := s.passes[0](ctx, part)
	s.o.Timings.lap(Scoring)
	if err := s.c.checkScores(scores, part.To-part.From, err); err != nil {
		return err
	}
	to.add(part, scores)
	s.tokens += len(scores)
	s.o.Timings.lap(Selecting)
	return nil
}

// score asks the scorer, which ranks by the question where there is one.
func (c *Compressor) score(ctx context.Context, text token.Text, rate float64, question string) ([]float32, error) {
	scorer := c.Scorer
	if question != "" {
		scorer = Asking(scorer, question, c.Tokenizer, c.Language)
	}
	scores, err := scorer.Score(ctx, text, rate)
	return scores, c.checkScores(scores, len(text.Tokens), err)
}

func (c *Compressor) checkScores(scores []float32, tokens int, err error) error {
	switch {
	case err != nil:
		return c.failed(err)
	case len(scores) != tokens:
		return fmt.Errorf("scorer %s gave %d scores for %d tokens", c.Scorer.Name(), len(scores), tokens)
	}
	return nil
}

func (c *Compressor) failed(err error) error {
	return fmt.Errorf("scorer %s: %w", c.Scorer.Name(), err)
}
