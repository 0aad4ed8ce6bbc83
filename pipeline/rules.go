package pipeline

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/structure"
	"github.com/project-sputnik/sputnik/probe"
)

// phrases is the table of the rule pruner, in tabs: its first lines say what the columns are.
//
//go:embed phrases.tsv
var phrases string

// The kinds of a line of the table.
const (
	filler    = "filler"    // goes wherever it stands
	discourse = "discourse" // goes where it opens a sentence
	redundant = "redundant" // goes but for some of its words
	stopword  = "stop"      // goes from the ratio of the language's policy on
	policy    = "policy"    // the share removed from which on the stop words go
)

// A Rule is a line of the table.
type Rule struct {
	Language, Kind, Phrase, Keep string
	Example, Result              string // what the rule makes of it
	words                        []string
	keep                         []bool // of words
}

// Rules delete what says little in any text. They are safe for concurrent use.
type Rules struct {
	All     []Rule
	starts  map[string]map[string][]Rule // by language and first word, the longest phrase first
	stops   map[string]float64           // from which ratio on stop words go, by language
	letters map[string]map[string]int    // words that tell a language
}

// DefaultRules are those in the binary.
func DefaultRules() *Rules {
	r, err := ParseRules(phrases)
	if err != nil {
		panic(err) // the table is part of the program, and tested
	}
	return r
}

// ParseRules reads a table.
func ParseRules(table string) (*Rules, error) {
	r := &Rules{starts: map[string]map[string][]Rule{}, stops: map[string]float64{}, letters: tellingWords}
	for n, line := range strings.Split(strings.Trim(table, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if err := r.add(strings.Split(line, "\t")); err != nil {
			return nil, fmt.Errorf("rule table, line %d: %w", n+1, err)
		}
	}
	for _, byFirst := range r.starts {
		for _, rules := range byFirst {
			slices.SortStableFunc(rules, func(a, b Rule) int { return len(b.words) - len(a.words) })
		}
	}
	return r, nil
}

func (r *Rules) add(columns []string) error {
	if len(columns) != 6 {
		return fmt.Errorf("%d columns, want 6", len(columns))
	}
	x := Rule{Language: columns[0], Kind: columns[1], Phrase: columns[2], Keep: columns[3], Example: columns[4], Result: columns[5]}
	r.All = append(r.All, x)
	switch x.Kind {
	case policy:
		from, err := strconv.ParseFloat(x.Phrase, 64)
		r.stops[x.Language] = from
		return err
	case filler, discourse, redundant, stopword:
	default:
		return fmt.Errorf("kind %q; want filler, discourse, redundant, stop or policy", x.Kind)
	}
	x.words = strings.Fields(x.Phrase)
	stays := strings.Fields(x.Keep)
	for _, w := range x.words {
		keep := len(stays) > 0 && stays[0] == w
		if keep {
			stays = stays[1:]
		}
		x.keep = append(x.keep, keep)
	}
	if len(stays) > 0 || len(x.words) == 0 {
		return fmt.Errorf("%q holds no %q in this order", x.Phrase, x.Keep)
	}
	if r.starts[x.Language] == nil {
		r.starts[x.Language] = map[string][]Rule{}
	}
	r.starts[x.Language][x.words[0]] = append(r.starts[x.Language][x.words[0]], x)
	return nil
}

// Prune returns what stays of a text, ascending, when a share is to be removed, and the language that it is in. Text with
// a syntax stays as it is, and so does what stands between <keep> and </keep>.
func (r *Rules) Prune(text string, ratio float64) (kept []compress.Span, language string) {
	language = r.language(text, probe.Words(text))
	if ratio <= 0 || language == "" || !utf8.ValidString(text) || kindOf([]byte(text)) != structure.Prose {
		return complement(len(text), nil), language
	}
	return r.pruneIn(text, language, ratio), language
}

func (r *Rules) pruneIn(text, language string, ratio float64) []compress.Span {
	words, fixed := probe.Words(text), tagged([]byte(text))
	var gone []compress.Span
	for i := 0; i < len(words); {
		rule, found := r.match(text, words[i:], language, ratio)
		if !found || overlaps(fixed, words[i].Start, words[i+len(rule.words)-1].End) {
			i++
			continue
		}
		gone = append(gone, rule.cut(text, words[i:i+len(rule.words)])...)
		i += len(rule.words)
	}
	return complement(len(text), gone)
}

// match is the longest rule whose phrase the words begin with.
func (r *Rules) match(text string, words []probe.Span, language string, ratio float64) (Rule, bool) {
	for _, rule := range r.starts[language][strings.ToLower(text[words[0].Start:words[0].End])] {
		if rule.stands(text, words) && rule.applies(text, words, r.stops[language], ratio) {
			return rule, true
		}
	}
	return Rule{}, false
}

// stands says whether the words are the phrase, with nothing but blanks between them.
func (x Rule) stands(text string, words []probe.Span) bool {
	if len(words) < len(x.words) {
		return false
	}
	for i, w := range x.words {
		if strings.ToLower(text[words[i].Start:words[i].End]) != w || i > 0 && strings.Trim(text[words[i-1].End:words[i].Start], " ") != "" {
			return false
		}
	}
	return true
}

func (x Rule) applies(text string, words []probe.Span, stopsFrom, ratio float64) bool {
	first, last := words[0].Start, words[len(x.words)-1].End
	switch x.Kind {
	case stopword: // a capital A in mid-sentence is a name
		return ratio >= stopsFrom && text[words[0].Start:words[0].End] == x.Phrase && strings.HasPrefix(text[last:], " ")
	case discourse:
		return opens(text, first) && (strings.HasPrefix(text[last:], ", ") || strings.HasSuffix(x.Phrase, " that") && strings.HasPrefix(text[last:], " "))
	}
	return true
}

// opens says whether a sentence or line begins at a place.
func opens(text string, at int) bool {
	before := strings.TrimRight(text[:at], " ")
	return before == "" || strings.HasSuffix(before, "\n") || at > len(before) && strings.ContainsAny(before[len(before)-1:], ".!?:")
}

// cut is what goes of a phrase: the words that do not stay, with the comma behind a phrase that goes whole, and the blanks
// on one side.
func (x Rule) cut(text string, words []probe.Span) []compress.Span {
	if !slices.Contains(x.keep, true) {
		start, end := words[0].Start, words[len(words)-1].End
		if strings.HasPrefix(text[end:], ",") && (opens(text, start) || strings.HasSuffix(strings.TrimRight(text[:start], " "), ",")) {
			end++
		}
		return []compress.Span{blanks(text, start, end)}
	}
	var gone []compress.Span
	lastKept := -1
	for i, keep := range x.keep {
		if keep {
			lastKept = i
		}
	}
	for i, keep := range x.keep {
		switch {
		case keep:
		case i < lastKept:
			gone = append(gone, compress.Span{words[i].Start, words[i+1].Start})
		default:
			gone = append(gone, compress.Span{words[i-1].End, words[i].End})
		}
	}
	return gone
}

// blanks widens a hole over the blanks before it, or behind it where a line or sentence begins.
func blanks(text string, start, end int) compress.Span {
	if !opens(text, start) && start > 0 && text[start-1] == ' ' {
		for start > 0 && text[start-1] == ' ' {
			start--
		}
		return compress.Span{start, end}
	}
	for end < len(text) && text[end] == ' ' {
		end++
	}
	return compress.Span{start, end}
}

// tagged is what stands between <keep> and </keep>; one that is never closed reaches to the end.
func tagged(text []byte) []compress.Span {
	var spans []compress.Span
	depth, start := 0, 0
	for at := 0; at < len(text); at++ {
		switch {
		case bytes.HasPrefix(text[at:], []byte("<keep>")):
			if depth == 0 {
				start = at
			}
			depth++
		case depth > 0 && bytes.HasPrefix(text[at:], []byte("</keep>")):
			if depth--; depth == 0 {
				spans = append(spans, compress.Span{start, at + len("</keep>")})
			}
		}
	}
	if depth > 0 {
		spans = append(spans, compress.Span{start, len(text)})
	}
	return spans
}

func overlaps(spans []compress.Span, start, end int) bool {
	return slices.ContainsFunc(spans, func(s compress.Span) bool { return s[0] < end+1 && start < s[1]+1 })
}

// complement is what is left of n bytes without holes, ascending.
func complement(n int, holes []compress.Span) []compress.Span {
	var left []compress.Span
	at := 0
	for _, h := range holes {
		if h[0] > at {
			left = append(left, compress.Span{at, h[0]})
		}
		at = max(at, h[1])
	}
	if at < n {
		left = append(left, compress.Span{at, n})
	}
	return left
}

// tellingWords are frequent in one language and rare in the others.
var tellingWords = map[string]map[string]int{
	"en": ones("the and of to is in it was for on are with they this that we he she at by from his has have not be or an as i"),
	"de": ones("der die das und ist nicht von mit den dem zu auf für ein eine im sich wir es auch wird bei nimm er haben dass"),
	"es": ones("el la los las de que y en un una es se por con para del al su como mira vino son era cayó"),
	"fr": ones("le les des est et que dans une pour qui il sur pas plus par ce au avec du voir elle nous"),
}

// language is the one whose telling words are most, at least one in twelve; empty where none is, or another script.
func (r *Rules) language(text string, words []probe.Span) string {
	count := map[string]int{}
	for _, w := range words[:min(len(words), 2000)] {
		word := strings.ToLower(text[w.Start:w.End])
		for language, telling := range r.letters {
			count[language] += telling[word]
		}
	}
	best := ""
	for _, language := range []string{"en", "de", "es", "fr"} {
		if n := count[language]; n > count[best] && 12*n >= len(words) {
			best = language
		}
	}
	if best == "" && len(words) > 0 && len(words) < 12 && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) && r > unicode.MaxLatin1 }) {
		return "en" // too short to tell
	}
	return best
}
