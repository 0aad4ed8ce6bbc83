package transformer

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/torch"
)

// What is said in a turn is what Greedy says behind all that was said before it, whatever is read beside it.
func TestTurnsSayWhatGreedySays(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	torch.Seed(3)
	m, err := New(Config{Family: Llama, Vocabulary: 50, Width: 32, Layers: 2, Heads: 2, KVHeads: 2, HeadDim: 16, FeedForward: 64,
		Positions: 256, Epsilon: 1e-5, RopeTheta: 10000, Tied: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	prompts := [][]int32{{1, 2, 3, 4, 5}, {6, 7}, {8, 9, 10}}
	turns := [][][]int32{{{11}, {12, 13}}, {{14, 15, 16}, {17}, {18, 19}}, nil}
	stop := func(id int32) bool { return id < 12 }
	said, err := m.Turns(t.Context(), prompts, turns, 6, stop)
	if err != nil {
		t.Fatal(err)
	}
	for i, prompt := range prompts {
		var want [][]int32
		behind := slices.Clone(prompt)
		for _, turn := range turns[i] {
			behind = append(behind, turn...)
			answer, err := m.Greedy(t.Context(), [][]int32{behind}, 6, stop)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, answer[0])
			behind = append(behind, answer[0]...)
		}
		if diff := cmp.Diff(want, said[i]); diff != "" && len(want)+len(said[i]) > 0 {
			t.Errorf("prompt %d: %s", i, diff)
		}
	}
}
