package eval

import (
	"context"
	"fmt"
	"time"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/token"
)

// A Reader is who answers, with what the report says of it.
type Reader struct {
	probe.Reader
	Model
	Tokenizer token.Tokenizer // counts what it reads
}

// A Rebuilder pays for what was dropped and writes texts out again; reconstructor.Reconstructor is one.
type Rebuilder interface {
	Writer
	Align(text token.Text, kept []bool) (token.Text, []bool)
	Gaps(ctx context.Context, texts []token.Text, kept [][]bool) ([]reconstructor.Gap, error)
}

// A Reconstructor is who pays for what was dropped, with what the report says of it.
type Reconstructor struct {
	Rebuilder
	Model
}

// A Model is what a report says of weights. Identity is a hash of its files' names and contents.
type Model struct {
	Name       string `json:"name"`
	Kind       string `json:"kind,omitempty"`
	Identity   string `json:"sha256,omitempty"`
	Parameters int64  `json:"parameters,omitempty"`
}

// key tells apart in the journal what different weights, or kinds of numbers, said.
func (m Model) key() string { return key(m.Identity, m.Kind) }

// losses asks the reader what the journal does not know yet.
func (e *Evaluation) losses(ctx context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	keys := make([]string, len(readings))
	for i, r := range readings {
		keys[i] = key("reading", e.Reader.key(), probe.Chat(r), probe.Plain(r), r.Probe.Target)
	}
	values, err := e.Journal.recall(keys, func(missing []int) ([]value, error) { return e.ask(ctx, readings, missing) })
	return valueLosses(values), err
}

func (e *Evaluation) ask(ctx context.Context, readings []probe.Reading, missing []int) ([]value, error) {
	fresh := pick(readings, missing)
	begun := time.Now()
	losses, err := e.Reader.Losses(ctx, fresh)
	if err != nil {
		return nil, err
	}
	e.timing.Reader.add(len(fresh), e.readerTokens(fresh), time.Since(begun))
	for n, l := range losses {
		if l.Tokens == 0 {
			return nil, fmt.Errorf("the answer %q has no tokens", fresh[n].Probe.Target)
		}
	}
	return lossValues(losses), nil
}

func pick[T any](all []T, at []int) []T {
	some := make([]T, len(at))
	for n, i := range at {
		some[n] = all[i]
	}
	return some
}

func lossValues(losses []probe.Loss) []value {
	values := make([]value, len(losses))
	for i, l := range losses {
		values[i] = value{Values: []float64{l.Nats, float64(l.Tokens)}}
	}
	return values
}

func valueLosses(values []value) []probe.Loss {
	losses := make([]probe.Loss, len(values))
	for i, v := range values {
		losses[i] = probe.Loss{Nats: v.Values[0], Tokens: int(v.Values[1])}
	}
	return losses
}

// readerTokens counts contexts, questions and answers, without the words around them.
func (e *Evaluation) readerTokens(readings []probe.Reading) int {
	n := 0
	for _, r := range readings {
		n += e.count(r.Context) + e.count(r.Probe.Question()) + e.count(r.Probe.Target)
	}
	return n
}

func (e *Evaluation) count(text string) int {
	e.scratch = e.Reader.Tokenizer.Encode(e.scratch[:0], []byte(text))
	return len(e.scratch)
}

// gaps asks the reconstructor what the journal does not know yet.
func (e *Evaluation) gaps(ctx context.Context, texts []token.Text, kept [][]bool) ([]reconstructor.Gap, error) {
	keys := make([]string, len(texts))
	own, masks := make([]token.Text, len(texts)), make([][]bool, len(texts))
	for i, text := range texts {
		own[i], masks[i] = e.Reconstructor.Align(text, kept[i])
		keys[i] = key("gap", e.Reconstructor.key(), string(text.Bytes), fmt.Sprint(masks[i]))
	}
	values, err := e.Journal.recall(keys, func(missing []int) ([]value, error) { return e.askGaps(ctx, own, masks, missing) })
	gaps := make([]reconstructor.Gap, len(values))
	for i, v := range values {
		x := v.Values
		gaps[i] = reconstructor.Gap{Nats: x[0], GapNats: x[1], Tokens: int(x[2]), GapTokens: int(x[3])}
	}
	return gaps, err
}

func (e *Evaluation) askGaps(ctx context.Context, texts []token.Text, masks [][]bool, missing []int) ([]value, error) {
	tokens := 0
	for _, i := range missing {
		tokens += len(masks[i])
	}
	begun := time.Now()
	gaps, err := e.Reconstructor.Gaps(ctx, pick(texts, missing), pick(masks, missing))
	if err != nil {
		return nil, err
	}
	e.timing.Reconstructor.add(len(missing), tokens, time.Since(begun))
	values := make([]value, len(gaps))
	for n, g := range gaps {
		values[n] = value{Values: []float64{g.Nats, g.GapNats, float64(g.Tokens), float64(g.GapTokens)}}
	}
	return values, nil
}
