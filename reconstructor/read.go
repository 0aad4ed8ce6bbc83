package reconstructor

import (
	"context"
	"fmt"
	"strings"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/transformer"
)

// Losses answers probes: the loss of each target behind its context and prompt.
func (r *Reconstructor) Losses(ctx context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	sequences := make([]transformer.Sequence, len(readings))
	for i, reading := range readings {
		sequences[i] = r.sequence(reading)
	}
	losses, err := r.losses(ctx, sequences)
	if err != nil {
		return nil, fmt.Errorf("read %d probes: %w", len(readings), err)
	}
	return losses, nil
}

// losses sums up what the target of every sequence costs.
func (r *Reconstructor) losses(ctx context.Context, sequences []transformer.Sequence) ([]probe.Loss, error) {
	each, err := r.model.Losses(ctx, sequences)
	if err != nil {
		return nil, err
	}
	losses := make([]probe.Loss, len(sequences))
	for i, nats := range each {
		losses[i].Tokens = len(nats)
		for _, v := range nats {
			losses[i].Nats += float64(v)
		}
	}
	return losses, nil
}

// TokensRead counts the tokens that were read so far to answer probes, those that readings share once.
func (r *Reconstructor) TokensRead() int64 { return r.model.TokensRead() }

// sequence puts a reading in the form that the model was taught.
func (r *Reconstructor) sequence(reading probe.Reading) transformer.Sequence {
	if r.chat && !probe.Completes(reading.Probe.Kind) {
		return transformer.Sequence{Prompt: r.encode(probe.Chat(reading)), Target: r.encode(reading.Probe.Target)}
	}
	prompt := strings.TrimRight(probe.Plain(reading), " ")
	return transformer.Sequence{Prompt: r.encode(prompt), Target: r.encode(" " + reading.Probe.Target)}
}

func (r *Reconstructor) encode(text string) []int32 {
	return token.IDs(nil, r.tokenizer.Encode(nil, []byte(text)))
}

// Gap is what the original cost a reconstructor that read what was kept of it.
type Gap struct {
	Nats, GapNats     float64 // of all tokens, and of those that were dropped
	Tokens, GapTokens int
}

// Gaps measures masks: tokens of the reconstructor's own tokenizer, and which of them were kept.
func (r *Reconstructor) Gaps(ctx context.Context, texts []token.Text, kept [][]bool) ([]Gap, error) {
	sequences := make([]transformer.Sequence, len(texts))
	for i, text := range texts {
		sequences[i] = r.rebuild(text.Tokens, kept[i])
	}
	each, err := r.model.Losses(ctx, sequences)
	if err != nil {
		return nil, fmt.Errorf("measure the gaps of %d texts: %w", len(texts), err)
	}
	gaps := make([]Gap, len(texts))
	for i, nats := range each {
		for t, v := range nats {
			gaps[i].Nats += float64(v)
			gaps[i].Tokens++
			if !kept[i][t] {
				gaps[i].GapNats += float64(v)
				gaps[i].GapTokens++
			}
		}
	}
	return gaps, nil
}

// rebuild is kept <sep>, and the original that should follow.
func (r *Reconstructor) rebuild(tokens []token.Token, kept []bool) transformer.Sequence {
	var q transformer.Sequence
	for i, t := range tokens {
		if kept[i] {
			q.Prompt = append(q.Prompt, t.ID)
		}
		q.Target = append(q.Target, t.ID)
	}
	q.Prompt = append(q.Prompt, r.separator)
	return q
}

// Align reads a text with the reconstructor's tokenizer: a token is kept when all of its bytes were.
func (r *Reconstructor) Align(text token.Text, kept []bool) (token.Text, []bool) {
	bytesKept := make([]bool, len(text.Bytes))
	for i, t := range text.Tokens {
		for at := t.Start; kept[i] && at < t.End; at++ {
			bytesKept[at] = true
		}
	}
	own := token.Read(r.tokenizer, text.Bytes)
	mask := make([]bool, len(own.Tokens))
	for i, t := range own.Tokens {
		mask[i] = t.End > t.Start
		for at := t.Start; at < t.End; at++ {
			mask[i] = mask[i] && bytesKept[at]
		}
	}
	return own, mask
}
