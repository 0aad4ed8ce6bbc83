package eval

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// An Evaluation compares methods on documents. It is run by one goroutine.
type Evaluation struct {
	Documents     []probe.Task
	Methods       []Method
	Rates         []float64
	Metrics       []string        // of config.Eval; what is not named, or has nobody who measures it, is left out
	Tokenizer     token.Tokenizer // the agent's: budgets are in its tokens
	Reader        Reader          // its losses are left out where it has none
	Answerer      Answerer        // nil leaves answers in words out
	Reconstructor *Reconstructor  // nil leaves gap loss out
	Embedder      *Embedder       // nil leaves semantic similarity out
	Journal       *Journal
	BatchSize     int   // readings that are put to the reader at a time, at the least; documents stay together
	Examples      int   // documents whose cuts the report shows
	Seed          int64 // of the methods that draw
	QuestionGiven bool  // every document has one probe, whose question the methods know; those of a text are summed up together
	Progress      func(done, total int)

	timing  Timing
	scratch []token.Token
}

// An outcome is what one document came to.
type outcome struct {
	task           probe.Task
	nothing, whole cut // the bounds: a reader that sees none of it, and all of it
	cuts           []cut
	classes        whereabouts // of the whole text
}

// A cut is what a variant left of a document, and what that was worth.
type cut struct {
	text                                    string
	kept                                    []bool
	tokens, readerTokens, bytes, characters int
	loss                                    float64 // summed over probes: mean nats a token of the answer
	said                                    said
	answers                                 []string // in words, by probe; only of examples
	measures                                map[string]sum
	where                                   whereabouts
}

// A sum is what a cut adds to both sides of a ratio over documents.
type sum struct{ above, below float64 }

func (c *cut) add(measure string, above, below float64) {
	if c.measures == nil {
		c.measures = map[string]sum{}
	}
	c.measures[measure] = sum{above, below}
}

// all are the bounds and the cuts, in the order in which everything is asked.
func (o *outcome) all() []*cut {
	all := []*cut{&o.nothing, &o.whole}
	for i := range o.cuts {
		all = append(all, &o.cuts[i])
	}
	return all
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
	if e.QuestionGiven {
		out.each = together(out.each)
	}
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
		for i := range each {
			if len(out.each) >= e.Examples { // measured; thousands of documents need not stay
				each[i].forget()
			}
			out.each = append(out.each, each[i])
		}
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

// forget lets go of texts and masks.
func (o *outcome) forget() {
	o.task.Text = ""
	for _, c := range o.all() {
		c.text, c.kept, c.answers = "", nil, nil
	}
}

// measure shortens documents and puts what is left to everybody who measures.
func (e *Evaluation) measure(ctx context.Context, tasks []probe.Task, variants []variant) ([]outcome, error) {
	each := make([]outcome, len(tasks))
	texts := make([]token.Text, len(tasks))
	for i, task := range tasks {
		texts[i] = token.Read(e.Tokenizer, []byte(task.Text))
		each[i].task = task
		if err := e.shorten(ctx, texts[i], variants, &each[i]); err != nil {
			return nil, err
		}
	}
	if e.Reader.Reader != nil {
		if err := e.read(ctx, each); err != nil {
			return nil, err
		}
	}
	if e.Answerer != nil {
		if err := e.answer(ctx, each); err != nil {
			return nil, err
		}
	}
	if e.Reconstructor != nil && e.wants("reconstruction_loss") {
		if err := e.rebuild(ctx, texts, each); err != nil {
			return nil, err
		}
	}
	return each, e.compareTexts(ctx, each)
}

// shorten cuts a document by every variant.
func (e *Evaluation) shorten(ctx context.Context, text token.Text, variants []variant, o *outcome) error {
	o.classes = whereabout(text, nil)
	nothing, everything := make([]bool, len(text.Tokens)), make([]bool, len(text.Tokens))
	for i := range everything {
		everything[i] = true
	}
	o.nothing, o.whole = e.leave(text, nothing), e.leave(text, everything)
	for _, v := range variants {
		method, rate := e.Methods[v.method], e.Rates[v.rate]
		begun := time.Now()
		scorer, err := method.Scorer(Draw{v.draw, seedOf(e.Seed, v.draw, o.task.ID), o.task})
		if err != nil {
			return err
		}
		scores, err := scorer.Score(ctx, text, rate)
		if err != nil {
			return fmt.Errorf("score with %s: %w", method.Name, err)
		}
		units := env.Select(scores, text.Units, env.Budget(len(text.Tokens), rate), nil)
		kept := env.TokenMask(units, text.Units, len(text.Tokens))
		e.timing.scorer(method.Name).add(1, len(text.Tokens), time.Since(begun))
		o.cuts = append(o.cuts, e.leave(text, kept))
	}
	return nil
}

func (e *Evaluation) leave(text token.Text, kept []bool) cut {
	left := string(text.Kept(kept))
	return cut{text: left, kept: kept, tokens: trues(kept), readerTokens: e.count(left), bytes: len(left),
		characters: utf8.RuneCountInString(left), where: whereabout(text, kept)}
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
func (e *Evaluation) read(ctx context.Context, each []outcome) error {
	losses, err := e.losses(ctx, readings(each))
	if err != nil {
		return err
	}
	for i := range each {
		for _, c := range each[i].all() {
			for range each[i].task.Probes {
				c.loss, losses = c.loss+losses[0].Mean(), losses[1:]
			}
		}
	}
	return nil
}

// readings are every probe of every document with nothing, with everything, with what each variant left, in this order.
func readings(each []outcome) []probe.Reading {
	var all []probe.Reading
	for i := range each {
		for _, c := range each[i].all() {
			for _, p := range each[i].task.Probes {
				all = append(all, probe.Reading{Context: c.text, Probe: p})
			}
		}
	}
	return all
}

// rebuild has the reconstructor pay for what was dropped by each variant.
func (e *Evaluation) rebuild(ctx context.Context, texts []token.Text, each []outcome) error {
	var originals []token.Text
	var masks [][]bool
	for i := range each {
		for _, c := range each[i].cuts {
			originals, masks = append(originals, texts[i]), append(masks, c.kept)
		}
	}
	gaps, err := e.gaps(ctx, originals, masks)
	if err != nil {
		return err
	}
	for i := range each {
		for c := range each[i].cuts {
			g := gaps[0]
			each[i].cuts[c].add("gap_loss", g.GapNats, float64(g.GapTokens))
			each[i].cuts[c].add("reconstruction_loss", g.Nats, float64(g.Tokens))
			gaps = gaps[1:]
		}
	}
	return nil
}
