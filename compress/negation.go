package compress

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/probe"
)

// farthestNegated is how many words behind a negation the word that it negates is looked for.
const farthestNegated = 4

// negators are the English words that turn round what comes after them; those in n't do too.
var negators = set("not no never without unless cannot nor neither")

// negations returns for each piece the piece that negates it, -1 for most: what is kept must not say the opposite. A
// negation goes with the next word that means something by itself, up to farthestNegated words on in the same clause,
// or with the last word there if none does; "unless" goes with all of them. It knows English only. nil if nothing is
// negated.
func negations(text []byte, pieces []piece) []int32 {
	var by []int32
	var all []int
	for i, p := range pieces {
		if p.class == stripped || p.class == broken || !negates(text[p.start:p.end]) {
			continue
		}
		all = negated(all[:0], text, pieces, i)
		for _, at := range all {
			if by == nil {
				by = slices.Repeat([]int32{-1}, len(pieces))
			}
			by[at] = int32(i)
		}
	}
	return by
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
func negated(dst []int, text []byte, pieces []piece, i int) []int {
	last, found, words := -1, len(dst), 0
	first := bytes.Trim(text[pieces[i].start:pieces[i].end], " \t\r\n*_\"'“”(")
	clause := bytes.EqualFold(first, []byte("unless"))
	for j := i + 1; j < min(len(pieces), i+12) && words < farthestNegated; j++ {
		piece := text[pieces[j].start:pieces[j].end]
		piece = piece[:min(len(piece), longestIdentifier)]
		word := bytes.Trim(piece, " \t\r\n*_\"'(")
		switch {
		case pieces[j].class == stripped:
			continue
		case bytes.ContainsFunc(word, inWords):
			words++
			last = j
		case bytes.ContainsAny(piece, ".,;:!?\n"):
			j = len(pieces) // the clause ends
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
