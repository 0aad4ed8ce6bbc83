package compress

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"time"

	"github.com/project-sputnik/sputnik/compress/structure"
	"github.com/project-sputnik/sputnik/token"
)

// Unit is what is kept or dropped as one.
type Unit string

// The units.
const (
	Word  Unit = "word"  // words, numbers and identifiers, with the white space before them
	Token Unit = "token" // tokens of the model, or several where a character lies across them
)

// Options say how much of a text is wanted, and what of it in any case.
type Options struct {
	Rate         float64          // share of the tokens to keep, in (0, 1]; where TargetTokens is nil
	TargetTokens *int             // tokens to keep at the most
	MinQuality   float64          // above 0: in place of both, as few tokens as keep this share of what will be asked, as a Predictor says
	Tokenizer    token.Tokenizer  // that counts; nil is the model's own
	Unit         Unit             // empty is Word
	Question     string           // what will be asked about the text; may be empty
	Keep         []string         // words to protect
	KeepRegexp   []*regexp.Regexp // whose matches are protected
	KeepDigits   bool             // protect every number with its unit, and every other word with a digit
	StripTags    bool             // leave out the tags <keep> and </keep> themselves
	Structure    structure.Kind   // of the text, whose syntax stays; empty is Auto
	CacheStable  bool             // what comes out for a text also begins what comes out for any that goes on behind it: see Stable
	Timings      *Timings         // where each stage's time is added up; nil as a rule

	seen      *trace // where the choice is noted for Explain; nil as a rule
	blockwise bool   // the text is a block of a longer one: its words are never cut
	follows   bool   // and a word of what was kept so far ends right before it
}

// Check says what is wrong with the options.
func (o Options) Check() error {
	switch {
	case o.TargetTokens != nil && *o.TargetTokens < 0:
		return fmt.Errorf("target-tokens is %d; want 0 or more", *o.TargetTokens)
	case o.MinQuality != 0 && !(o.MinQuality > 0 && o.MinQuality < 1):
		return fmt.Errorf("min-quality is %v; want a number above 0 and below 1", o.MinQuality)
	case o.MinQuality != 0 && o.CacheStable:
		return errors.New("cache-stable wants a rate, not min-quality: what is predicted changes as a text goes on")
	case o.MinQuality == 0 && o.TargetTokens == nil && !(o.Rate > 0 && o.Rate <= 1):
		return fmt.Errorf("rate is %v; want a number above 0, up to 1", o.Rate)
	case o.Unit != "" && o.Unit != Word && o.Unit != Token:
		return fmt.Errorf("unit is %q; want word or token", o.Unit)
	case o.CacheStable && o.TargetTokens != nil:
		return errors.New("cache-stable wants a rate: a text that goes on has no fixed number of tokens")
	case o.Structure != "" && o.Structure.Check() != nil:
		return o.Structure.Check()
	case o.CacheStable && !slices.Contains([]structure.Kind{"", structure.Auto, structure.Prose, structure.Chat}, o.Structure):
		return fmt.Errorf("structure is %q; with cache-stable want auto, prose or chat", o.Structure)
	}
	return nil
}

// target is how many tokens of n are wanted, and the rate that the scorer is told.
func (o Options) target(n int) (int, float64) {
	if o.TargetTokens == nil {
		return int(math.Floor(o.Rate * float64(n))), o.Rate
	}
	return *o.TargetTokens, min(1, max(0.01, float64(*o.TargetTokens)/float64(max(1, n))))
}

// A Compressor shortens texts by the scores of a Scorer.
type Compressor struct {
	Model     string          // what results call the model
	Tokenizer token.Tokenizer // the model's: Scorer takes its tokens
	Scorer    Scorer
	Language  Language // weighs the words of questions
}

// Compress returns the part of text that is worth most. When scoring fails, it returns the whole text beside the error,
// which is then a Fault; with any other error, such as a *structure.Error, there is no result.
func (c *Compressor) Compress(ctx context.Context, text []byte, o Options) (Result, error) {
	started := time.Now()
	if err := o.Check(); err != nil {
		return Result{}, err
	}
	if len(text) > math.MaxInt32 {
		return Result{}, fmt.Errorf("a text of %d bytes is too long; want less than 2 GiB, or a stream", len(text))
	}
	o.Timings.start()
	r := c.begin(&o)
	err := withoutPanics(func() error { return c.shorten(ctx, text, o, &r) })
	if ctx.Err() != nil {
		return Result{}, ctx.Err()
	}
	if err != nil {
		if refused := (*structure.Error)(nil); errors.As(err, &refused) {
			return Result{}, err
		}
		err = Fault{err}
		r.keepAll(text, err)
	}
	r.Elapsed = time.Since(started)
	return r, err
}

// begin fills in what the options leave open, and what a result says of them.
func (c *Compressor) begin(o *Options) Result {
	if o.Tokenizer == nil {
		o.Tokenizer = c.Tokenizer
	}
	o.Unit = cmp.Or(o.Unit, Word)
	return Result{Tokenizer: o.Tokenizer.Name(), Model: c.Model, Scorer: c.Scorer.Name(), Unit: o.Unit}
}

// A Fault is an error of the scorer or of this package: the text that came with it is the original.
type Fault struct{ Err error }

func (f Fault) Error() string { return fmt.Sprintf("the text stays as it was: %v", f.Err) }

// Unwrap returns what went wrong.
func (f Fault) Unwrap() error { return f.Err }

// keepAll makes the original the result.
func (r *Result) keepAll(text []byte, reason error) {
	r.Text, r.Kept = string(text), join([]Span{{0, len(text)}})
	r.CompressedTokens, r.Rate = r.OriginalTokens, 1
	r.Warnings = []string{reason.Error()}
}

// withoutPanics makes an error of a panic.
func withoutPanics(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("compress: panic: %v", p)
		}
	}()
	return do()
}

func (c *Compressor) shorten(ctx context.Context, text []byte, o Options, r *Result) error {
	if o.CacheStable {
		return c.stable(ctx, text, o, r)
	}
	found, err := structure.Parse(text, cmp.Or(o.Structure, structure.Auto), wordEnds)
	if err != nil {
		return err
	}
	return c.reduce(ctx, text, found, o, r)
}

// reduce shortens a text whose layout is known.
func (c *Compressor) reduce(ctx context.Context, text []byte, found structure.Layout, o Options, r *Result) error {
	s := c.scored(text, o)
	r.OriginalTokens = -1 // not known until the text was read, where the rate alone says that it will be shortened
	if s.walker == nil || o.MinQuality > 0 || o.Tokenizer != c.Tokenizer || o.TargetTokens != nil || o.Rate >= 1 || found.Kind != structure.Prose {
		r.OriginalTokens = s.count(o.Tokenizer)
	}
	o.Timings.lap(Reading)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if o.MinQuality > 0 {
		rate, err := s.rateFor(ctx, o.MinQuality)
		if err != nil {
			return err
		}
		enough := int(math.Ceil(rate * float64(r.OriginalTokens)))
		o.TargetTokens = &enough
		o.Timings.lap(Scoring)
	}
	target, rate := o.target(r.OriginalTokens)
	p, layout := protectAll(c.Tokenizer, text, found, o, target)
	r.Structure, r.Protected, r.Warnings = layout.Kind, p.spans, p.warnings
	loose := layout.Loose()
	if r.OriginalTokens >= 0 && r.OriginalTokens <= target && len(p.tags) == 0 && (o.seen == nil || len(text) == 0) {
		r.CompressedTokens, r.Kept = r.OriginalTokens, join([]Span{{0, len(text)}})
	} else {
		if layout.Kind != structure.Prose && o.Unit == Token {
			r.Unit, o.Unit = Word, Word
			r.Warnings = append(r.Warnings, fmt.Sprintf("in %s the unit is word: a part of one may be half of an escape or mark", layout.Kind))
		}
		w := workspaces.Get().(*workspace)
		defer w.release(len(text), o.seen != nil)
		if err := s.cut(ctx, &w.cutter, layout, p, rate); err != nil {
			return err
		}
		if r.OriginalTokens < 0 {
			r.OriginalTokens = s.tokens
			target, _ = o.target(s.tokens)
		}
		o.seen.note(s, layout)
		w.choose(layout, target, o, r)
	}
	r.TargetTokens = target
	o.Timings.lap(Selecting)
	r.Text = textOf(text, r.Kept)
	if r.OriginalTokens > 0 {
		r.Rate = float64(r.CompressedTokens) / float64(r.OriginalTokens)
	}
	r.warn(len(text), loose)
	o.Timings.lap(Rendering)
	return nil
}

// protectAll is protect with what is fixed in a layout, and the layout, which is prose where it gives way to the target.
func protectAll(t token.Tokenizer, text []byte, layout structure.Layout, o Options, target int) (protection, structure.Layout) {
	p := protect(t, text, o)
	if layout.Kind == structure.Prose {
		return p, layout
	}
	all := p
	all.spans = without(widened(layout, p.spans), p.tags)
	if cmp.Or(o.Structure, structure.Auto) == structure.Auto && dispensable(layout.Kind) {
		if n := token.Count(o.Tokenizer, concatenate(nil, text, all.spans)); n > target {
			p.warnings = append(p.warnings, fmt.Sprintf("the %s of this text would take %d tokens, the target is %d: it was shortened as prose",
				layout.Kind, n, target))
			return p, structure.Layout{Kind: structure.Prose}
		}
	}
	return all, layout
}

// dispensable says whether a structure that nobody asked for gives way to the target: broken JSON is of no use, but of
// Markdown and code the sense is left.
func dispensable(kind structure.Kind) bool {
	return kind == structure.Markdown || kind == structure.Code
}

// warn says where the result may not be what was hoped for.
func (r *Result) warn(size, loose int) {
	structured := r.Structure != structure.Prose
	switch {
	case r.CompressedTokens > r.TargetTokens && structured && loose == 0:
		r.Warnings = append(r.Warnings, fmt.Sprintf("nothing could be dropped: all of this %s has to stay, which takes %d tokens; the target is %d",
			r.Structure, r.CompressedTokens, r.TargetTokens))
	case r.CompressedTokens > r.TargetTokens && len(r.Protected) > 0:
		r.Warnings = append(r.Warnings, fmt.Sprintf("what is protected takes %d tokens, the target is %d; all of it was kept and nothing else",
			r.CompressedTokens, r.TargetTokens))
	case r.CompressedTokens > r.TargetTokens:
		r.Warnings = append(r.Warnings, fmt.Sprintf("even an empty text takes %d tokens of %s, the target is %d", r.CompressedTokens, r.Tokenizer, r.TargetTokens))
	case r.Text == "" && size > 0:
		r.Warnings = append(r.Warnings, fmt.Sprintf("nothing is left: no word fits into %d tokens", r.TargetTokens))
	}
}
