package train

import (
	"context"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// A labeller says what keeping each token of a task's text is worth to its probes, as a share of the most that a token can
// be worth: [token] in [0, 1]. Retained information is a mean over questions of a mean over the tokens of an answer, so
// that what a token of an answer is worth falls with the answer's length, and the shortest answers are kept first.
type labeller interface {
	label(ctx context.Context, t task) ([]float32, error)
}

// full is how many nats a label of 1 stands for, by labeller: what about one token in twenty of the answers reaches.
const (
	fullRarity = 6.7
	fullTold   = 2.0
)

// byRarity needs no reader: a token of an answer is worth -log p of it on its own, over the length of the answer.
type byRarity struct{ statistics *agent.Statistics }

func (b byRarity) label(_ context.Context, t task) ([]float32, error) {
	worth := make([]float32, len(t.text.Tokens))
	for _, p := range t.Probes {
		if answer, found := probe.First(t.Text, p.Target); found {
			b.raise(worth, t.text.Tokens, answer)
		}
	}
	return worth, nil
}

// raise lifts the worth of an answer's tokens.
func (b byRarity) raise(worth []float32, tokens []token.Token, answer probe.Span) {
	inside := overlapping(tokens, answer)
	for _, i := range inside {
		raise(worth, i, float64(b.statistics.Rarity(tokens[i].ID))/float64(len(inside))/fullRarity)
	}
}

// overlapping lists the tokens of a span.
func overlapping(tokens []token.Token, s probe.Span) []int {
	var inside []int
	for i, t := range tokens {
		if int(t.Start) < s.End && s.Start < int(t.End) {
			inside = append(inside, i)
		}
	}
	return inside
}

// raise lifts a token's worth to value, within [0, 1].
func raise(worth []float32, i int, value float64) {
	worth[i] = max(worth[i], float32(min(1, value)))
}
