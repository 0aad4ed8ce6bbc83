// Package env is the environment that an agent learns in: an episode of a few decisions on what to forget.
//
// An episode begins with a whole text. In each of S rounds the policy sees which units (words) are left, acts by giving
// every unit a score, and the environment drops the lowest until the round's budget holds. Budgets fall geometrically
// from the whole text to the rate, so that each round drops the same share of what the one before left. Words are kept
// or dropped whole; budgets are in tokens and exact.
//
// In the field's terms: the state is what is left and the round; the action a score a unit; the reward of a round is the
// difference that it made to a Potential, so the rewards of an episode add up to Potential(end) - Potential(start)
// whatever the path (Ng, Harada, Russell 1999); done comes after S rounds. Episodes run side by side, of one text or of
// many, and the Potential is asked for all of them in one batch.
//
// What was dropped never returns. Protected units are never dropped, not even where the budget asks for it. The
// environment draws nothing at random: a policy that explores adds noise to its scores (Perturb), with a source of its
// own, so the same seed gives the same episode.
//
// Any implementation passes package envtest. Choose and Select, exact top-k over words, are what the agent uses outside
// of training too.
package env
