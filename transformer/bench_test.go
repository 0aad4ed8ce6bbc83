package transformer_test

import (
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
