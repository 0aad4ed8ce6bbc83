package distill_test

import (
	"fmt"

	"github.com/project-sputnik/sputnik/config"
)

// The shipped ladder: three students below the agent in the binary. distill.Run trains and measures it.
func Example() {
	var cfg config.Distill
	if err := config.Resolve(&cfg, "../configs/hatd/ladder.json", nil, nil); err != nil {
		panic(err)
	}
	fmt.Println(cfg.Teacher, cfg.Names, cfg.Seeds)
	// Output: default [300k 100k 30k] [42 43 44]
}
