package metric

import "strings"

// Stem is the stem of an English word [Porter 1980], with the departures that NLTK's stemmer makes by default and that are
// named where they stand. Whatever is no vowel counts as a consonant, digits too.
func Stem(word string) string {
	word = strings.ToLower(word)
	if stem, known := irregular[word]; known {
		return stem
	}
	if len(word) <= 2 {
		return word
	}
	word = finalY(past(plural(word)))
	return finalL(finalE(step4.apply(step3.apply(doubleSuffix(word)))))
}

// irregular words are NLTK's.
var irregular = map[string]string{"sky": "sky", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news",
	"innings": "inning", "inning": "inning", "outings": "outing", "outing": "outing", "cannings": "canning",
	"canning": "canning", "howe": "howe", "proceed": "proceed", "exceed": "exceed", "succeed": "succeed"}

// A rule puts another ending in the place of one, if what stands before it fulfils a condition.
type rule struct {
	ending, replacement string
	when                func(stem string) bool
}

// rules are tried in turn; the first whose ending fits decides, whether its condition holds or not.
type rules []rule

func (rs rules) apply(word string) string {
	for _, r := range rs {
		if stem, fits := strings.CutSuffix(word, r.ending); fits {
			if r.when(stem) {
				return stem + r.replacement
			}
			return word
		}
	}
	return word
}

// replace makes rules of one condition from "ending replacement, ending replacement, ..."; one word alone is taken away.
func replace(when func(string) bool, pairs string) (out rules) {
	for pair := range strings.SplitSeq(pairs, ", ") {
		ending, replacement, _ := strings.Cut(pair, " ")
		out = append(out, rule{ending, replacement, when})
	}
	return out
}

var (
	step1 = replace(always, "sses ss, ies i, ss ss, s")
	mends = replace(always, "at ate, bl ble, iz ize")
	step2 = append(replace(above(0), "ational ate, tional tion, enci ence, anci ance, izer ize, bli ble, alli al, entli ent, "+
		"eli e, ousli ous, ization ize, ation ate, ator ate, alism al, iveness ive, fulness ful, ousness ous, aliti al, "+
		"iviti ive, biliti ble, fulli ful"), // fulli, and bli for abli, are NLTK's
		rule{"logi", "log", func(stem string) bool { return measure(stem+"l") > 0 }}) // NLTK's, so that geologi becomes geolog
	step3 = replace(above(0), "icate ic, ative, alize al, iciti ic, ical ic, ful, ness")
	step4 = append(append(replace(above(1), "al, ance, ence, er, ic, able, ible, ant, ement, ment, ent"),
		rule{"ion", "", func(stem string) bool { return measure(stem) > 1 && endsIn(stem, "st") }}),
		replace(above(1), "ou, ism, ate, iti, ous, ive, ize")...)
)

func always(string) bool { return true }

func above(m int) func(string) bool { return func(stem string) bool { return measure(stem) > m } }

// plural is step 1a. Of ies in four letters, NLTK leaves the e: dies becomes die.
func plural(word string) string {
	if len(word) == 4 && strings.HasSuffix(word, "ies") {
		return word[:3]
	}
	return step1.apply(word)
}

// past is step 1b. That ied goes the way of ies is NLTK's.
func past(word string) string {
	if stem, fits := strings.CutSuffix(word, "ied"); fits {
		if len(word) == 4 {
			return stem + "ie"
		}
		return stem + "i"
	}
	if stem, fits := strings.CutSuffix(word, "eed"); fits {
		if measure(stem) > 0 {
			return stem + "ee"
		}
		return word
	}
	for _, ending := range []string{"ed", "ing"} {
		if stem, fits := strings.CutSuffix(word, ending); fits && strings.Contains(shape(stem), "v") {
			return mend(stem)
		}
	}
	return word
}

// mend gives a stem that has lost ed or ing the end that it had before.
func mend(stem string) string {
	if mended := mends.apply(stem); mended != stem {
		return mended
	}
	last := len(stem) - 1
	switch {
	case last > 0 && stem[last] == stem[last-1] && strings.HasSuffix(shape(stem), "c"):
		if endsIn(stem, "lsz") {
			return stem
		}
		return stem[:last]
	case measure(stem) == 1 && short(stem):
		return stem + "e"
	}
	return stem
}

// finalY is step 1c. NLTK asks for a consonant before the y that is not the word's first letter; Porter for a vowel.
func finalY(word string) string {
	if stem, fits := strings.CutSuffix(word, "y"); fits && len(stem) > 1 && strings.HasSuffix(shape(stem), "c") {
		return stem + "i"
	}
	return word
}

// doubleSuffix is step 2. What loses alli goes through it again, which is NLTK's.
func doubleSuffix(word string) string {
	if stem, fits := strings.CutSuffix(word, "alli"); fits && measure(stem) > 0 {
		return doubleSuffix(stem + "al")
	}
	return step2.apply(word)
}

// finalE is step 5a.
func finalE(word string) string {
	stem, fits := strings.CutSuffix(word, "e")
	if m := measure(stem); fits && (m > 1 || m == 1 && !short(stem)) {
		return stem
	}
	return word
}

// finalL is step 5b.
func finalL(word string) string {
	if stem, fits := strings.CutSuffix(word, "l"); fits && endsIn(stem, "l") && measure(stem) > 1 {
		return stem
	}
	return word
}

// shape writes v for every vowel of a word and c for every other letter. A y is a vowel after a consonant.
func shape(word string) string {
	out := make([]byte, len(word))
	for i := range out {
		out[i] = 'c'
		if endsIn(word[:i+1], "aeiou") || word[i] == 'y' && i > 0 && out[i-1] == 'c' {
			out[i] = 'v'
		}
	}
	return string(out)
}

// measure is Porter's m: how often a consonant follows a vowel.
func measure(stem string) int { return strings.Count(shape(stem), "vc") }

// short is Porter's *o: consonant, vowel, consonant at the end, the last not w, x or y; or, NLTK's, a vowel and a consonant.
func short(stem string) bool {
	s := shape(stem)
	return s == "vc" || strings.HasSuffix(s, "cvc") && !endsIn(stem, "wxy")
}

func endsIn(word, letters string) bool {
	return word != "" && strings.IndexByte(letters, word[len(word)-1]) >= 0
}
