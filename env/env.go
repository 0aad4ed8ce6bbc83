package env

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// An Episode is one text as the environment sees it.
type Episode struct {
	Sizes     []int   // tokens of each unit
	Protected []bool  // units that are never dropped; nil for none
	Rate      float64 // share of the tokens that the last round leaves, in (0, 1]
	Free      bool    // no budget binds: what has a score above 0 stays, whatever the rate
}

// A Potential says what the units left of each episode are worth: masks over units go in, one number an episode comes out.
type Potential func(ctx context.Context, left [][]bool) ([]float64, error)

// A State is what a policy sees before it acts.
type State struct {
	Round, Rounds int
	Left          [][]bool // [episode][unit]: what has not been dropped
	Budget        []int    // tokens that may be left after this round's action
}

// A Step is what came of an action.
type Step struct {
	State  State
	Reward []float64 // one an episode
	Done   bool      // the same for all: every episode has as many rounds
}

// Env runs episodes side by side. It is not safe for concurrent use.
type Env struct {
	episodes  []Episode
	rounds    int
	potential Potential
	atEnd     bool

	round int
	left  [][]bool
	worth []float64 // the potential of what was left when it was last asked for
}

// An Option changes how episodes are run.
type Option func(*Env)

// PayAtEnd gives the whole reward in the last round. The sum is the same and the potential is asked for twice an
// episode, however many rounds it has.
func PayAtEnd() Option { return func(e *Env) { e.atEnd = true } }

// New makes an environment of episodes with so many rounds each.
func New(episodes []Episode, rounds int, potential Potential, options ...Option) (*Env, error) {
	if rounds < 1 {
		return nil, fmt.Errorf("environment with %d rounds: want at least 1", rounds)
	}
	for i, ep := range episodes {
		if !(ep.Rate > 0 && ep.Rate <= 1) {
			return nil, fmt.Errorf("episode %d at the rate %g: want more than 0 and at most 1", i, ep.Rate)
		}
		if ep.Protected != nil && len(ep.Protected) != len(ep.Sizes) {
			return nil, fmt.Errorf("episode %d has %d units and says of %d whether they are protected", i, len(ep.Sizes), len(ep.Protected))
		}
	}
	e := &Env{episodes: episodes, rounds: rounds, potential: potential, round: rounds}
	for _, option := range options {
		option(e)
	}
	return e, nil
}

// Reset begins every episode anew, with its whole text.
func (e *Env) Reset(ctx context.Context) (State, error) {
	e.round = 0
	e.left = make([][]bool, len(e.episodes))
	for i, ep := range e.episodes {
		e.left[i] = slices.Repeat([]bool{true}, len(ep.Sizes))
	}
	worth, err := e.value(ctx)
	if err != nil {
		return State{}, err
	}
	e.worth = worth
	return e.state(), nil
}

// Step takes an action: for each episode a score for each unit, higher is kept longer. Scores of dropped and protected
// units are not looked at.
func (e *Env) Step(ctx context.Context, scores [][]float32) (Step, error) {
	if e.round >= e.rounds {
		return Step{}, errors.New("the episodes are over: reset the environment first")
	}
	if len(scores) != len(e.episodes) {
		return Step{}, fmt.Errorf("%d actions for %d episodes", len(scores), len(e.episodes))
	}
	for i, ep := range e.episodes {
		if len(scores[i]) != len(ep.Sizes) {
			return Step{}, fmt.Errorf("episode %d: %d scores for %d units", i, len(scores[i]), len(ep.Sizes))
		}
	}
	next := make([][]bool, len(e.left))
	for i, ep := range e.episodes {
		next[i] = ep.forget(e.left[i], scores[i], ep.budget(e.round+1, e.rounds))
	}
	e.left, e.round = next, e.round+1
	reward, err := e.pay(ctx)
	return Step{State: e.state(), Reward: reward, Done: e.round == e.rounds}, err
}

// pay is what the last round added to the potential.
func (e *Env) pay(ctx context.Context) ([]float64, error) {
	reward := make([]float64, len(e.episodes))
	if e.atEnd && e.round < e.rounds {
		return reward, nil
	}
	worth, err := e.value(ctx)
	if err != nil {
		return nil, err
	}
	for i := range reward {
		reward[i] = worth[i] - e.worth[i]
	}
	e.worth = worth
	return reward, nil
}

func (e *Env) value(ctx context.Context) ([]float64, error) {
	worth, err := e.potential(ctx, clones(e.left))
	if err == nil && len(worth) != len(e.episodes) {
		err = fmt.Errorf("%d values for %d episodes", len(worth), len(e.episodes))
	}
	if err != nil {
		return nil, fmt.Errorf("potential of round %d: %w", e.round, err)
	}
	return worth, nil
}

func (e *Env) state() State {
	s := State{Round: e.round, Rounds: e.rounds, Left: clones(e.left)}
	for _, ep := range e.episodes {
		s.Budget = append(s.Budget, ep.budget(min(e.round+1, e.rounds), e.rounds))
	}
	return s
}

func clones(masks [][]bool) [][]bool {
	out := make([][]bool, len(masks))
	for i, m := range masks {
		out[i] = slices.Clone(m)
	}
	return out
}

// budget is the number of tokens that may be left after a round (from 1): round(rate^(round/rounds) n).
func (ep Episode) budget(round, rounds int) int {
	n := 0
	for _, size := range ep.Sizes {
		n += size
	}
	if round == rounds {
		return Budget(n, ep.Rate) // no power, so that the last budget is the very number that Select gets elsewhere
	}
	return Budget(n, math.Pow(ep.Rate, float64(round)/float64(rounds)))
}

// forget keeps, of the units left, the protected ones and then the highest scores that fit.
func (ep Episode) forget(left []bool, scores []float32, budget int) []bool {
	kept := make([]bool, len(left))
	if ep.Free {
		for i := range left {
			kept[i] = left[i] && (scores[i] > 0 || ep.Protected != nil && ep.Protected[i])
		}
		return kept
	}
	var order []int
	for i, size := range ep.Sizes {
		switch {
		case ep.Protected != nil && ep.Protected[i]:
			kept[i] = true
			budget -= size
		case left[i]:
			order = append(order, i)
		}
	}
	take(kept, order, scores, ep.Sizes, budget)
	return kept
}
