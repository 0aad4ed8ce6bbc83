package agent

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/token"
)

func TestATimedAgentScoresAsTheAgentDoes(t *testing.T) {
	a, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	text := token.Read(a.Tokenizer(), []byte(sample))
	var scores [2][]float32
	for i, each := range []*Agent{a, a.WithoutTorch()} {
		if scores[i], err = each.Score(context.Background(), text, 0.4); err != nil {
			t.Fatal(err)
		}
		timed := &Timed{Agent: each}
		got, err := timed.Score(context.Background(), text, 0.4)
		if err != nil || !cmp.Equal(got, scores[i]) || timed.Model() <= 0 {
			t.Errorf("%v, other scores, or no time: %v", err, timed.Model())
		}
	}
	if !cmp.Equal(scores[0], scores[1]) {
		t.Error("other scores without libtorch")
	}
}
