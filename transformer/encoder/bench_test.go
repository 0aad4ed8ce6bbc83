//go:build cgo

package encoder_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
)

// BenchmarkEmbed is MiniLM's speed, tokenising included; bench/against_pytorch.py puts it beside PyTorch's.
func BenchmarkEmbed(b *testing.B) {
	e := minilm(b)
	torch.HoardMemory()
	run := func(name string, tokens int, texts []string) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				embed(b, e, texts...)
			}
			b.ReportMetric(float64(b.N*tokens)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
	for _, size := range [][2]int{{8, 128}, {1, 256}} {
		text := strings.Repeat("ship ", size[1]-2) // and two marks
		run(fmt.Sprintf("%dx%d", size[0], size[1]), size[0]*size[1], slices.Repeat([]string{text}, size[0]))
	}
	rows, texts := readEmbedded(b, "testdata/minilm.json.gz")
	tokens := 0
	for _, row := range rows[:100] { // those of one window
		tokens += row.Tokens
	}
	run("texts", tokens, texts[:100])
}
