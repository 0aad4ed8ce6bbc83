package token

import "unicode/utf8"

// gpt2Split cuts text as GPT-2's pattern does,
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//
// in one pass and without a regular expression. With digits set, numbers are first cut out of the text (each digit
// apart if single), so that no space joins them and white space before them is a run that ends the text.
type gpt2Split struct {
	digits, single bool
}

// next returns the end of the piece that begins at text[i].
func (s gpt2Split) next(text []byte, i int) int {
	if text[i] == '\'' {
		if n := contraction(text[i+1:]); n > 0 {
			return i + 1 + n
		}
	}
	class, size := classAt(text, i)
	if text[i] == ' ' && i+1 < len(text) {
		c, n := classAt(text, i+1)
		if c != classSpace && !(s.digits && c == classNumber) {
			return runEnd(text, i+1+n, c)
		}
	}
	switch {
	case class == classSpace:
		return s.spaces(text, i+size)
	case class == classNumber && s.single:
		return i + size
	}
	return runEnd(text, i+size, class)
}

// spaces ends a run of white space whose first code point ends at i: the last of several is left for what follows.
func (s gpt2Split) spaces(text []byte, i int) int {
	end := runEnd(text, i, classSpace)
	if end == len(text) || end == i {
		return end
	}
	if s.digits {
		if c, _ := classAt(text, end); c == classNumber {
			return end
		}
	}
	_, last := utf8.DecodeLastRune(text[:end])
	return end - last
}

// contraction returns the length of the English ending that text begins with, or 0.
func contraction(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	switch text[0] {
	case 's', 't', 'm', 'd':
		return 1
	case 'r', 'v', 'l':
		if len(text) < 2 {
			return 0
		}
		if pair := string(text[:2]); pair == "re" || pair == "ve" || pair == "ll" {
			return 2
		}
	}
	return 0
}
