package eval

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/token"
)

// An Evaluation compares methods on documents. It is run by one goroutine.
type Evaluation struct {
	Documents     []probe.Task
	Methods       []Method
	Rates         []float64
	Tokenizer     token.Tokenizer // the agent's: budgets are in its tokens
	Reader        Reader          // its losses are left out where it has none
	Answerer      Answerer        // nil leaves answers in words out
	Reconstructor *Reconstructor  // nil leaves gap loss out
	Journal       *Journal
	BatchSize     int   // readings that are put to the reader at a time, at the least; documents stay together
	Seed          int64 // of the methods that draw
	Progress      func(done, total int)

	timing  Timing
	scratch []token.Token
}

// An outcome is what one document came to.
type outcome struct {
	none, full                  float64 // summed over probes: mean loss in nats a token
	probes                      int
	tokens, readerTokens, bytes int
	saidNone, saidFull          said
	cuts                        []cut // by variant
}

// A cut is what a variant left of a document, and what that was worth.
type cut struct {
	text                        string
	kept                        []bool
	tokens, readerTokens, bytes int
	loss                        float64
	said                        said
	gap                         reconstructor.Gap
}

// A Failure is a document that could not be measured, for whichever method; no method's figures have it in them.
type Failure struct {
	Document string `json:"document"`
	Reason   string `json:"reason"`
}

// Outcomes are the measurements of an evaluation, by document.
type Outcomes struct {
	variants []variant
	each     []outcome
	Failed   []Failure
	Timing   Timing
}

// Run measures every document. A document that fails is left out and reported; when ctx ends, so does Run, and what was
// read is in the journal.
func (e *Evaluation) Run(ctx context.Context) (*Outcomes, error) {
	out := &Outcomes{variants: e.variants()}
	e.timing = Timing{}
	for start := 0; start < len(e.Documents); {
		end, readings := start, 0
		for end < len(e.Documents) && readings < max(1, e.BatchSize) {
			readings += len(e.Documents[end].Probes) * (len(out.variants) + 2)
			end++
		}
		if err := e.measureAll(ctx, e.Documents[start:end], out); err != nil {
			return nil, fmt.Errorf("stopped after %d of %d documents; the same command goes on there: %w", start, len(e.Documents), err)
		}
		start = end
		if e.Progress != nil {
			e.Progress(start, len(e.Documents))
		}
	}
	out.Timing = e.timing
	if len(out.each) == 0 {
		return nil, fmt.Errorf("none of %d documents could be measured; the first, %s: %s", len(e.Documents), out.Failed[0].Document, out.Failed[0].Reason)
	}
	return out, nil
}

// measureAll measures documents together and, when that fails, one by one to find whose fault it is.
func (e *Evaluation) measureAll(ctx context.Context, tasks []probe.Task, out *Outcomes) error {
	each, err := e.measure(ctx, tasks, out.variants)
	var journal journalError
	var budget budgetError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &journal) || errors.As(err, &budget):
		return err
	case err == nil:
		out.each = append(out.each, each...)
		return nil
	case len(tasks) == 1:
		out.Failed = append(out.Failed, Failure{tasks[0].ID, err.Error()})
		return nil
	}
	for i := range tasks {
		if err := e.measureAll(ctx, tasks[i:i+1], out); err != nil {
			return err
		}
	}
	return nil
}

func (e *Evaluation) measure(ctx context.Context, tasks []probe.Task, variants []variant) ([]outcome, error) {
	each := make([]outcome, len(tasks))
	texts := make([]token.Text, len(tasks))
	for i, task := range tasks {
		texts[i] = token.Read(e.Tokenizer, []byte(task.Text))
		if err := e.shorten(ctx, task, texts[i], variants, &each[i]); err != nil {
			return nil, err
		}
	}
	if e.Reader.Reader != nil {
		if err := e.read(ctx, tasks, each); err != nil {
			return nil, err
		}
	}
	if e.Answerer != nil {
		if err := e.answer(ctx, tasks, each); err != nil {
			return nil, err
		}
	}
	if e.Reconstructor != nil {
		if err := e.rebuild(ctx, texts, each); err != nil {
			return nil, err
		}
	}
	for i := range each {
		for c := range each[i].cuts {
			each[i].cuts[c].text, each[i].cuts[c].kept = "", nil // measured; thousands of documents need not stay
		}
	}
	return each, nil
}

// shorten cuts a document by every variant.
func (e *Evaluation) shorten(ctx context.Context, task probe.Task, text token.Text, variants []variant, o *outcome) error {
	begun := time.Now()
	o.tokens, o.bytes, o.probes = len(text.Tokens), len(text.Bytes), len(task.Probes)
	o.readerTokens = e.count(task.Text)
	for _, v := range variants {
		method, rate := e.Methods[v.method], e.Rates[v.rate]
		scorer, err := method.Scorer(seedOf(e.Seed, v.draw, task.ID))
		if err != nil {
			return err
		}
		scores, err := scorer.Score(ctx, text, rate)
		if err != nil {
			return fmt.Errorf("score with %s: %w", method.Name, err)
		}
		units := env.Select(scores, text.Units, env.Budget(len(text.Tokens), rate), nil)
		kept := env.TokenMask(units, text.Units, len(text.Tokens))
		left := text.Kept(kept)
		o.cuts = append(o.cuts, cut{text: string(left), kept: kept, tokens: trues(kept), readerTokens: e.count(string(left)), bytes: len(left)})
	}
	e.timing.Scorers.add(len(variants), len(variants)*len(text.Tokens), time.Since(begun))
	return nil
}

func trues(mask []bool) int {
	n := 0
	for _, m := range mask {
		if m {
			n++
		}
	}
	return n
}

// read puts every document's probes to the reader: with nothing, with everything, with what each variant left.
func (e *Evaluation) read(ctx context.Context, tasks []probe.Task, each []outcome) error {
	losses, err := e.losses(ctx, readings(tasks, each))
	if err != nil {
		return err
	}
	sum := func(n int) (l float64) {
		for _, loss := range losses[:n] {
			l += loss.Mean()
		}
		losses = losses[n:]
		return l
	}
	for i := range each {
		o := &each[i]
		o.none, o.full = sum(o.probes), sum(o.probes)
		for c := range o.cuts {
			o.cuts[c].loss = sum(o.probes)
		}
	}
	return nil
}

// readings are every probe of every document with nothing, with everything, with what each variant left, in this order.
func readings(tasks []probe.Task, each []outcome) []probe.Reading {
	var all []probe.Reading
	for i, task := range tasks {
		for _, context := range each[i].contexts(task.Text) {
			for _, p := range task.Probes {
				all = append(all, probe.Reading{Context: context, Probe: p})
			}
		}
	}
	return all
}

func (o *outcome) contexts(text string) []string {
	all := []string{"", text}
	for _, c := range o.cuts {
		all = append(all, c.text)
	}
	return all
}

// rebuild measures what was dropped by each variant.
func (e *Evaluation) rebuild(ctx context.Context, texts []token.Text, each []outcome) error {
	var originals []token.Text
	var masks [][]bool
	for i, o := range each {
		for _, c := range o.cuts {
			originals, masks = append(originals, texts[i]), append(masks, c.kept)
		}
	}
	gaps, err := e.gaps(ctx, originals, masks)
	if err != nil {
		return err
	}
	for i := range each {
		for c := range each[i].cuts {
			each[i].cuts[c].gap, gaps = gaps[0], gaps[1:]
		}
	}
	return nil
}
