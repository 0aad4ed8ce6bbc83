package pipeline_test

import (
	"context"
	"fmt"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/pipeline"
)

// Shorten a text with the agent in the binary as the only rung.
func Example() {
	a, err := agent.Default()
	if err != nil {
		panic(err)
	}
	defer a.Close()
	p := pipeline.Pipeline{
		Rungs:      []pipeline.Rung{{Name: "default", Tokenizer: a.Tokenizer(), Scorer: a, Language: a.Statistics()}},
		Strategies: pipeline.DefaultStrategies(), Rules: pipeline.DefaultRules(), Meter: pipeline.Meter{Probes: 4},
	}
	o, err := p.Process(context.Background(), pipeline.Input{ID: "a", Text: "In order to win, Ada basically rowed 7 miles."})
	if err != nil {
		panic(err)
	}
	fmt.Println(o.Complexity, o.Ratio, o.Processed <= o.Original/2, o.Language)
	// Output: simple 0.5 true en
}
