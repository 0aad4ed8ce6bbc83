package rewards

import (
	"fmt"
	"strings"
)

// A Reward is a pure function of what an episode came to.
type Reward func(Outcome, Settings) float64

var byName = []struct {
	name   string
	reward Reward
}{
	{"simple", Simple},
	{"information_theoretic", Information},
	{"information_theoretic_seed", SeedInformation},
}

// New returns the reward of that name.
func New(name string) (Reward, error) {
	for _, r := range byName {
		if r.name == name {
			return r.reward, nil
		}
	}
	return nil, fmt.Errorf("reward %q: want one of %s", name, strings.Join(Names(), ", "))
}

// Names lists the rewards.
func Names() []string {
	var names []string
	for _, r := range byName {
		names = append(names, r.name)
	}
	return names
}
