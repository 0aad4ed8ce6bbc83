//go:build !race

package compress_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/project-sputnik/sputnik/compress"
)

// What one text took in memory the next takes over: see -bench Compress for how much. Under the race detector pools forget
// on purpose.
func TestAPromptTakesFewAllocations(t *testing.T) {
	c := compressor(t, "agent")
	text := bytes.Repeat([]byte(prose), 2000/len(c.Tokenizer.Encode(nil, []byte(prose))))
	tokens := float64(len(c.Tokenizer.Encode(nil, text)))
	n := testing.AllocsPerRun(50, func() {
		if _, err := c.Compress(context.Background(), text, compress.Options{Rate: 0.5}); err != nil {
			t.Fatal(err)
		}
	})
	if n > tokens/100 {
		t.Errorf("%v allocations for %v tokens; want one for 100", n, tokens)
	}
}
