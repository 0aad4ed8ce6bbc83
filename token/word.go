package token

import (
	"bytes"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// The kinds of code points that word ends depend on.
const (
	kindOther  = iota // a unit by itself
	kindLetter        // words: letters of the scripts that part words, and numbers that are not decimal
	kindDigit
	kindExtend // belongs to the code point before it
	kindAlone  // ideographs, kana, Thai, ...: one unit a grapheme
	kindSign   // may begin a number
	kindSpace
	kindPictured // may join with what follows into one grapheme
)

var kinds [unicode.MaxRune + 1]uint8

var loadKinds = sync.OnceFunc(func() {
	fillKind(kindLetter, unicode.L, unicode.Nl, unicode.No)
	fillKind(kindDigit, unicode.Nd)
	fillKind(kindAlone, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
	fillKind(kindSign, unicode.Sc)
	fillKind(kindExtend, unicode.M, unicode.Cf)
	fillKind(kindSpace, unicode.White_Space)
	fillKind(kindPictured, unicode.So, unicode.Regional_Indicator, unicode.Prepended_Concatenation_Mark)
	for _, r := range "\u0e33\u0eb3\uff9e\uff9f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff" {
		kinds[r] = kindExtend
	}
	for _, r := range "+-−." {
		kinds[r] = kindSign
	}
	for _, r := range "‼⁉〰〽↔↕↖↗↘↙↩↪⤴⤵⬅⬆⬇" {
		kinds[r] = kindPictured
	}
	kinds['_'] = kindLetter
	kinds['\u30fc'], kinds['\uff70'] = kindAlone, kindAlone // the long vowel of kana belongs to no one script
	kinds['\u200b'], kinds['\ufeff'] = kindOther, kindOther // these do end a grapheme
})

func fillKind(kind uint8, tables ...*unicode.RangeTable) {
	for _, table := range tables {
		fill(&kinds, table, kind)
	}
}

func runeAt(text []byte, i int) (rune, int) {
	if c := text[i]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRune(text[i:])
}

func kindAt(text []byte, i int) uint8 {
	r, _ := runeAt(text, i)
	return kinds[r]
}

func isCurrency(r rune) bool { return r == '$' || r > 0x80 && unicode.Is(unicode.Sc, r) }

// wordCore returns the end of the word or number that begins with the letter or digit at text[i].
func wordCore(text []byte, i int) int {
	start, commas := i, 0
	for i < len(text) {
		r, size := runeAt(text, i)
		switch kinds[r] {
		case kindLetter, kindDigit, kindExtend:
			i += size
			continue
		}
		if !joins(text, start, i, r, size, &commas) {
			break
		}
		i += size
	}
	if i == len(text) {
		return i
	}
	if end := addressEnd(text, start, i); end > 0 {
		return end
	}
	return suffixEnd(text, i)
}

// joins reports whether the sign r at text[i], which follows a letter or digit, lies inside a word or number.
func joins(text []byte, start, i int, r rune, size int, commas *int) bool {
	if i == start || i+size >= len(text) {
		return false
	}
	before, after := kinds[text[i-1]], kindAt(text, i+size)
	digits := before == kindDigit && after == kindDigit
	switch r {
	case '\'', '’':
		return before != kindDigit && after == kindLetter
	case '.':
		return (before == kindLetter || before == kindDigit || text[i-1] >= utf8.RuneSelf) && (after == kindLetter || after == kindDigit)
	case ':', '/':
		return digits
	case '-':
		return digits || exponent(text, start, i) && after == kindDigit
	case '+':
		return exponent(text, start, i) && after == kindDigit
	case ',':
		return digits && commaJoins(text, start, i, commas)
	}
	return false
}

func exponent(text []byte, start, i int) bool {
	return i-start >= 2 && text[i-1]|0x20 == 'e' && kinds[text[i-2]] == kindDigit && kinds[text[start]] == kindDigit
}

// commaJoins tells "1,000,000" and "3,14" from the list "1,2,3": a comma lies inside a number before three digits, or
// if it is the only one.
func commaJoins(text []byte, start, i int, commas *int) bool {
	end := i + 1
	for end < len(text) && end < i+5 && kinds[text[end]] == kindDigit {
		end++
	}
	*commas++
	if end-i-1 == 3 {
		return true
	}
	return *commas == 1 && (end == len(text) || text[end] != ',') && (start == 0 || text[start-1] != ',')
}

// suffixEnd takes a percent sign or a currency behind a number.
func suffixEnd(text []byte, i int) int {
	if i == len(text) || kinds[text[i-1]] != kindDigit {
		return i
	}
	r, size := runeAt(text, i)
	if r != '%' && r != '‰' && !isCurrency(r) {
		return i
	}
	if i+size < len(text) && (kindAt(text, i+size) == kindExtend || kindAt(text, i+size) == kindDigit) {
		return i
	}
	return i + size
}

// addressEnd returns the end of the URL or e-mail address that text[start:i] begins, or 0.
func addressEnd(text []byte, start, i int) int {
	switch text[i] {
	case ':':
		if bytes.HasPrefix(text[i:], []byte("://")) {
			return urlEnd(text, i+3)
		}
	case '/':
		if bytes.HasPrefix(text[start:i], []byte("www.")) {
			return urlEnd(text, i)
		}
	case '@', '+', '-', '%':
		return mailEnd(text, i)
	}
	return 0
}

// urlEnd takes what may stand in a URL, less the signs that close a sentence or bracket around it.
func urlEnd(text []byte, i int) int {
	from := i
	for i < len(text) && text[i] > ' ' && text[i] < 0x7F && bytes.IndexByte([]byte("<>\"`{}|\\^"), text[i]) < 0 {
		i++
	}
	for i > from && bytes.IndexByte([]byte(".,;:!?'*_"), text[i-1]) >= 0 || closesOutside(text[from:i]) {
		i--
	}
	if i == from || extended(text, i) {
		return 0
	}
	return i
}

// extended reports whether the grapheme before text[i] goes on there.
func extended(text []byte, i int) bool { return i < len(text) && kindAt(text, i) == kindExtend }

// closesOutside reports whether url ends with a bracket that it did not open.
func closesOutside(url []byte) bool {
	return bytes.HasSuffix(url, []byte(")")) && bytes.IndexByte(url, '(') < 0 ||
		bytes.HasSuffix(url, []byte("]")) && bytes.IndexByte(url, '[') < 0
}

// isPlain holds for ASCII letters, digits and the underscore.
func isPlain(c byte) bool {
	return c < utf8.RuneSelf && (kinds[c] == kindLetter || kinds[c] == kindDigit)
}

// maxLocalPart is the most that may stand before the @ of an address (RFC 5321); it also bounds the looking ahead.
const maxLocalPart = 64

// mailEnd returns the end of an address whose local part goes on at text[i], or 0.
func mailEnd(text []byte, i int) int {
	limit := min(len(text), i+maxLocalPart)
	for i < limit && (isPlain(text[i]) || bytes.IndexByte([]byte("+-.%"), text[i]) >= 0) {
		i++
	}
	if i >= len(text) || text[i] != '@' {
		return 0
	}
	dot, end := false, i+1
	for end < len(text) && end < i+256 && (isPlain(text[end]) || text[end] == '-' || text[end] == '.') {
		dot = dot || text[end] == '.' && end > i+1
		end++
	}
	for end > i+1 && (text[end-1] == '.' || text[end-1] == '-') {
		end--
	}
	if !dot || end < i+4 || extended(text, end) {
		return 0
	}
	return end
}

// uuidEnd returns the end of the UUID at text[i], or 0.
func uuidEnd(text []byte, i int) int {
	if i+36 > len(text) || text[i+8] != '-' || text[i+13] != '-' || text[i+18] != '-' || text[i+23] != '-' {
		return 0
	}
	for k, c := range text[i : i+36] {
		if _, hex := hexDigit(c); !hex && k != 8 && k != 13 && k != 18 && k != 23 {
			return 0
		}
	}
	if i+36 < len(text) && (kindAt(text, i+36) == kindExtend || kindAt(text, i+36) == kindLetter || kindAt(text, i+36) == kindDigit) {
		return 0
	}
	return i + 36
}

// graphemeEnd returns the end of the grapheme at text[i]. Most are one code point that nothing extends.
func graphemeEnd(text []byte, i int) int {
	r, size := runeAt(text, i)
	next := i + size
	if next == len(text) || kinds[r] != kindPictured && text[next] < utf8.RuneSelf && r != '\r' && kinds[r] != kindExtend {
		return next
	}
	if kinds[r] != kindPictured && kinds[r] != kindExtend && kindAt(text, next) != kindExtend {
		return next
	}
	size, _, err := graphemes.SplitFunc(text[i:], true)
	if err != nil || size == 0 {
		return next
	}
	return i + size
}
