package probe

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Span is text[Start:End].
type Span struct{ Start, End int }

func (s Span) of(text string) string { return text[s.Start:s.End] }

// Words are the runs of letters and digits of a text; apostrophes, points, commas and hyphens inside a word belong to it.
// Where words are written without spaces, in Chinese and Japanese, every character is one.
func Words(text string) []Span {
	var words []Span
	start := -1
	for i, r := range text {
		switch {
		case unspaced(r):
			if start >= 0 {
				words = append(words, Span{start, i})
				start = -1
			}
			words = append(words, Span{i, i + utf8.RuneLen(r)})
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r):
			if start < 0 {
				start = i
			}
		case start >= 0 && joins(text, i, r):
		case start >= 0:
			words = append(words, Span{start, i})
			start = -1
		}
	}
	if start >= 0 {
		words = append(words, Span{start, len(text)})
	}
	return words
}

// unspaced says whether a character is of a script that puts no spaces between words.
func unspaced(r rune) bool {
	return r > 0x2E7F && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// joins says whether the mark r at i stands inside a word: between letters or digits, points and commas between digits
// only.
func joins(text string, i int, r rune) bool {
	_, width := utf8.DecodeRuneInString(text[i:])
	next, _ := utf8.DecodeRuneInString(text[i+width:])
	switch r {
	case '\'', '’', '-':
		return unicode.IsLetter(next) || unicode.IsDigit(next)
	case '.', ',', ':':
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		return unicode.IsDigit(before) && unicode.IsDigit(next)
	}
	return false
}

// Sentences cuts a text at line ends, after . ! ? that a new sentence follows, and after the full-width 。！？. White space
// around is left out.
func Sentences(text string) []Span {
	var out []Span
	start := 0
	cut := func(end int) {
		s := Span{start, end}
		inside := s.of(text)
		s.Start += len(inside) - len(strings.TrimLeftFunc(inside, unicode.IsSpace))
		s.End -= len(inside) - len(strings.TrimRightFunc(inside, unicode.IsSpace))
		if s.Start < s.End {
			out = append(out, s)
		}
		start = end
	}
	for i := range len(text) {
		switch text[i] {
		case '\n':
			cut(i)
		case "。"[0], "！"[0]:
			if full := fullStop(text[i:]); full > 0 {
				cut(i + full)
			}
		case '.', '!', '?':
			if end := i + 1 + closers(text[i+1:]); endsSentence(text, i, end) {
				cut(end)
			}
		}
	}
	cut(len(text))
	return out
}

// fullStop is the length of the full-width end of a sentence, with closing quotes, that a text begins with; 0 for none.
func fullStop(text string) int {
	for _, stop := range []string{"。", "！", "？"} {
		if rest, is := strings.CutPrefix(text, stop); is {
			return len(text) - len(strings.TrimLeft(rest, "」』”’）"))
		}
	}
	return 0
}

// closers counts the bytes of quotes and brackets that belong to the sentence before them.
func closers(rest string) int {
	return len(rest) - len(strings.TrimLeft(rest, "\"')]”’"))
}

// endsSentence says whether the mark at i, with quotes up to end, is followed by a new sentence, and is no
// abbreviation's or initial's point.
func endsSentence(text string, i, end int) bool {
	rest := text[end:]
	after := strings.TrimLeft(rest, " \t")
	if len(after) == len(rest) {
		return after == "" || after[0] == '\n'
	}
	next, _ := utf8.DecodeRuneInString(after)
	if unicode.IsLower(next) {
		return false
	}
	if text[i] != '.' {
		return true
	}
	word := text[strings.LastIndexAny(text[:i], " \t\n(\"“")+1 : i]
	initial := utf8.RuneCountInString(word) == 1 && unicode.IsUpper([]rune(word)[0])
	return !initial && !strings.Contains(word, ".") && !abbreviations[strings.ToLower(word)]
}

var abbreviations = setOf("mr mrs ms dr prof st jr sr vs etc no vol fig inc ltd co gen col lt capt sgt rev hon gov sen rep pp ca cf approx dept est")

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}
