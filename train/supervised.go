package train

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// labelled is a text with what each of its tokens is worth, in [0, 1], to whoever asks the question, or to all where it is empty.
type labelled struct {
	text     token.Text
	worth    []float32
	question string
}

// supervisedLoss is the binary cross-entropy of the tokens' worth, with logits shifted down, where few tokens are
// worth anything: a mean over tokens, so that long texts do not drown short ones' neighbours.
func supervisedLoss(s *torch.Scope, a *agent.Agent, examples []labelled, random *rand.Rand, c config.Train) torch.Tensor {
	texts, rates, questions := make([]token.Text, len(examples)), make([]float64, len(examples)), make([]string, len(examples))
	for i, e := range examples {
		texts[i], rates[i], questions[i] = e.text, c.RateMin+(c.RateMax-c.RateMin)*random.Float64(), e.question
	}
	batch := a.NewAskedBatch(s, texts, rates, questions)
	batch.HideTokens(c.HideTokens, random)
	batch.HideFeatures(c.HideFeatures, random)
	worth := make([]float32, batch.Rows*batch.Length)
	tokens := 0
	for i, e := range examples {
		copy(worth[i*batch.Length:], e.worth)
		tokens += len(e.worth)
	}
	target := torch.From(s, worth, int64(batch.Rows), int64(batch.Length))
	logits := s.Shift(a.Logits(s, batch), -agent.LabelShift)
	return s.Scale(s.Sum(s.BinaryCrossEntropy(logits, target, batch.Present(s))), 1/float64(max(tokens, 1)))
}

// recurring labels the words of a text that come back at a distance.
func recurring(t token.Tokenizer, text string) labelled {
	words, marks := probe.DefaultRecurrences.Recurring(text)
	l := labelled{text: token.Read(t, []byte(text))}
	l.worth = make([]float32, len(l.text.Tokens))
	for i, w := range words {
		if !marks[i] {
			continue
		}
		for _, at := range overlapping(l.text.Tokens, w) {
			l.worth[at] = 1
		}
	}
	return l
}

// labelAll labels tasks one by one, and scales what their tokens are worth.
func labelAll(ctx context.Context, by labeller, tasks []task, scale float64) ([]labelled, error) {
	all := make([]labelled, len(tasks))
	for i, t := range tasks {
		worth, err := by.label(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("label %s: %w", t.ID, err)
		}
		for at := range worth {
			worth[at] *= float32(scale)
		}
		all[i] = labelled{text: t.text, worth: worth}
	}
	return all, nil
}
