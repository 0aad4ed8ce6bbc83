package transformer_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

// BenchmarkSmolLM2 is one forward of 512 tokens to the last hidden states; bench/against_pytorch.py puts it beside
// PyTorch's.
func BenchmarkSmolLM2(b *testing.B) {
	dir, err := hub.Find("smollm2-135m")
	if err != nil {
		b.Skip(err)
	}
	for name, kind := range map[string]torch.Kind{"fp32": torch.Float32, "bf16": torch.BFloat16} {
		b.Run(name, func(b *testing.B) {
			m, err := transformer.Load(dir, transformer.Options{Kind: kind})
			if err != nil {
				b.Fatal(err)
			}
			defer m.Close()
			torch.HoardMemory()
			ids := make([]int64, 512)
			for i := range ids {
				ids[i] = int64(i * 37 % m.Config.Vocabulary)
			}
			for b.Loop() {
				err := torch.NoGrad(func(s *torch.Scope) error {
					m.Hidden(s, torch.From(s, ids, 1, 512), torch.Tensor{}, nil)
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*512)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}

// BenchmarkLosses is what sequences of three shapes cost SmolLM2: questions about texts, texts that share nothing, and one
// long text. SPUTNIK_BENCH_MODEL names another folder.
func BenchmarkLosses(b *testing.B) {
	dir := os.Getenv("SPUTNIK_BENCH_MODEL")
	if dir == "" {
		var err error
		if dir, err = hub.Find("smollm2-135m"); err != nil {
			b.Skip(err)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	say := func(n int) []int32 {
		ids := make([]int32, n)
		for i := range ids {
			ids[i] = int32(rng.IntN(49152))
		}
		return ids
	}
	shapes := map[string][]transformer.Sequence{"long": {{Prompt: say(1000), Target: say(3096)}}}
	for range 12 {
		text := say(40 + rng.IntN(120))
		for range 5 {
			shapes["questions"] = append(shapes["questions"], transformer.Sequence{Prompt: append(text[:len(text):len(text)], say(22)...), Target: say(4)})
		}
		shapes["apart"] = append(shapes["apart"], transformer.Sequence{Prompt: say(30 + rng.IntN(150)), Target: say(60 + rng.IntN(240))})
	}
	for _, kind := range []torch.Kind{torch.Float32, torch.BFloat16} {
		m, err := transformer.Load(dir, transformer.Options{Kind: kind})
		if err != nil {
			b.Fatal(err)
		}
		for _, shape := range []string{"questions", "apart", "long"} {
			b.Run(fmt.Sprint(shape, "/", kind), func(b *testing.B) {
				torch.HoardMemory()
				tokens := 0
				for _, q := range shapes[shape] {
					tokens += len(q.Prompt) + len(q.Target)
				}
				for b.Loop() {
					if _, err := m.Losses(b.Context(), shapes[shape]); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N*tokens)/b.Elapsed().Seconds(), "tokens/s")
			})
		}
		m.Close()
	}
}
