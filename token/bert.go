package token

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// bertNormalizer cleans text as BERT does: control characters go, every white space is a space, an ideograph stands
// alone, and in the uncased vocabularies accents go and letters are small.
type bertNormalizer struct {
	clean, ideographs, accents, lower bool
}

func readBertNormalizer(raw []byte) (bertNormalizer, error) {
	if isNull(raw) {
		return bertNormalizer{}, nil
	}
	s, err := readStage(raw)
	if err != nil {
		return bertNormalizer{}, err
	}
	if s.Type != "BertNormalizer" {
		return bertNormalizer{}, fmt.Errorf("normalizer %q is not one that WordPiece is read with", s.Type)
	}
	isSet := func(p *bool, otherwise bool) bool {
		if p == nil {
			return otherwise
		}
		return *p
	}
	lower := isSet(s.Lowercase, true)
	return bertNormalizer{isSet(s.CleanText, true), isSet(s.HandleChinese, true), isSet(s.StripAccents, lower), lower}, nil
}

// normalize appends the code points that are left of text, which begins at base in the input.
func (n bertNormalizer) normalize(dst []char, text []byte, base int32) []char {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		start, end := base+int32(i), base+int32(i+size)
		switch {
		case r < utf8.RuneSelf && r > ' ' && r < 0x7F:
			if n.lower && r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
			dst = append(dst, char{r, start, end})
		case n.clean && isControl(r):
		case n.clean && isSpace(r):
			dst = append(dst, char{' ', start, end})
		case n.ideographs && isIdeograph(r):
			dst = append(dst, char{' ', start, end})
			dst = n.fold(dst, r, start, end)
			dst = append(dst, char{' ', start, end})
		default:
			dst = n.fold(dst, r, start, end)
		}
		i += size
	}
	return dst
}

// fold appends r without its accents and in small letters.
func (n bertNormalizer) fold(dst []char, r rune, start, end int32) []char {
	put := func(r rune) {
		if n.accents && unicode.Is(unicode.Mn, r) {
			return
		}
		if n.lower {
			r = unicode.ToLower(r)
		}
		dst = append(dst, char{r, start, end})
	}
	if !n.accents {
		put(r)
		return dst
	}
	decompose(r, put)
	return dst
}

// decompose calls put for the canonical decomposition of r.
func decompose(r rune, put func(rune)) {
	const (
		base, last, lead, vowel, tail = 0xAC00, 0xD7A3, 0x1100, 0x1161, 0x11A7
		vowels, tails                 = 21, 28
	)
	if r >= base && r <= last { // Hangul syllables are decomposed by arithmetic
		i := r - base
		put(lead + i/(vowels*tails))
		put(vowel + i%(vowels*tails)/tails)
		if t := i % tails; t > 0 {
			put(tail + t)
		}
		return
	}
	var buf [utf8.UTFMax]byte
	parts := norm.NFD.Properties(buf[:utf8.EncodeRune(buf[:], r)]).Decomposition()
	if parts == nil {
		put(r)
		return
	}
	for len(parts) > 0 {
		d, size := utf8.DecodeRune(parts)
		put(d)
		parts = parts[size:]
	}
}

// isControl: what the cleaning drops. Tab and the line ends are white space, not control.
func isControl(r rune) bool {
	switch r {
	case '\t', '\n', '\r':
		return false
	case 0, utf8.RuneError:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co)
}

// isIdeograph holds for the CJK blocks that BERT sets apart; Hangul and kana are words like others.
func isIdeograph(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r >= 0x20000 && r <= 0x2A6DF ||
		r >= 0x2A700 && r <= 0x2B73F || r >= 0x2B740 && r <= 0x2B81F || r >= 0x2B920 && r <= 0x2CEAF ||
		r >= 0xF900 && r <= 0xFAFF || r >= 0x2F800 && r <= 0x2FA1F
}
