package compress

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/token"
)

// A tally counts the tokens of a text that grows, without reading all of it again: what is far behind is settled. A border
// may settle only where the tokenizer, asked for what lies before and behind it, gives the same tokens as for both
// together, and settleAfter bytes follow.
type tally struct {
	counter
	settled int    // tokens of what is no longer looked at
	window  []byte // the rest of the text
	limit   int    // from how many bytes on to settle again
}

const settleAfter = 1024

func newTally(t token.Tokenizer) *tally {
	return &tally{counter: counter{tokenizer: t}, limit: 3 * settleAfter}
}

// now counts the text.
func (t *tally) now() int { return t.settled + t.count(t.window) }

// with counts the text as if more stood behind it.
func (t *tally) with(more []byte) int {
	t.text = append(append(t.text[:0], t.window...), more...)
	return t.settled + t.count(t.text)
}

// add puts more behind the text.
func (t *tally) add(more []byte) {
	t.window = append(t.window, more...)
	if len(t.window) >= t.limit && !t.settle() {
		t.limit *= 2 // a tokenizer that sees no border: then all of it is counted, and seldom tried again
	}
}

// settle lets go of the beginning of the window, if it can.
func (t *tally) settle() bool {
	all := t.tokenizer.Encode(nil, t.window)
	at, _ := slices.BinarySearchFunc(all, len(t.window)-settleAfter, func(a token.Token, start int) int { return int(a.Start) - start })
	at = min(at, len(all)-1)
	for tries := 0; at > 0 && tries < 8; at-- {
		border := all[at].Start
		if first, _ := utf8.DecodeRune(t.window[border:]); !unicode.IsSpace(first) || border == all[at-1].Start {
			continue
		}
		tries++
		before, behind := t.tokenizer.Encode(nil, t.window[:border]), t.tokenizer.Encode(nil, t.window[border:])
		if sameIDs(all[:at], before) && sameIDs(all[at:], behind) {
			t.settled += at
			t.window = append(t.window[:0], t.window[border:]...)
			t.limit = 3 * settleAfter
			return true
		}
	}
	return false
}

func sameIDs(a, b []token.Token) bool {
	return slices.EqualFunc(a, b, func(x, y token.Token) bool { return x.ID == y.ID })
}
