package transformer

import (
	"math/rand/v2"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

// BenchmarkGreedy continues 16 prompts of some 240 tokens by 16: what answers in words cost.
func BenchmarkGreedy(b *testing.B) {
	dir, err := hub.Find("smollm2-135m")
	if err != nil {
		b.Skip(err)
	}
	torch.HoardMemory()
	m, err := Load(dir, Options{Kind: torch.BFloat16})
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	random := rand.New(rand.NewPCG(1, 2))
	for name, spread := range map[string]int{"alike": 1, "padded": 60} {
		prompts := make([][]int32, 16)
		for i := range prompts {
			prompts[i] = make([]int32, 240-random.IntN(spread))
			for j := range prompts[i] {
				prompts[i][j] = int32(random.IntN(m.Config.Vocabulary))
			}
		}
		for _, tokens := range []int{1, 17} {
			b.Run(name+map[bool]string{true: "/prompt", false: "/prompt and 16 more"}[tokens == 1], func(b *testing.B) {
				for b.Loop() {
					if _, err := m.Greedy(b.Context(), prompts, tokens, func(int32) bool { return false }); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
