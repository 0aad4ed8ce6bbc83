package compress

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/token"
)

var openTag, closeTag = []byte("<keep>"), []byte("</keep>")

// protection is what the caller wants to keep, and what to leave out in any case.
type protection struct {
	spans    []Span // to keep: ascending, not touching
	tags     []Span // to leave out: ascending
	warnings []string
}

func protect(t token.Tokenizer, text []byte, o Options) protection {
	p := tagged(text, o.StripTags)
	for _, s := range sources(t, text, o) {
		p.spans = append(p.spans, s.spans...)
	}
	slices.SortFunc(p.spans, func(a, b Span) int { return cmp.Compare(a[0], b[0]) })
	p.spans = without(join(p.spans), p.tags)
	return p
}

// A source is one of the caller's wishes, and what it protects, ascending.
type source struct {
	why   Why
	spans []Span
}

// sources are the wishes but for tags; t is the model's tokenizer, by whose tokens words are cut.
func sources(t token.Tokenizer, text []byte, o Options) []source {
	var all []source
	for _, word := range o.Keep {
		all = append(all, source{byWord(word), occurrences(text, []byte(word))})
	}
	for _, re := range o.KeepRegexp {
		all = append(all, source{byRegexp(re), matches(text, re)})
	}
	if o.KeepDigits {
		all = append(all, source{ByDigits, numbers(t, text)})
	}
	return all
}

// tagged protects what stands in <keep>...</keep>, with the tags unless they are stripped. Tags nest; one without its
// partner is ordinary text.
func tagged(text []byte, strip bool) protection {
	var p protection
	var open []int
	for at := 0; ; {
		next := bytes.IndexByte(text[at:], '<')
		if next < 0 {
			break
		}
		at += next
		switch {
		case bytes.HasPrefix(text[at:], openTag):
			open = append(open, at)
			at += len(openTag)
		case bytes.HasPrefix(text[at:], closeTag) && len(open) > 0:
			p.pair(open[len(open)-1], at, strip)
			open = open[:len(open)-1]
			at += len(closeTag)
		case bytes.HasPrefix(text[at:], closeTag):
			p.warnings = append(p.warnings, fmt.Sprintf("</keep> at byte %d closes nothing", at))
			at += len(closeTag)
		default:
			at++
		}
	}
	for _, start := range open {
		p.warnings = append(p.warnings, fmt.Sprintf("<keep> at byte %d is never closed", start))
	}
	slices.SortFunc(p.tags, func(a, b Span) int { return cmp.Compare(a[0], b[0]) })
	return p
}

// pair protects what stands between the tags that begin at open and at end.
func (p *protection) pair(open, end int, strip bool) {
	if !strip {
		p.spans = append(p.spans, Span{open, end + len(closeTag)})
		return
	}
	p.spans = append(p.spans, Span{open + len(openTag), end})
	p.tags = append(p.tags, Span{open, open + len(openTag)}, Span{end, end + len(closeTag)})
}

// occurrences finds word where it does not stand inside a longer one.
func occurrences(text, word []byte) []Span {
	var out []Span
	for at := 0; len(word) > 0; {
		next := bytes.Index(text[at:], word)
		if next < 0 {
			break
		}
		start := at + next
		end := start + len(word)
		if !insideWord(text, start) && !insideWord(text, end) {
			out = append(out, Span{start, end})
		}
		_, size := utf8.DecodeRune(text[start:])
		at = start + size
	}
	return out
}

// insideWord says whether the characters on both sides of a border make one word. Scripts that write words without
// spaces have no such border.
func insideWord(text []byte, border int) bool {
	before, _ := utf8.DecodeLastRune(text[:border])
	after, _ := utf8.DecodeRune(text[border:])
	return spells(before) && spells(after)
}

func spells(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9'
	}
	if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func matches(text []byte, re *regexp.Regexp) []Span {
	var out []Span
	for _, m := range re.FindAllIndex(text, -1) {
		out = append(out, Span{m[0], m[1]})
	}
	return out
}

// without cuts holes, ascending, out of spans.
func without(spans, holes []Span) []Span {
	if len(holes) == 0 {
		return spans
	}
	var out []Span
	h := 0
	for _, s := range spans {
		for h < len(holes) && holes[h][1] <= s[0] {
			h++
		}
		for i := h; i < len(holes) && holes[i][0] < s[1]; i++ {
			if holes[i][0] > s[0] {
				out = append(out, Span{s[0], holes[i][0]})
			}
			s[0] = max(s[0], holes[i][1])
		}
		if s[0] < s[1] {
			out = append(out, s)
		}
	}
	return out
}
