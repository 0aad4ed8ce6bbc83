package eval

import (
	"context"
	"fmt"
	"math"
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

// A Rebuilder pays for what was dropped; reconstructor.Reconstructor is one.
type Rebuilder interface {
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
	Path       string `json:"path,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Identity   string `json:"sha256,omitempty"`
	Parameters int64  `json:"parameters,omitempty"`
}

// key tells apart in the journal what different weights, or kinds of numbers, said.
func (m Model) key() string { return key(m.Identity, m.Kind) }

// losses asks the reader what the journal does not know yet; equal readings are asked once.
func (e *Evaluation) losses(ctx context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	keys := make([]string, len(readings))
	var fresh []probe.Reading
	var entries []entry
	asked := map[string]bool{}
	for i, r := range readings {
		keys[i] = key("reading", e.Reader.key(), probe.Chat(r), probe.Plain(r), r.Probe.Target)
		if e.Journal.known[keys[i]] == nil && !asked[keys[i]] {
			asked[keys[i]] = true
			fresh, entries = append(fresh, r), append(entries, entry{Key: keys[i]})
		}
	}
	if len(fresh) > 0 {
		if err := e.ask(ctx, fresh, entries); err != nil {
			return nil, err
		}
	}
	losses := make([]probe.Loss, len(readings))
	for i, k := range keys {
		v := e.Journal.known[k]
		losses[i] = probe.Loss{Nats: v[0], Tokens: int(v[1])}
	}
	return losses, nil
}

func (e *Evaluation) ask(ctx context.Context, readings []probe.Reading, entries []entry) error {
	begun := time.Now()
	losses, err := e.Reader.Losses(ctx, readings)
	if err != nil {
		return err
	}
	e.timing.Reader.add(len(readings), e.readerTokens(readings), time.Since(begun))
	for i, l := range losses {
		if math.IsNaN(l.Nats) || math.IsInf(l.Nats, 0) || l.Tokens == 0 {
			return fmt.Errorf("the loss of %q is %v over %d tokens", readings[i].Probe.Target, l.Nats, l.Tokens)
		}
		entries[i].Values = []float64{l.Nats, float64(l.Tokens)}
	}
	return e.Journal.add(entries)
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
	var entries []entry
	var freshTexts []token.Text
	var freshKept [][]bool
	asked, tokens := map[string]bool{}, 0
	for i, text := range texts {
		own, mask := e.Reconstructor.Align(text, kept[i])
		keys[i] = key("gap", e.Reconstructor.key(), string(text.Bytes), fmt.Sprint(mask))
		if e.Journal.known[keys[i]] == nil && !asked[keys[i]] {
			asked[keys[i]] = true
			tokens += len(mask)
			entries = append(entries, entry{Key: keys[i]})
			freshTexts, freshKept = append(freshTexts, own), append(freshKept, mask)
		}
	}
	if len(entries) > 0 {
		begun := time.Now()
		gaps, err := e.Reconstructor.Gaps(ctx, freshTexts, freshKept)
		if err != nil {
			return nil, err
		}
		e.timing.Reconstructor.add(len(entries), tokens, time.Since(begun))
		for i, g := range gaps {
			if math.IsNaN(g.Nats) || math.IsInf(g.Nats, 0) {
				return nil, fmt.Errorf("the gap loss is %v", g.Nats)
			}
			entries[i].Values = []float64{g.Nats, g.GapNats, float64(g.Tokens), float64(g.GapTokens)}
		}
		if err := e.Journal.add(entries); err != nil {
			return nil, err
		}
	}
	gaps := make([]reconstructor.Gap, len(texts))
	for i, k := range keys {
		v := e.Journal.known[k]
		gaps[i] = reconstructor.Gap{Nats: v[0], GapNats: v[1], Tokens: int(v[2]), GapTokens: int(v[3])}
	}
	return gaps, nil
}
