package rewards_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/project-sputnik/sputnik/rewards"
	"github.com/project-sputnik/sputnik/rewards/rewardtest"
)

// Half of what the text told about a question is still there.
func Example() {
	reward, _ := rewards.New("information_theoretic")
	left := rewards.Outcome{Kept: 50, Tokens: 100, Answers: []rewards.Answer{{None: 4, Kept: 2.5, Full: 1, Tokens: 3}}}
	fmt.Printf("%.2f\n", reward(left, rewards.Settings{}))
	fmt.Println(rewards.LeaveOneOut(nil, []float64{1, 0, 2}))
	// Output:
	// 0.50
	// [0 -1.5 1.5]
}

func TestEveryRewardConforms(t *testing.T) {
	for _, name := range rewards.Names() {
		reward, err := rewards.New(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { rewardtest.Run(t, reward) })
	}
}

func TestAnUnknownRewardNamesThoseThereAre(t *testing.T) {
	if _, err := rewards.New("simpel"); err == nil {
		t.Error("want an error")
	}
}

func TestFormulasByHand(t *testing.T) {
	o := rewards.Outcome{Kept: 25, Tokens: 100, Entropy: 0.5, Answers: []rewards.Answer{
		{None: 4, Kept: 2, Full: 1, Tokens: 3}, {None: 2, Kept: 2, Full: 2, Tokens: 1}}}
	tests := map[string]struct {
		reward   rewards.Reward
		settings rewards.Settings
		want     float64
	}{
		"simple":                           {rewards.Simple, rewards.Settings{}, 1 / (1 + math.Exp(-0.5)) * math.Exp(-2)},
		"simple at temperature 2":          {rewards.Simple, rewards.Settings{Temperature: 2}, 1 / (1 + math.Exp(-0.5)) * math.Exp(-1)},
		"the seed's":                       {rewards.SeedInformation, rewards.Settings{Beta: 2}, math.Exp(-0.5) * math.Exp(-4)},
		"information as a share":           {rewards.Information, rewards.Settings{}, 6.0 / 9},
		"information a kept token":         {rewards.Information, rewards.Settings{PerToken: true}, 6.0 / 25},
		"the idle probe counts no more":    {rewards.Information, rewards.Settings{Importance: true}, 2.0 / 3},
		"the distortion of what matters":   {distortionOf(true), rewards.Settings{}, 2},
		"the distortion of all that asked": {distortionOf(false), rewards.Settings{}, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.reward(o, test.settings); math.Abs(got-test.want) > 1e-12 {
				t.Errorf("got %g; want %g", got, test.want)
			}
		})
	}
}

func distortionOf(importance bool) rewards.Reward {
	return func(o rewards.Outcome, _ rewards.Settings) float64 { return rewards.Distortion(o, importance) }
}

func TestASlopeIsWhatARewardGainsANat(t *testing.T) {
	o := rewards.Outcome{Kept: 25, Tokens: 100, Entropy: 0.5, Answers: []rewards.Answer{
		{None: 4, Kept: 2, Full: 1, Tokens: 3}, {None: 2, Kept: 2, Full: 2, Tokens: 1}}}
	tests := map[string]struct {
		reward   rewards.Reward
		settings rewards.Settings
		want     float64
	}{
		"simple is an exponential":       {rewards.Simple, rewards.Settings{Temperature: 2}, rewards.Simple(o, rewards.Settings{Temperature: 2}) / 2},
		"the seed's is another":          {rewards.SeedInformation, rewards.Settings{Beta: 2}, 2 * rewards.SeedInformation(o, rewards.Settings{Beta: 2})},
		"information is a straight line": {rewards.Information, rewards.Settings{}, 4.0 / 9},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			// Central differences of 1e-4 are off by 1e-8 of a third derivative, and by the last digits of a reward over 1e-4.
			if got := rewards.Slope(test.reward, o, test.settings); math.Abs(got-test.want) > 1e-8 {
				t.Errorf("got %g; want %g", got, test.want)
			}
		})
	}
	if o.Answers[0].Kept != 2 {
		t.Error("the outcome was changed")
	}
}

// The design's warning: paid by the seed's rewards, an agent does best by keeping everything.
func TestTheSeedsRewardsAreBestPaidByKeepingAll(t *testing.T) {
	all := rewards.Outcome{Kept: 100, Tokens: 100, Answers: []rewards.Answer{{None: 5, Kept: 0.1, Full: 0.1, Tokens: 1}}}
	half := rewards.Outcome{Kept: 50, Tokens: 100, Entropy: 0.3, Answers: []rewards.Answer{{None: 5, Kept: 2, Full: 0.1, Tokens: 1}}}
	for name, reward := range map[string]rewards.Reward{"simple": rewards.Simple, "seed": rewards.SeedInformation} {
		if reward(all, rewards.Settings{}) <= reward(half, rewards.Settings{}) {
			t.Errorf("%s pays more for dropping half", name)
		}
	}
}

func TestTheTemperatureFollowsItsSchedule(t *testing.T) {
	tests := map[string]struct {
		kind           string
		step           int
		before, spread float64
		want           float64
	}{
		"fixed stays":                         {"fixed", 9, 2, 0, 2},
		"linear starts at the start":          {"linear", 0, 2, 0, 2},
		"linear is half way in the middle":    {"linear", 5, 2, 0, 1.25},
		"linear ends at the end":              {"linear", 10, 2, 0, 0.5},
		"and stays there":                     {"linear", 99, 2, 0, 0.5},
		"exponential has a geometric middle":  {"exponential", 5, 2, 0, 1},
		"adaptive starts at the start":        {"adaptive", 0, 7, 0, 2},
		"adaptive follows the spread":         {"adaptive", 3, 1, 2, 1.1},
		"adaptive has a floor":                {"adaptive", 3, 0.5, 0, 0.5},
		"adaptive ignores a spread of no use": {"adaptive", 3, 1.5, math.NaN(), 1.5},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := rewards.Schedule{Kind: test.kind, Start: 2, End: 0.5, Steps: 11}
			if err := s.Validate(); err != nil {
				t.Fatal(err)
			}
			if got := s.At(test.step, test.before, test.spread); math.Abs(got-test.want) > 1e-12 {
				t.Errorf("got %g; want %g", got, test.want)
			}
		})
	}
	if (rewards.Schedule{Kind: "cosine", Start: 1, End: 1}).Validate() == nil || (rewards.Schedule{Kind: "fixed"}).Validate() == nil {
		t.Error("a schedule that cannot be followed passes")
	}
}
