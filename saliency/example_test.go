package saliency

import (
	"context"
	"fmt"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer"
)

// A model that knows nothing is equally surprised by every token.
func ExampleSurprisal() {
	tokenizer, err := token.Open("gpt2")
	if err != nil {
		fmt.Println(err)
		return
	}
	torch.Seed(1)
	model, err := transformer.New(transformer.Config{Family: transformer.Llama, Vocabulary: tokenizer.VocabSize(), Width: 8, Layers: 1, Heads: 1, KVHeads: 1,
		HeadDim: 8, FeedForward: 8, Positions: 64, Epsilon: 1e-5, RopeTheta: 10000, Tied: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer model.Close()
	scores, err := NewSurprisal(model, tokenizer).Score(context.Background(), token.Read(tokenizer, []byte("In spring the harbour opened.")), 0.5)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d tokens, about %.0f nats each\n", len(scores), scores[0])
	// Output: 6 tokens, about 11 nats each
}
