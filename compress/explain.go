package compress

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/project-sputnik/sputnik/compress/structure"
)

// A Why is a reason for which something was kept or dropped; those of --keep and --keep-regex name the word or expression.
type Why string

// The reasons.
const (
	ByScore     Why = "score"      // it ranked high enough to be kept, or too low
	ByTag       Why = "tag"        // it stands between <keep> and </keep>, or is one of them
	ByDigits    Why = "digits"     // it has a digit, or belongs to a number
	ByStructure Why = "structure"  // the syntax of the text needs it
	ByNegation  Why = "negation"   // it negates something that was kept
	ByGlue      Why = "glue"       // two words that were kept would be one without it
	ByStripping Why = "strip-tags" // it is a tag that was to be left out
)

func byWord(word string) Why         { return Why(fmt.Sprintf("word %q", word)) }
func byRegexp(re *regexp.Regexp) Why { return Why(fmt.Sprintf("regexp %q", re)) }

// An Explanation is a result with the fate of every unit and token. The units tile the text, and so do the tokens.
type Explanation struct {
	Result
	Units  []ExplainedUnit
	Tokens []ExplainedToken
}

// An ExplainedUnit was kept or dropped as one: a word as a rule.
type ExplainedUnit struct {
	Span
	Score float32 // the mean of its tokens'
	Rank  int     // from 1, the first to be kept, among the units that may go; 0 for the others
	Kept  bool
	Why   []Why // one at the least
}

// Protected says whether what was asked of the text, rather than a score, kept the unit.
func (u ExplainedUnit) Protected() bool { return u.Kept && u.Rank == 0 }

// An ExplainedToken is one of the model's.
type ExplainedToken struct {
	Span
	Score float32
	Unit  int // that it begins in
}

// Explain is Compress, and says why: the result is the same. It always asks the scorer, which Compress does not where all
// of the text fits. With an error there are no units.
func (c *Compressor) Explain(ctx context.Context, text []byte, o Options) (Explanation, error) {
	if o.CacheStable {
		return Explanation{}, errors.New("explain knows nothing of cache-stable")
	}
	o.seen = &trace{}
	r, err := c.Compress(ctx, text, o)
	if err != nil {
		return Explanation{Result: r}, err
	}
	e := Explanation{Result: r}
	if o.seen.selector != nil { // which an empty text has none of
		o.seen.explain(&e, o)
	}
	return e, nil
}

// A trace notes how a text was chosen from.
type trace struct {
	from   *scored
	layout structure.Layout
	scores []float32 // of the pieces
	*selector
}

// note is called with what is chosen from; a nil trace takes no notes.
func (t *trace) note(s *scored, layout structure.Layout) {
	if t != nil {
		t.from, t.layout = s, layout
	}
}

// chosen is called when the choice is made.
func (t *trace) chosen(s *selector, scores []float32) {
	if t != nil {
		t.selector, t.scores = s, scores
	}
}

// explain appends the units and tokens.
func (t *trace) explain(e *Explanation, o Options) {
	ranks := make([]int, t.pieces.count())
	for i, piece := range t.order {
		ranks[piece] = i + 1
	}
	negates := t.negators()
	protectors := t.protectors(o)
	at := 0
	for i, each := range t.pieces[:t.pieces.count()] {
		unit := ExplainedUnit{Span: t.pieces.span(i), Score: t.scores[i], Rank: ranks[i], Kept: each.is(shown)}
		switch {
		case each.class() == stripped:
			unit.Why = []Why{ByStripping}
		case each.class() == forced:
			unit.Why = why(protectors, unit.Span)
		case each.is(shown) && !each.is(kept) && negates[i]:
			unit.Why = []Why{ByNegation}
		case each.is(shown) && !each.is(kept):
			unit.Why = []Why{ByGlue}
		default:
			unit.Why = []Why{ByScore}
		}
		e.Units = append(e.Units, unit)
		for ; at < len(t.from.read.Tokens) && (int(t.from.read.Tokens[at].Start) < unit.Span[1] || i+1 == t.pieces.count()); at++ {
			each := t.from.read.Tokens[at]
			e.Tokens = append(e.Tokens, ExplainedToken{Span{int(each.Start), int(each.End)}, t.from.scores[at], len(e.Units) - 1})
		}
	}
}

// negators are the pieces that negate one that was kept.
func (t *trace) negators() []bool {
	out := make([]bool, t.pieces.count())
	for _, not := range t.nots {
		if t.pieces[not.of].is(kept) {
			out[not.by] = true
		}
	}
	return out
}

// protectors are what protects something in the text.
func (t *trace) protectors(o Options) []source {
	tags := tagged(t.from.read.Bytes, o.StripTags)
	slices.SortFunc(tags.spans, func(a, b Span) int { return cmp.Compare(a[0], b[0]) })
	all := append([]source{{ByTag, join(tags.spans)}}, sources(t.from.c.Tokenizer, t.from.read.Bytes, o)...)
	if t.layout.Kind == structure.Prose {
		return all
	}
	var fixed []Span
	for _, each := range t.layout.Pieces {
		if each.Fixed {
			fixed = append(fixed, Span{int(each.Start), int(each.End)})
		}
	}
	return append(all, source{ByStructure, fixed})
}

// why are the reasons for a protected piece; pieces come in order, and spans that are past are dropped from the sources.
func why(protectors []source, piece Span) []Why {
	var out []Why
	for i := range protectors {
		s := &protectors[i]
		for len(s.spans) > 0 && s.spans[0][1] <= piece[0] {
			s.spans = s.spans[1:]
		}
		if len(s.spans) > 0 && s.spans[0][0] < piece[1] {
			out = append(out, s.why)
		}
	}
	return out
}
