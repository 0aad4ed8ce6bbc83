package token

import "slices"

const (
	wordWindow = 1 << 16 // bytes of a piece that are merged at a time
	windowTail = 1 << 12 // of these the last, which the next window merges again
	mostTries  = 64      // borders at which the next window may begin
)

// runWindows appends the tokens of a piece of any length, which begins at base, with the memory of a window: lay lays out the
// symbols of a part of it. The tokens are those of the whole piece merged at once. For these are the one row of tokens
// of which any two neighbours, merged by themselves, stay what they are; neighbours in a window do; and a window begins
// with a token that the window before has there too.
func (m *merger) runWindows(dst []Token, text []byte, base int, pairs ranker, lay func(window []byte)) []Token {
	var tries []Token // of the last window: where this one begins, and where it could have
	start, from, size := 0, len(dst), wordWindow
	for at := 0; ; {
		end := min(len(text), at+size)
		lay(text[at:end])
		m.run(pairs)
		border := m.border(end - at)
		switch {
		case end == len(text):
			border = len(m.symbols)
		case len(m.symbols) == 0: // nothing to see
			at = end
			continue
		case border == 0:
			size *= 2
			continue
		}
		if n := len(tries); n > 0 && m.token(0, base+at, base+end) != tries[n-1] {
			tries, dst = tries[:n-1], dst[:len(dst)-1]
			if n > 1 {
				at = int(tries[n-2].Start) - base
			} else { // nowhere do they agree: a larger window
				at, dst, size = start, dst[:from], 2*size
			}
			continue
		}
		dst = m.passOn(dst)
		start, from, size, tries = at, len(dst), wordWindow, tries[:0]
		for i := range border {
			dst = append(dst, m.token(i, base+at, base+end))
		}
		if end == len(text) || m.sated {
			return dst
		}
		for i := max(1, border+1-mostTries); i <= border; i++ {
			tries = append(tries, m.token(i, base+at, base+end))
		}
		at += int(m.symbols[border].start)
	}
}

// border is the last symbol, or the first in the tail, of a window of n bytes.
func (m *merger) border(n int) int {
	at, _ := slices.BinarySearchFunc(m.symbols, int32(n-windowTail), func(s symbol, at int32) int { return int(s.start - at) })
	return min(at, len(m.symbols)-1)
}

// token is a symbol as a token of the text, of which [from, to) was merged.
func (m *merger) token(i, from, to int) Token {
	if i+1 < len(m.symbols) {
		to = from + int(m.symbols[i+1].start)
	}
	return newToken(m.symbols[i].id, from+int(m.symbols[i].start), to)
}
