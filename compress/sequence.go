package compress

import (
	"context"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/compress/structure"
)

// A sequence shortens a text block by block, in order, so that after each block what came out so far has at most the rate's
// share of the tokens of what went in so far, both counted as one text each. What one block leaves of its share goes to
// the next. Protected bytes come out in any case, and then the blocks after them pay for it.
//
// A block's words depend on it and on what came before, and on nothing behind it.
type sequence struct {
	c       *Compressor
	o       Options
	in, out *tally
	at      int  // bytes that went in
	follows bool // whether what came out ends with a letter or digit

	fresh           []byte // what came out, until somebody takes it
	lean            bool   // whether spans are of no use
	kept, protected []Span // of the whole text
	warnings        []string
	forced          bool // whether protected bytes exceeded the share at some time
}

func newSequence(c *Compressor, o Options) *sequence {
	return &sequence{c: c, o: o, in: newTally(o.Tokenizer), out: newTally(o.Tokenizer)}
}

// share is how many tokens may have come out when so many went in.
func (s *sequence) share(in int) int { return int(math.Floor(s.o.Rate * float64(in))) }

// next shortens the block that follows.
func (s *sequence) next(ctx context.Context, text []byte, layout structure.Layout) error {
	o := s.o
	o.CacheStable, o.blockwise, o.follows = false, true, s.follows
	share := s.share(s.in.with(text))
	target := max(0, share-s.out.now())
	var r Result
	for try := 1; ; try++ {
		r = Result{}
		o.TargetTokens = &target
		if err := s.c.reduce(ctx, text, layout, o, &r); err != nil {
			return err
		}
		over := s.out.with([]byte(r.Text)) - share // where two blocks meet a token more may be needed
		if over <= 0 || target == 0 {
			s.forced = s.forced || over > 0 && r.Text != ""
			break
		}
		if target = max(0, target-over); try == 4 {
			target = 0
		}
	}
	s.warn(r.Warnings)
	s.take(text, r.Kept, r.Protected)
	return nil
}

// pass lets spans of protected bytes through.
func (s *sequence) pass(text []byte, spans []Span) {
	s.take(text, spans, spans)
	s.forced = s.forced || s.out.now() > s.share(s.in.now())
}

// skip leaves bytes out.
func (s *sequence) skip(text []byte) {
	s.in.add(text)
	s.at += len(text)
}

// take notes what was kept of a block.
func (s *sequence) take(text []byte, kept, protected []Span) {
	s.in.add(text)
	came := len(s.fresh)
	s.fresh = concatenate(s.fresh, text, kept)
	if out := s.fresh[came:]; len(out) > 0 {
		s.out.add(out)
		last, _ := utf8.DecodeLastRune(out)
		s.follows = spells(last)
	}
	for _, k := range kept {
		if !s.lean {
			s.kept = append(s.kept, Span{s.at + k[0], s.at + k[1]})
		}
	}
	for _, p := range protected {
		if !s.lean {
			s.protected = append(s.protected, Span{s.at + p[0], s.at + p[1]})
		}
	}
	s.at += len(text)
}

// warn takes over what is said about tags; budgets are the sequence's own.
func (s *sequence) warn(warnings []string) {
	for _, w := range warnings {
		if strings.HasPrefix(w, "<keep>") || strings.HasPrefix(w, "</keep>") {
			s.warnings = append(s.warnings, fmt.Sprintf("in the block from byte %d on, %s", s.at, w))
		}
	}
}

// finish writes the sequence's figures into a result.
func (s *sequence) finish(r *Result) {
	r.OriginalTokens, r.CompressedTokens, r.TargetTokens = s.in.now(), s.out.now(), s.share(s.in.now())
	r.Warnings = append(r.Warnings, s.warnings...)
	if r.OriginalTokens > 0 {
		r.Rate = float64(r.CompressedTokens) / float64(r.OriginalTokens)
	}
	if r.CompressedTokens > r.TargetTokens {
		r.Warnings = append(r.Warnings, fmt.Sprintf("with what is protected the text takes %d tokens; the rate allows %d", r.CompressedTokens, r.TargetTokens))
	} else if s.forced {
		r.Warnings = append(r.Warnings, "what is protected took more than the rate allows where it stands; the text behind it made up for that")
	}
}
