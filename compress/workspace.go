package compress

import (
	"sync"

	"github.com/project-sputnik/sputnik/compress/structure"
)

// A workspace is what shortening a text takes in memory, which the next text takes over.
type workspace struct {
	cutter   cutter
	selector selector
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// longestReused is the bytes of a text from which on a workspace is left to the garbage collector.
const longestReused = 1 << 20

// release gives the workspace back after a text of size bytes, unless somebody still looks at it.
func (w *workspace) release(size int, seen bool) {
	if size > longestReused || seen {
		return
	}
	w.cutter.start(nil, structure.Layout{}, protection{}, Word)
	w.selector.start(nil, nil, 0, nil)
	workspaces.Put(w)
}

// choose finds what is kept of the pieces, and how many tokens that takes.
func (w *workspace) choose(layout structure.Layout, target int, o Options, r *Result) {
	if layout.Kind == structure.Prose && !o.blockwise {
		w.cutter.breakLong(target)
	}
	text, all := w.cutter.text, w.cutter.pieces
	s := &w.selector
	s.start(text, all, target, o.Tokenizer)
	if o.Unit == Word {
		all.border(text, w.cutter.edges)
		s.apart, s.follows, s.blockwise, s.nots = true, o.follows, o.blockwise, negations(s.nots, text, all)
	}
	scores := w.cutter.scores
	o.seen.chosen(s, scores)
	if len(text) > longestReused {
		w.cutter = cutter{} // its memory is wanted
	}
	s.choose(scores, r.OriginalTokens)
	r.Kept, r.CompressedTokens = all.spans(shown), s.spent
}
