package compress

import (
	"context"
	"errors"
	"fmt"

	"github.com/project-sputnik/sputnik/token"
)

// A Predictor is a Scorer that knows what its scores are worth. Share is how much of a text's worth has to stay so that,
// over texts like those that it was calibrated on, a share of at least quality of what will be asked stands in what is
// kept; it is an error where nobody knows.
type Predictor interface {
	Scorer
	Worth(score float32) float64
	Share(quality float64) (float64, error)
}

// predictionRate is the rate that scores are taken at to predict with.
const predictionRate = 0.5

// rateFor is the least share of a text's tokens whose words have the worth that a quality takes: words are dropped, the
// least first, until the rest would fall below it.
func (s *scored) rateFor(ctx context.Context, quality float64) (float64, error) {
	p, predicts := s.c.Scorer.(Predictor)
	switch {
	case !predicts:
		return 0, fmt.Errorf("min-quality: the scorer %s does not predict what is kept", s.c.Scorer.Name())
	case s.o.Question != "":
		return 0, errors.New("min-quality is calibrated for texts whose question is not known: want one of min-quality and question")
	}
	share, err := p.Share(quality)
	if err != nil {
		return 0, err
	}
	w := worths{of: p.Worth}
	if err := s.each(ctx, predictionRate, &w); err != nil {
		return 0, err
	}
	return w.keptFor(share), nil
}

// KeptFor is the share of a text's tokens that its best words take up, by their mean score, until they have a share of
// the worth of all.
func KeptFor(share float64, text token.Text, scores []float32, worth func(score float32) float64) float64 {
	w := worths{of: worth}
	w.add(token.Part{Text: text, To: len(text.Tokens), End: len(text.Units)}, scores)
	return w.keptFor(share)
}

// worths are what the words of a text are worth, as its parts come in.
type worths struct {
	of     func(score float32) float64
	scores []float32 // of the words: the means of their tokens'
	worth  []float32 // of the words
	tokens []int32   // of the words
}

func (w *worths) add(part token.Part, scores []float32) {
	for _, unit := range part.Units[part.First:part.End] {
		mean, worth := 0.0, 0.0
		for _, s := range scores[int(unit.First)-part.From : int(unit.End)-part.From] {
			mean += float64(s) / float64(unit.End-unit.First)
			worth += w.of(s)
		}
		w.scores = append(w.scores, float32(mean))
		w.worth = append(w.worth, float32(worth))
		w.tokens = append(w.tokens, unit.End-unit.First)
	}
}

// keptFor is the share of the tokens that the best words take up until they have a share of the worth of all; 1 of no words.
func (w *worths) keptFor(share float64) float64 {
	order, all, total := make([]int32, len(w.scores)), 0.0, 0
	for i := range order {
		order[i] = int32(i)
		all += float64(w.worth[i])
		total += int(w.tokens[i])
	}
	if total == 0 {
		return 1
	}
	sortByScore(order, make([]int32, len(order)), w.scores)
	kept, tokens := 0.0, 0
	for _, i := range order {
		if kept >= share*all {
			break
		}
		kept, tokens = kept+float64(w.worth[i]), tokens+int(w.tokens[i])
	}
	return float64(tokens) / float64(total)
}
