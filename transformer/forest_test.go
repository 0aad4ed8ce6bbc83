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

// likely are sequences of every kind that Losses lays out: questions about texts, long and short, one that others go on
// from, equal ones, one that does not fit, one without a prompt.
func likely(rng *rand.Rand) []Sequence {
	var all []Sequence
	for text := range 16 {
		beginning := said(rng, nil, 10+30*text)
		for range 1 + text%5 {
			all = append(all, Sequence{said(rng, beginning, 1+rng.IntN(40)), said(rng, nil, 1+rng.IntN(5))})
		}
	}
	first := all[0]
	all = append(all, first, Sequence{first.Prompt, append(first.Target[:len(first.Target):len(first.Target)], 7, 8)},
		Sequence{said(rng, first.Prompt, 3), first.Target}, Sequence{said(rng, nil, 700), said(rng, nil, 3)},
		Sequence{said(rng, nil, 1), said(rng, nil, 4)}, Sequence{nil, said(rng, nil, 3)}, Sequence{nil, said(rng, nil, 1)})
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// plain is what a sequence costs by the autograd graph, which knows of no other.
func plain(s *torch.Scope, m *Model, q Sequence) (nats []float64) {
	q = q.fit(m.Config.Positions)
	var ids []int64
	for _, id := range q.read() {
		ids = append(ids, int64(id))
	}
	if len(ids) == 0 {
		return nil
	}
	hidden := m.Graph(s, Context{IDs: torch.From(s, ids, 1, int64(len(ids)))})
	logits := torch.Values[float32](s, m.Logits(s, hidden))
	for j, id := range q.Target {
		place := len(q.Prompt) + j - 1
		if place < 0 {
			continue
		}
		row, sum := logits[place*m.Config.Vocabulary:][:m.Config.Vocabulary], 0.0
		for _, x := range row {
			sum += math.Exp(float64(x))
		}
		nats = append(nats, math.Log(sum)-float64(row[id]))
	}
	return nats
}

func TestSequencesThatBeginAlikeCostWhatTheyCostAlone(t *testing.T) {
	for _, family := range []string{GPT2, Llama} {
		t.Run(family, func(t *testing.T) {
			before := torch.Stats()
			torch.Seed(3)
			m, err := New(Config{Family: family, Vocabulary: 50, Width: 32, Layers: 2, Heads: 4, KVHeads: map[string]int{GPT2: 4, Llama: 2}[family],
				HeadDim: 8, FeedForward: 64, Positions: 600, Epsilon: 1e-5, RopeTheta: 10000, Tied: true})
			if err != nil {
				t.Fatal(err)
			}
			sequences := likely(rand.New(rand.NewPCG(1, 2)))
			if n := len(forests(sequences, m.Config.Positions)); n < 2 {
				t.Errorf("all is read in %d forward", n)
			}
			together, err := m.Losses(t.Context(), sequences)
			if err != nil {
				t.Fatal(err)
			}
			err = torch.NoGrad(func(s *torch.Scope) error {
				for i, q := range sequences {
					alone := plain(s, m, q)
					if len(alone) != len(together[i]) {
						t.Fatalf("%d losses together, %d alone", len(together[i]), len(alone))
					}
					for j := range alone {
						if !(math.Abs(alone[j]-float64(together[i][j])) <= 2e-5) { // float32 sums in another order
							t.Errorf("token %d of sequence %d costs %v together and %v alone", j, i, together[i][j], alone[j])
						}
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			m.Close()
			if after := torch.Stats(); after != before {
				t.Errorf("%+v live after, %+v before", after, before)
			}
		})
	}
}

func TestATextIsReadOnceForAllOfItsQuestions(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	text, other := said(rng, nil, 100), said(rng, nil, 100)
	var sequences []Sequence
	for i := range 4 {
		question := said(rng, []int32{int32(i)}, 9) // none begins like another
		sequences = append(sequences, Sequence{append(text[:100:100], question...), said(rng, nil, 3)},
			Sequence{append(other[:100:100], question...), said(rng, nil, 3)})
	}
	all := forests(sequences, 1024)
	if len(all) != 1 || len(all[0].ids) != 2*100+8*(10+2) || len(all[0].targets) != 8*3 {
		t.Errorf("%d forests, %d tokens, %d targets", len(all), len(all[0].ids), len(all[0].targets))
	}
}

func TestAForwardIsBounded(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var sequences []Sequence
	for range 30 {
		sequences = append(sequences, Sequence{said(rng, nil, 500), said(rng, nil, 3)})
	}
	for _, f := range forests(append(sequences, Sequence{said(rng, nil, batchTokens+100), said(rng, nil, 2)}), 2*batchTokens) {
		if len(f.ids) > batchTokens && len(f.readings) > 1 {
			t.Errorf("%d tokens of %d sequences", len(f.ids), len(f.readings))
		}
	}
}
