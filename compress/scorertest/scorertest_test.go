package scorertest_test

import (
	"testing"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/scorertest"
)

func TestTheAgentAndEveryBaselineAreScorers(t *testing.T) {
	a, err := agent.Default()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	t.Run("agent", func(t *testing.T) { scorertest.Run(t, func() compress.Scorer { return a }, a.Tokenizer()) })
	for _, name := range compress.Baselines() {
		t.Run(name, func(t *testing.T) {
			scorer, err := compress.Baseline(name, a.Statistics(), 1)
			if err != nil {
				t.Fatal(err)
			}
			scorertest.Run(t, func() compress.Scorer { return scorer }, a.Tokenizer())
		})
	}
}
