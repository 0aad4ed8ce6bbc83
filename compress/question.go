package compress

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// Asking is a scorer that ranks by a question: by itself where it is an Asker, else by the sentences that share words
// with the question, and by the scorer within them.
func Asking(s Scorer, question string, t token.Tokenizer, language Language) Scorer {
	return asking{s, question, t, language}
}

type asking struct {
	Scorer
	question  string
	tokenizer token.Tokenizer
	language  Language
}

func (a asking) Score(ctx context.Context, text token.Text, rate float64) ([]float32, error) {
	if asker, asks := a.Scorer.(Asker); asks {
		if scores, err := asker.ScoreAsked(ctx, text, a.question, rate); scores != nil || err != nil {
			return scores, err
		}
	}
	if a.language == nil {
		return nil, errors.New("a question needs to know the language")
	}
	scores, err := a.Scorer.Score(ctx, text, rate)
	if err != nil || len(scores) != len(text.Tokens) {
		return scores, err
	}
	return newQuestion(a.question, a.tokenizer, a.language).rerank(text, scores), nil
}

// overlapWeight is what the best sentence gains on one without any of the question's words; the scorer's deviation counts
// 2. Of 0 to 12, it kept about the most answers whole on questions of search users and of readers alike.
const overlapWeight = 8

// question ranks sentences by the words that they share with it.
type question struct {
	stems   map[string]int // of its content words
	weights []float64      // of each stem: its rarity in nats
}

func newQuestion(text string, t token.Tokenizer, language Language) question {
	q := question{stems: map[string]int{}}
	for _, w := range probe.Words(text) {
		word := text[w.Start:w.End]
		key := probe.Stem(word)
		if _, again := q.stems[key]; again || probe.Stopword(word) {
			continue
		}
		rarest := float32(0)
		for _, each := range t.Encode(nil, []byte(" "+word)) {
			rarest = max(rarest, language.Rarity(each.ID))
		}
		q.stems[key] = len(q.weights)
		q.weights = append(q.weights, float64(rarest))
	}
	return q
}

// rerank returns score = 2 z(scorer) + overlapWeight overlap(sentence) for every token, where the overlap of a sentence
// is the weight of the question's words in it as a share of the best sentence's. A word that stands in every sentence
// tells them apart no longer: weights are rarity x log(1 + sentences/sentences with the word).
func (q question) rerank(text token.Text, scores []float32) []float32 {
	whole := string(text.Bytes)
	sentences := probe.Sentences(whole)
	overlaps := q.overlaps(whole, sentences)
	out := standardise(scores)
	at := 0
	for i, t := range text.Tokens {
		for at+1 < len(sentences) && int(t.End) > sentences[at+1].Start {
			at++
		}
		out[i] *= 2
		if len(overlaps) > 0 {
			out[i] += float32(overlapWeight * overlaps[at])
		}
	}
	return out
}

// overlaps are in [0, 1], 1 for the best sentence.
func (q question) overlaps(text string, sentences []probe.Span) []float64 {
	found := make([][]int, len(sentences)) // stems, each once
	in := make([]int, len(q.weights))      // how many sentences have each
	for i, s := range sentences {
		sentence := text[s.Start:s.End]
		for _, w := range probe.Words(sentence) {
			at, asked := q.stems[probe.Stem(sentence[w.Start:w.End])]
			if asked && !slices.Contains(found[i], at) {
				found[i] = append(found[i], at)
				in[at]++
			}
		}
	}
	own := make([]float64, len(sentences))
	for i, stems := range found {
		for _, at := range stems {
			own[i] += q.weights[at] * math.Log(1+float64(len(sentences))/float64(in[at]))
		}
	}
	lent := probe.Lend(own)
	if most := slices.Max(append(lent, 0)); most > 0 {
		for i := range lent {
			lent[i] /= most
		}
	}
	return lent
}

// standardise returns (scores - mean) / deviation.
func standardise(scores []float32) []float32 {
	mean, square := 0.0, 0.0
	for _, s := range scores {
		mean += float64(s) / float64(len(scores))
	}
	for _, s := range scores {
		square += (float64(s) - mean) * (float64(s) - mean) / float64(len(scores))
	}
	out := make([]float32, len(scores))
	for i, s := range scores {
		out[i] = float32((float64(s) - mean) / math.Sqrt(square+1e-12))
	}
	return out
}
