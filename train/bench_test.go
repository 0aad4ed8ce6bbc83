package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// BenchmarkPolicyStep is a whole training step of the policy, forward, backward, clipping and AdamW, at 8 texts of 256
// tokens; bench/against_pytorch.py puts it beside PyTorch's.
func BenchmarkPolicyStep(b *testing.B) {
	if err := torch.Available(); err != nil {
		b.Skip(err)
	}
	torch.HoardMemory()
	tokenizer, err := token.Open("smollm2")
	if err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	examples := make([]labelled, 8)
	counter := agent.NewCounter(tokenizer.VocabSize())
	for i := range examples {
		examples[i] = randomExample(random, 256, tokenizer.VocabSize())
		counter.Add(examples[i].text)
	}
	a, err := agent.New(agent.Config{Tokenizer: "smollm2", Vocabulary: tokenizer.VocabSize(), Embedding: 16, Hidden: 128, ContextWindow: 15, Layers: 4}, tokenizer, counter.Statistics())
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	if err := a.RequireGrad(); err != nil {
		b.Fatal(err)
	}
	optimiser, err := torch.NewAdamW(policyGroups(a, 0.01)...)
	if err != nil {
		b.Fatal(err)
	}
	defer optimiser.Close()
	for b.Loop() {
		step(b, a, optimiser, examples, random)
	}
	b.ReportMetric(float64(b.N*8*256)/b.Elapsed().Seconds(), "tokens/s")
}

func step(b *testing.B, a *agent.Agent, optimiser *torch.AdamW, examples []labelled, random *rand.Rand) {
	loss := math.NaN()
	err := torch.Do(func(s *torch.Scope) error {
		value := supervisedLoss(s, a, examples, random, config.Train{RateMin: 0.5, RateMax: 0.5})
		loss = s.Item(value)
		s.Backward(value)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := torch.ClipNorm(optimiser.Params(), 1); err != nil {
		b.Fatal(err)
	}
	if err := optimiser.Step(1e-3); err != nil || math.IsNaN(loss) {
		b.Fatal(loss, err)
	}
}

// randomExample is a text of random tokens, a word each; their bytes do not matter to the speed.
func randomExample(random *rand.Rand, length, vocabulary int) labelled {
	l := labelled{text: token.Text{Bytes: make([]byte, 4*length)}, worth: make([]float32, length)}
	for i := range int32(length) {
		l.text.Tokens = append(l.text.Tokens, token.Token{ID: int32(random.IntN(vocabulary)), Start: 4 * i, End: 4*i + 4})
		l.text.Units = append(l.text.Units, token.Unit{First: i, End: i + 1})
		l.worth[i] = float32(random.IntN(2))
		copy(l.text.Bytes[4*i:], " abc")
		l.text.Bytes[4*i+1] = byte('a' + random.IntN(26))
	}
	return l
}
