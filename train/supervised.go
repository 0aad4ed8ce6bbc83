package train

import (
	"math/rand/v2"
	"slices"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// labelled is a text with what each of its tokens is worth, in [0, 1].
type labelled struct {
	text  token.Text
	worth []float32
}

// spread gives tokens the worth of the spans that they overlap; the highest counts.
func spread(text token.Text, labels []probe.Label) labelled {
	l := labelled{text, make([]float32, len(text.Tokens))}
	for _, label := range labels {
		for i, t := range text.Tokens {
			if t.Start < label.End && label.Start < t.End {
				l.worth[i] = max(l.worth[i], float32(label.Worth))
			}
		}
	}
	return l
}

// supervisedLoss is the binary cross-entropy of the tokens' worth, with logits shifted down by 2, where few tokens are
// worth anything: a mean over tokens, so that long texts do not drown short ones' neighbours.
func supervisedLoss(s *torch.Scope, a *agent.Agent, examples []labelled, random *rand.Rand, c config.Train) torch.Tensor {
	texts, rates := make([]token.Text, len(examples)), make([]float64, len(examples))
	for i, e := range examples {
		texts[i], rates[i] = e.text, c.RateMin+(c.RateMax-c.RateMin)*random.Float64()
	}
	batch := a.NewBatch(texts, rates)
	batch.HideTokens(c.HideTokens, random)
	worth := make([]float32, batch.Rows*batch.Length)
	tokens := 0
	for i, e := range examples {
		copy(worth[i*batch.Length:], e.worth)
		tokens += len(e.worth)
	}
	target := torch.From(s, worth, int64(batch.Rows), int64(batch.Length))
	logits := s.Shift(a.Logits(s, batch), -2)
	return s.Scale(s.Sum(s.BinaryCrossEntropy(logits, target, batch.Present(s))), 1/float64(max(tokens, 1)))
}

// recurring labels the words of a text that come back at a distance.
func recurring(t token.Tokenizer, text string) labelled {
	words, marks := probe.DefaultRecurrences.Recurring(text)
	var labels []probe.Label
	for i, w := range words {
		if marks[i] {
			labels = append(labels, probe.Label{Span: w, Worth: 1})
		}
	}
	return spread(token.Read(t, []byte(text)), labels)
}

// asking is what a span that a cloze would ask for is worth beside an answer to a question that somebody asked.
const asking = 0.5

// salient labels the spans of a text that a cloze would ask for.
func salient(t token.Tokenizer, id, text string, seed int64) labelled {
	return asked(task{probe.Cloze(id, text, 0, seed), token.Read(t, []byte(text))})
}

// asked labels what a task asks for. The prompt of a cloze repeats its sentence and labels nothing.
func asked(t task) labelled {
	labelling, worth := t.Task, 1.0
	if len(t.Probes) > 0 && t.Probes[0].Kind == probe.KindCloze {
		labelling.Probes, worth = slices.Clone(t.Probes), asking
		for i := range labelling.Probes {
			labelling.Probes[i].Prompt = ""
		}
	}
	labels := probe.Labels(labelling)
	for i := range labels {
		labels[i].Worth *= worth
	}
	return spread(t.text, labels)
}
