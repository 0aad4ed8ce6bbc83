package saliency

import (
	"bytes"
	"context"
	"math"
	"unicode"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/transformer"
)

// Bits scores a token by -log2 p, its self-information (Selective Context, arXiv 2310.06201).
type Bits struct {
	surprisal *Surprisal
	phrases   bool
}

// NewBits ranks by a causal model. Both stay the caller's. With phrases all tokens of a phrase have its mean; a phrase is
// what stands between stop words and signs (Rose et al. 2010, doi 10.1002/9780470689646.ch1), where Selective Context has
// the noun phrases of a parser.
func NewBits(m *transformer.Model, t token.Tokenizer, phrases bool) *Bits {
	return &Bits{NewSurprisal(m, t), phrases}
}

// Name says how it goes.
func (*Bits) Name() string { return "surprisal" }

// Score gives every token its bits, or those of a token of its phrase.
func (b *Bits) Score(ctx context.Context, text token.Text, rate float64) ([]float32, error) {
	scores, err := b.surprisal.Score(ctx, text, rate)
	if err != nil {
		return nil, err
	}
	inBits(scores)
	if b.phrases {
		levelPhrases(text, scores)
	}
	return scores, nil
}

func inBits(nats []float32) {
	for i := range nats {
		nats[i] /= math.Ln2
	}
}

// levelPhrases gives every token the mean of its phrase.
func levelPhrases(text token.Text, scores []float32) {
	first := 0
	level := func(end int) {
		sum := float32(0)
		for _, v := range scores[first:end] {
			sum += v
		}
		for i := first; i < end; i++ {
			scores[i] = sum / float32(end-first)
		}
		first = end
	}
	for _, u := range text.Units {
		start, end := u.Span(text.Tokens)
		word := text.Bytes[start:end]
		if !hasLetter(word) || probe.Stopword(string(bytes.TrimSpace(word))) { // by itself
			level(int(u.First))
			level(int(u.End))
		} else if bytes.ContainsRune(word, '\n') {
			level(int(u.First))
		}
	}
	level(len(scores))
}

func hasLetter(word []byte) bool {
	return bytes.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

// Contrastive scores a token by how much less it surprises once the question was read:
//
//	-log2 p(x_i | x_<i) + log2 p(x_i | question, x_<i)
//
// as LongLLMLingua's token level (Jiang et al., arXiv 2310.06839). Without a question it is surprisal.
type Contrastive struct {
	causal
	plain    *Bits
	question string
}

// NewContrastive ranks by a causal model. Both stay the caller's.
func NewContrastive(m *transformer.Model, t token.Tokenizer) *Contrastive {
	return &Contrastive{causal: newCausal(m, t), plain: NewBits(m, t, false)}
}

// Name says how it goes.
func (*Contrastive) Name() string { return "contrastive" }

// Asked ranks by a question.
func (c *Contrastive) Asked(question string) *Contrastive {
	return &Contrastive{c.causal, c.plain, question}
}

// Score gives every token the bits that the question saves on it.
func (c *Contrastive) Score(ctx context.Context, text token.Text, rate float64) ([]float32, error) {
	scores, err := c.plain.Score(ctx, text, rate)
	if err != nil || c.question == "" {
		return scores, err
	}
	own := c.tokenizer.Encode(nil, text.Bytes)
	front := token.IDs(c.start[:len(c.start):len(c.start)], c.tokenizer.Encode(nil, []byte(c.question+"\n")))
	prices, err := c.natsBehind(ctx, front, nil, token.IDs(nil, own))
	if err != nil {
		return nil, err
	}
	asked := gather(text, own, prices)
	inBits(asked)
	for i := range scores {
		scores[i] -= asked[i]
	}
	return scores, nil
}
