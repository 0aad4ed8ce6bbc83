package probe

import (
	"iter"
	"strings"
)

// A Label says how much a span is worth keeping, in nats.
type Label struct {
	Span
	Worth float64
}

// First is where a target stands first in a text without cutting a word. One place is enough to answer from: labels on
// every copy teach a policy to keep them all.
func First(text, target string) (Span, bool) {
	for s := range Places(text, target) {
		return s, true
	}
	return Span{}, false
}

// Places are where a target stands in a text without cutting a word, in order.
func Places(text, target string) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		for at := 0; target != ""; {
			i := strings.Index(text[at:], target)
			if i < 0 {
				return
			}
			s := Span{at + i, at + i + len(target)}
			if whole(text, s) && !yield(s) {
				return
			}
			at = s.End
		}
	}
}

// whole is true if no letter or digit goes on across an end of the span.
func whole(text string, s Span) bool {
	wordByte := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z')
	}
	return !(wordByte(s.Start-1) && wordByte(s.Start)) && !(wordByte(s.End-1) && wordByte(s.End))
}
