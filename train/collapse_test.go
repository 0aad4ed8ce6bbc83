package train

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/env"
)

// A held rate cannot be left, whatever the policy starts with; one that is free comes back from nothing and from all.
func TestAStartThatKeepsOrDropsEverythingRecovers(t *testing.T) {
	for name, test := range map[string]struct {
		exact      bool
		logit      float64
		rateBefore float64
	}{
		"keep-all, the rate held": {true, 12, 0.3},
		"drop-all, the rate held": {true, -12, 0.3},
		"keep-all, the rate free": {false, 12, 1},
		"drop-all, the rate free": {false, -12, 0},
	} {
		t.Run(name, func(t *testing.T) {
			steps := 96
			if test.exact {
				steps = 48
			}
			c := game(t, steps)
			c.ExactRate = test.exact
			trainer := start(t, c, cheapReader(finding), constant(test.logit))
			before := answers(t, trainer)
			played := play(t, trainer)
			first, last := played[0]["rate"], average(played[steps-8:], "rate")
			if rate(first) != rate(test.rateBefore) {
				t.Errorf("the first step keeps %.3f of the tokens; want %.3f", first, test.rateBefore)
			}
			if test.exact && rate(last) != rate(test.rateBefore) || last < 0.1 || last > 0.9 {
				t.Errorf("the last steps keep %.3f of the tokens", last)
			}
			if after := answers(t, trainer); before > 0.5 || after < 0.95 {
				t.Errorf("%.2f of the answers were kept, and in the end %.2f", before, after)
			}
		})
	}
}

// rate is a share to half a tenth, as near as whole words come to it.
func rate(share float64) int { return int(20*share + 0.5) }

func TestAStartThatKeepsTheLastRecovers(t *testing.T) {
	trainer := start(t, game(t, 96), cheapReader(finding), keepLast(25, 1))
	if late := lateness(t, trainer); late < 0.9 {
		t.Fatalf("%.2f of what the start keeps is in the second half of its text", late)
	}
	before := answers(t, trainer)
	play(t, trainer)
	if after := answers(t, trainer); before > 0.6 || after < 0.95 {
		t.Errorf("%.2f of the answers were kept, and in the end %.2f", before, after)
	}
}

// lateness is the share of the units kept that stand in the second half of their text.
func lateness(t *testing.T, trainer *Trainer) float64 {
	t.Helper()
	late, kept := 0.0, 0.0
	for _, each := range trainer.data.selection {
		scores, err := trainer.agent.Score(t.Context(), each.text, 0.3)
		if err != nil {
			t.Fatal(err)
		}
		for u, keep := range env.Select(scores, each.text.Units, env.Budget(len(each.text.Tokens), 0.3), nil) {
			if keep {
				kept++
				if 2*u >= len(each.text.Units) {
					late++
				}
			}
		}
	}
	return late / kept
}

// The seed's rewards, and ours where nothing holds the rate, pay a policy for keeping everything if every word tells its
// reader something. No reward holds a rate by itself; the exact rate does.
func TestRewardsDriftToKeepingEverythingUnlessTheRateIsHeld(t *testing.T) {
	telling := func(words []string, _ string) float64 { return 8 - float64(len(words))/3 }
	for _, reward := range []string{"simple", "information_theoretic_seed", "information_theoretic"} {
		for _, exact := range []bool{false, true} {
			c := game(t, 32)
			c.RewardType, c.ExactRate, c.EntropyFloor, c.EntropyWeight = reward, exact, 0, 0
			played := play(t, start(t, c, cheapReader(telling)))
			last := average(played[24:], "rate")
			if exact && rate(last) != rate(0.3) || !exact && last < 0.97 {
				t.Errorf("%s, held %t: the rate goes from %.2f to %.2f", reward, exact, played[0]["rate"], last)
			}
		}
	}
}

// The same reward of a reader that understands nothing pays for dropping alone.
func TestSimpleDriftsToKeepingNothingWhereNothingIsUnderstood(t *testing.T) {
	c := game(t, 32)
	c.RewardType, c.ExactRate, c.EntropyFloor, c.EntropyWeight = "simple", false, 0, 0
	unmoved := func([]string, string) float64 { return 1 }
	played := play(t, start(t, c, cheapReader(unmoved)))
	if last := average(played[24:], "rate"); last > 0.03 {
		t.Errorf("the rate goes from %.2f to %.2f", played[0]["rate"], last)
	}
}

// A policy that is certain of everything draws the same mask again and again, and would never be told that it is wrong.
func TestTheEntropyFloorBringsACertainPolicyBack(t *testing.T) {
	for _, test := range []struct{ floor, from, to float64 }{{0, 0, 0.05}, {0.2, 0.15, 0.4}} {
		c := game(t, 64)
		c.EntropyFloor, c.EntropyWeight = test.floor, 0
		unmoved := func([]string, string) float64 { return 1 }
		played := play(t, start(t, c, cheapReader(unmoved), keepLast(25, 20)))
		first, last := played[0]["entropy"], average(played[56:], "entropy")
		if first > 0.05 || last < test.from || last > test.to {
			t.Errorf("floor %g: entropy goes from %.3f to %.3f; want it in [%g, %g]", test.floor, first, last, test.from, test.to)
		}
	}
}

// Rewards are scaled to their deviation, however small: a reader that the texts tell nothing would lead the policy anywhere.
func TestThePolicyWaitsForAReaderThatIsToldNothing(t *testing.T) {
	noise := func(words []string, _ string) float64 { return 3 - 1e-4*float64(len(strings.Join(words, ""))) }
	for name, test := range map[string]struct {
		reader cheapReader
		least  float64
		moves  bool
	}{
		"told nothing":              {noise, 0.1, false},
		"told nothing, nobody asks": {noise, 0, true},
		"told what is asked":        {finding, 0.1, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := game(t, 8)
			c.LeastTold = test.least
			trainer := start(t, c, test.reader)
			before := parameters(t, trainer)
			played := play(t, trainer)
			if moved := !cmp.Equal(before, parameters(t, trainer)); moved != test.moves {
				t.Errorf("moved: %v; told %g nats", moved, average(played, "told"))
			}
			if waited := trainer.report("").Waited; waited != len(played) && !test.moves || waited != 0 && test.moves {
				t.Errorf("waited in %d of %d steps", waited, len(played))
			}
		})
	}
}
