package transformer

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
)

// said is n random tokens of a small vocabulary behind a beginning.
func said(rng *rand.Rand, beginning []int32, n int) []int32 {
	out := append([]int32{}, beginning...)
	for range n {
		out = append(out, int32(rng.IntN(50)))
	}
	return out
}

func TestSequencesThatBeginAlikeCostWhatTheyCostAlone(t *testing.T) {
	for _, family := range []string{GPT2, Llama} {
		t.Run(family, func(t *testing.T) {
			before := torch.Stats()
			torch.Seed(3)
			m, err := New(Config{Family: family, Vocabulary: 50, Width: 32, Layers: 2, Heads: 4, KVHeads: map[string]int{GPT2: 4, Llama: 2}[family],
				HeadDim: 8, FeedForward: 64, Positions: 160, Epsilon: 1e-5, RopeTheta: 10000, Tied: true})
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(1, 2))
			var sequences []Sequence
			for text := range 6 {
				beginning := said(rng, nil, 20+15*text)
				for range 1 + text%4 {
					sequences = append(sequences, Sequence{said(rng, beginning, 1+rng.IntN(12)), said(rng, nil, 1+rng.IntN(5))})
				}
			}
			sequences = append(sequences, Sequence{said(rng, nil, 200), said(rng, nil, 3)}, Sequence{said(rng, nil, 1), said(rng, nil, 4)},
				sequences[0], sequences[len(sequences)-1])
			rng.Shuffle(len(sequences), func(i, j int) { sequences[i], sequences[j] = sequences[j], sequences[i] })
			together, err := m.Losses(t.Context(), sequences)
			if err != nil {
				t.Fatal(err)
			}
			for i, q := range sequences {
				alone, err := m.Losses(t.Context(), []Sequence{q})
				if err != nil || len(alone[0]) != len(together[i]) {
					t.Fatalf("%d losses together, %d alone, %v", len(together[i]), len(alone[0]), err)
				}
				for j := range alone[0] {
					if math.Abs(float64(alone[0][j]-together[i][j])) > 2e-5 { // float32 sums in another order
						t.Errorf("token %d of sequence %d costs %v together and %v alone", j, i, together[i][j], alone[0][j])
					}
				}
			}
			m.Close()
			if after := torch.Stats(); after != before {
				t.Errorf("%+v live after, %+v before", after, before)
			}
		})
	}
}

func TestQuestionsOnOneTextShareARow(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	text, other := said(rng, nil, 100), said(rng, nil, 100)
	var sequences []Sequence
	for range 4 {
		sequences = append(sequences, Sequence{said(rng, text, 10), said(rng, nil, 3)}, Sequence{said(rng, other, 10), said(rng, nil, 3)})
	}
	all := forests(sequences, 1024)
	if len(all) != 1 || len(all[0].ids) != 2*100+8*(10+2) || len(all[0].targets) != 8*3 {
		t.Errorf("%d forests, %d tokens", len(all), len(all[0].ids))
	}
}
