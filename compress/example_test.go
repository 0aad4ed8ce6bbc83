package compress_test

import (
	"context"
	"fmt"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/token"
)

// The longest words of a sentence, as many as fit into 8 tokens of another tokenizer.
func Example() {
	own, _ := token.Open("gpt2")
	counts, _ := token.Open("o200k_base")
	longest, _ := compress.Baseline("length", nil, 0)
	c := compress.Compressor{Model: "none", Tokenizer: own, Scorer: longest}
	target := 8
	r, err := c.Compress(context.Background(), []byte("We saw the <keep>second</keep> orbiting spacecraft at dawn."),
		compress.Options{TargetTokens: &target, Tokenizer: counts, StripTags: true})
	fmt.Printf("%q %d %v\n", r.Text, r.CompressedTokens, err)
	// Output: "We saw the second orbiting spacecraft dawn" 8 <nil>
}
