package config_test

import (
	"fmt"

	"github.com/project-sputnik/sputnik/config"
)

// Defaults, then a flag; a mistake is one line that says what would be right.
func Example() {
	var train config.Train
	err := config.Resolve(&train, "", nil, map[string]string{"batch_size": "4"})
	fmt.Println(train.BatchSize, train.RewardType, err)

	err = config.Resolve(&train, "", nil, map[string]string{"reward_type": "simpel"})
	fmt.Println(err, config.ExitCode(err))
	// Output:
	// 4 information_theoretic <nil>
	// reward_type is "simpel"; want one of simple, information_theoretic, information_theoretic_seed (did you mean simple?) 2
}
