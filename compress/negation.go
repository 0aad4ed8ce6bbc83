package compress

import (
	"bytes"
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/probe"
)

// farthestNegated is how many words behind a negation the word that it negates is looked for.
const farthestNegated = 4

// negators are the English words that turn round what comes after them; those in n't do too.
var negators = set("not no never without unless cannot nor neither")

// A negation says which piece negates another: what is kept must not say the opposite.
type negation struct{ of, by int32 }

// negations appends to out the pieces that are negated, in order, each by the last that does it. A negation goes with the next word
// that means something by itself, up to farthestNegated words on in the same clause, or with the last word there if none
// does; "unless" goes with all of them. It knows English only.
func negations(out []negation, text []byte, all pieces) []negation {
	var room [8]int
	found := room[:0]
	for i := range all.count() {
		if class := all[i].class(); class == stripped || class == broken || !negates(all.of(text, i)) {
			continue
		}
		found = negated(found[:0], text, all, i)
		for _, at := range found {
			out = append(out, negation{int32(at), int32(i)})
		}
	}
	slices.SortFunc(out, func(a, b negation) int { return cmp.Or(cmp.Compare(a.of, b.of), cmp.Compare(b.by, a.by)) })
	return slices.CompactFunc(out, func(a, b negation) bool { return a.of == b.of })
}

func negates(word []byte) bool {
	if len(word) > 24 || !bytes.ContainsAny(word, "nNuUcC") {
		return false
	}
	var room [24]byte
	plain := room[:0] // in lower case; negators are of ASCII
	for rest := bytes.Trim(word, " \t\r\n*_\"'“”("); len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == '’':
			plain = append(plain, '\'')
		case r >= utf8.RuneSelf:
			return false
		case 'A' <= r && r <= 'Z':
			plain = append(plain, byte(r)+'a'-'A')
		default:
			plain = append(plain, byte(r))
		}
		rest = rest[size:]
	}
	return negators[string(plain)] || bytes.HasSuffix(plain, []byte("n't"))
}

// negated are the pieces that piece i negates.
func negated(dst []int, text []byte, all pieces, i int) []int {
	last, found, words := -1, len(dst), 0
	first := bytes.Trim(all.of(text, i), " \t\r\n*_\"'“”(")
	clause := bytes.EqualFold(first, []byte("unless"))
	for j := i + 1; j < min(all.count(), i+12) && words < farthestNegated; j++ {
		piece := all.of(text, j)
		piece = piece[:min(len(piece), longestIdentifier)]
		word := bytes.Trim(piece, " \t\r\n*_\"'(")
		switch {
		case all[j].class() == stripped:
			continue
		case bytes.ContainsFunc(word, inWords):
			words++
			last = j
		case bytes.ContainsAny(piece, ".,;:!?\n"):
			j = all.count() // the clause ends
			continue
		default:
			continue
		}
		if !probe.Stopword(string(word)) {
			dst = append(dst, j)
			if !clause {
				break
			}
		}
	}
	if len(dst) == found && last >= 0 {
		dst = append(dst, last)
	}
	return dst
}

// inWords says whether words have such a character.
func inWords(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}
