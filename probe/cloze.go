package probe

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	clozeMinWords = 6 // of a sentence; shorter ones do not say what is missing
	clozeMaxWords = 4 // of a span
)

// Cloze asks for up to limit salient spans of a text (all if limit is 0): numbers, names, and phrases after an article
// that hold a rare word. The prompt is the span's sentence with Gap in its place; a span that its sentence gives away
// is not asked for. Different sentences are asked about before one is asked about twice.
func Cloze(id, text string, limit int, seed int64) Task {
	rng := source(seed, id)
	counts := wordCounts(text)
	var first, more []cloze
	for _, sentence := range Sentences(text) {
		found := spans(text, sentence, counts)
		rng.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
		if len(found) > 0 {
			first, more = append(first, found[0]), append(more, found[1:]...)
		}
	}
	chosen := pick(first, more, limit, rng)
	task := Task{ID: id, Text: text}
	for _, c := range chosen {
		prompt := text[c.sentence.Start:c.span.Start] + Gap + text[c.span.End:c.sentence.End]
		task.Probes = append(task.Probes, Probe{Kind: KindCloze, Prompt: prompt, Target: c.span.of(text)})
	}
	return task
}

// cloze is a span and the sentence that it is cut out of.
type cloze struct{ span, sentence Span }

// pick takes one a sentence first, and the rest only where that is not enough; in the order of the text.
func pick(first, more []cloze, limit int, rng *rand.Rand) []cloze {
	chosen := append(slices.Clone(first), more...)
	if limit > 0 && len(first) >= limit {
		chosen = draw(first, limit, rng)
	} else if limit > 0 {
		chosen = append(slices.Clone(first), draw(more, max(1, limit-len(first)), rng)...)
		chosen = chosen[:min(limit, len(chosen))]
	}
	slices.SortFunc(chosen, func(a, b cloze) int { return cmp.Compare(a.span.Start, b.span.Start) })
	return chosen
}

// spans lists the salient spans of a sentence that the rest of the sentence does not give away.
func spans(text string, sentence Span, counts map[string]int) []cloze {
	words := Words(sentence.of(text))
	if len(words) < clozeMinWords {
		return nil
	}
	for i := range words {
		words[i].Start += sentence.Start
		words[i].End += sentence.Start
	}
	var out []cloze
	for i := 0; i < len(words); {
		n := salient(text, words[i:], i == 0, i > 0 && article(words[i-1].of(text)), counts)
		if n == 0 {
			i++
			continue
		}
		c := cloze{Span{words[i].Start, words[i+n-1].End}, sentence}
		if !givenAway(text, c) {
			out = append(out, c)
		}
		i += n
	}
	return out
}

// salient is the number of words of the span that begins at the first of words; 0 if none does.
func salient(text string, words []Span, begins, articled bool, counts map[string]int) int {
	head := words[0].of(text)
	switch {
	case hasDigit(head):
		return 1
	case isName(head) && !(begins && !nameElsewhere(text, words)):
		return run(text, words, isName)
	case articled && !Stopword(head):
		n := run(text, words, func(w string) bool { return !Stopword(w) && !hasDigit(w) })
		if n <= 3 && rare(text, words[:n], counts) {
			return n
		}
	}
	return 0
}

// run counts the words from the first on that are alike and have one space between them, up to clozeMaxWords.
func run(text string, words []Span, like func(string) bool) int {
	n := 1
	for n < len(words) && n < clozeMaxWords && like(words[n].of(text)) && text[words[n-1].End:words[n].Start] == " " {
		n++
	}
	return n
}

// nameElsewhere is true at the start of a sentence if a name goes on there, or the word is no stop word and stands
// capitalised in mid-sentence elsewhere.
func nameElsewhere(text string, words []Span) bool {
	head := words[0].of(text)
	if Stopword(head) {
		return false
	}
	if len(words) > 1 && isName(words[1].of(text)) && text[words[0].End:words[1].Start] == " " {
		return true
	}
	for at := 0; ; {
		i := strings.Index(text[at:], " "+head)
		if i < 0 {
			return false
		}
		at += i + 1
		if i := at - 2; i >= 0 && (unicode.IsLower(rune(text[i])) || text[i] == ',') {
			return true
		}
	}
}

func article(word string) bool {
	switch strings.ToLower(word) {
	case "the", "a", "an", "of", "its", "their", "his", "her", "this", "by", "in", "for", "from":
		return true
	}
	return false
}

// rare is true if one of the words is long and occurs only once in the text.
func rare(text string, words []Span, counts map[string]int) bool {
	for _, w := range words {
		if word := strings.ToLower(w.of(text)); counts[word] == 1 && utf8.RuneCountInString(word) >= 5 {
			return true
		}
	}
	return false
}

// givenAway is true if the span, or its last word, stands in the rest of its sentence.
func givenAway(text string, c cloze) bool {
	rest := strings.ToLower(text[c.sentence.Start:c.span.Start] + " " + text[c.span.End:c.sentence.End])
	span := strings.ToLower(c.span.of(text))
	return strings.Contains(rest, span[strings.LastIndexByte(span, ' ')+1:])
}

func hasDigit(word string) bool { return strings.IndexFunc(word, unicode.IsDigit) >= 0 }

// isName is true of a capitalised word that is no stop word.
func isName(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r) && len(word) > 1 && !Stopword(word)
}

func wordCounts(text string) map[string]int {
	counts := map[string]int{}
	for _, w := range Words(text) {
		counts[strings.ToLower(w.of(text))]++
	}
	return counts
}
