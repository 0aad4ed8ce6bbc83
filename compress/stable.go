package compress

import (
	"bytes"
	"context"

	"github.com/project-sputnik/sputnik/compress/structure"
)

// stable shortens a text so that what comes out for it begins what comes out for any text that goes on behind it, up to
// r.Stable bytes of the result; so a provider that has cached the one has cached the beginning of the other. Exactly:
//
// Of prose, with r the result for text and q the one for text + more, whatever more is, and the same options:
// q.Text[:r.Stable] = r.Text[:r.Stable] and q.Stable >= r.Stable. It is cut into the blocks of a stream (Stream), and
// r.Stable counts what came of those that have ended: all but the last 512 tokens at the most, or what stands behind the
// last blank line but for 128 tokens before it.
//
// Of a conversation as JSON, with q the result for the same bytes up to behind the last message's brace and further
// messages behind them: the same, and r.Stable counts all messages; what closes the lists and objects comes behind it.
// Every message is shortened by itself. The last turn of the user is not told from the others, since it stops being
// the last: all turns of the user stay whole, and only assistants and tools lose words.
//
// The budget holds for the whole and for every such beginning: what came out of the blocks so far has at most the rate's
// share of the tokens that went in so far, protected bytes excepted. Auto takes for a conversation what parses as one, and
// everything else for prose; the promise holds where both texts are taken for the same.
func (c *Compressor) stable(ctx context.Context, text []byte, o Options, r *Result) error {
	messages, tail, err := structure.Messages(text, wordEnds)
	switch {
	case err == nil && o.Structure != structure.Prose:
		return c.stableChat(ctx, text, messages, tail, o, r)
	case o.Structure == structure.Chat && len(bytes.TrimSpace(text)) > 0:
		return err
	}
	r.Structure, o.Structure = structure.Prose, structure.Prose
	f := newFeed(c, o)
	f.rest = text
	for _, ends := range []bool{false, true} {
		if err := f.drain(ctx, ends, func() error { return nil }); err != nil {
			return err
		}
		if !ends {
			r.Stable = len(f.fresh)
		}
	}
	f.end(r)
	return nil
}

func (c *Compressor) stableChat(ctx context.Context, text []byte, messages []structure.Message, tail structure.Message, o Options, r *Result) error {
	r.Structure, o.Structure = structure.Chat, structure.Chat
	r.Unit, o.Unit = Word, Word
	s := newSequence(c, o)
	for _, m := range append(messages, tail) {
		if m.Start == m.End {
			continue
		}
		if err := s.next(ctx, text[m.Start:m.End], m.Layout); err != nil {
			return err
		}
		if m.Start < tail.Start {
			r.Stable = len(s.fresh)
		}
	}
	s.end(r)
	return nil
}

// end makes what came out the text of a result.
func (s *sequence) end(r *Result) {
	r.Text, r.Kept, r.Protected = string(s.fresh), join(s.kept), join(s.protected)
	s.finish(r)
}
