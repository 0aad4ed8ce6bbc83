// Package rewardtest holds a reward to what training relies on.
package rewardtest

import (
	"math"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/rewards"
	"pgregory.net/rapid"
)

// Run checks that reward is finite, pure, indifferent to the order of the probes, and never falls when a loss falls.
func Run(t *testing.T, reward rewards.Reward) {
	t.Run("is finite", rapid.MakeCheck(func(t *rapid.T) {
		if r := reward(Outcome(t), settings(t)); math.IsNaN(r) || math.IsInf(r, 0) {
			t.Fatalf("reward %g", r)
		}
	}))
	t.Run("is finite when nothing was asked or kept", func(t *testing.T) {
		for _, o := range []rewards.Outcome{{}, {Tokens: 9}, {Answers: []rewards.Answer{{}}}} {
			if r := reward(o, rewards.Settings{Importance: true, PerToken: true}); math.IsNaN(r) || math.IsInf(r, 0) {
				t.Errorf("reward %g of %+v", r, o)
			}
		}
	})
	t.Run("leaves its arguments alone and repeats itself", rapid.MakeCheck(func(t *rapid.T) {
		o, s := Outcome(t), settings(t)
		before := slices.Clone(o.Answers)
		first := reward(o, s)
		if !slices.Equal(before, o.Answers) || reward(o, s) != first {
			t.Fatal("it is no pure function")
		}
	}))
	t.Run("does not mind the order of the probes", rapid.MakeCheck(func(t *rapid.T) {
		o, s := Outcome(t), settings(t)
		first := reward(o, s)
		slices.Reverse(o.Answers)
		// Sums in another order differ in the last digits.
		if r := reward(o, s); math.Abs(r-first) > 1e-9*(1+math.Abs(first)) {
			t.Fatalf("%g, then %g", first, r)
		}
	}))
	t.Run("never falls when a loss falls", rapid.MakeCheck(func(t *rapid.T) {
		o, s := Outcome(t), settings(t)
		first := reward(o, s)
		i := rapid.IntRange(0, len(o.Answers)-1).Draw(t, "which")
		o.Answers[i].Kept *= rapid.Float64Range(0, 1).Draw(t, "share")
		if r := reward(o, s); r < first-1e-12*math.Abs(first) {
			t.Fatalf("fell from %g to %g", first, r)
		}
	}))
}

// Outcome draws an episode's outcome with at least one answer.
func Outcome(t *rapid.T) rewards.Outcome {
	loss := rapid.Float64Range(0, 30)
	o := rewards.Outcome{Tokens: rapid.IntRange(1, 512).Draw(t, "tokens"), Entropy: rapid.Float64Range(0, math.Ln2).Draw(t, "entropy")}
	o.Kept = rapid.IntRange(0, o.Tokens).Draw(t, "kept")
	for range rapid.IntRange(1, 6).Draw(t, "probes") {
		o.Answers = append(o.Answers, rewards.Answer{
			None: loss.Draw(t, "none"), Kept: loss.Draw(t, "left"), Full: loss.Draw(t, "full"),
			Tokens: rapid.IntRange(1, 12).Draw(t, "target")})
	}
	return o
}

func settings(t *rapid.T) rewards.Settings {
	return rewards.Settings{
		Temperature: rapid.Float64Range(0.05, 10).Draw(t, "temperature"),
		Beta:        rapid.Float64Range(0.1, 10).Draw(t, "beta"),
		Importance:  rapid.Bool().Draw(t, "importance"),
		PerToken:    rapid.Bool().Draw(t, "per token"),
	}
}
