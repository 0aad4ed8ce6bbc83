package saliency

import (
	"math"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/torchtest"
	"github.com/project-sputnik/sputnik/transformer"
)

func TestMain(m *testing.M) { torchtest.Main(m) }

const prose = "The harbour of the old town opened to ships in spring, and the mayor, Ada Byron, gave a speech about 1843."

// toy is a small causal model with random weights.
func toy(t *testing.T) (*transformer.Model, token.Tokenizer) {
	t.Helper()
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	tokenizer, err := token.Open("gpt2")
	if err != nil {
		t.Fatal(err)
	}
	torch.Seed(5)
	m, err := transformer.New(transformer.Config{Family: transformer.Llama, Vocabulary: tokenizer.VocabSize(), Width: 16, Layers: 1, Heads: 2, KVHeads: 1,
		HeadDim: 8, FeedForward: 32, Positions: 256, Epsilon: 1e-5, RopeTheta: 10000, Tied: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m, tokenizer
}

// The price of a token is what the model's losses say, in one window or in several.
func TestSurprisalIsTheModelsLoss(t *testing.T) {
	model, tokenizer := toy(t)
	text := token.Read(tokenizer, []byte(prose))
	got, err := NewSurprisal(model, tokenizer).Score(t.Context(), text, 1)
	if err != nil {
		t.Fatal(err)
	}
	start, _ := tokenizer.ID("<|endoftext|>")
	want, err := model.Losses(t.Context(), []transformer.Sequence{{Prompt: []int32{start}, Target: token.IDs(nil, text.Tokens)}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if math.Abs(float64(got[i]-want[0][i])) > 1e-4 { // sums of a few float32 in another order
			t.Errorf("token %d: %g; want %g", i, got[i], want[0][i])
		}
	}
}

func TestPricesGoWithTheirBytesToOtherTokens(t *testing.T) {
	text := token.Text{Bytes: []byte("abcdef"), Tokens: []token.Token{{Start: 0, End: 3}, {Start: 3, End: 6}}}
	own := []token.Token{{Start: 0, End: 2}, {Start: 2, End: 6}}
	if got := gather(text, own, []float32{2, 4}); !slices.Equal(got, []float32{3, 3}) {
		t.Errorf("gathered %v", got)
	}
	if got := Means(text, own, []float32{.5, 1}); math.Abs(float64(got[0]-2./3)) > 1e-6 || got[1] != 1 {
		t.Errorf("means %v", got)
	}
	if got := quantiles([]float32{3, 1, 2, 2}); !slices.Equal(got, []float32{.75, 0, .25, .5}) {
		t.Errorf("quantiles %v", got)
	}
}
