package agent

import (
	"bytes"
	"math"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// match is what a word has to do with a question's terms.
type match struct {
	same, like, meant int8    // terms with its stem, with a long common beginning, and with the nearest meaning; -1 for none
	share             float64 // of the longer of the two words that the common beginning is
	cosine            float64 // of the meanings
	digit, capital    bool    // whether the word has a digit, and begins with a capital
}

func (a *Agent) match(q question, word []byte, tokens []token.Token, embedding []float32) match {
	first, _ := utf8.DecodeRune(word)
	m := match{same: -1, like: -1, meant: -1, digit: bytes.ContainsAny(word, "0123456789"), capital: unicode.IsUpper(first)}
	if !unicode.IsLetter(first) && !unicode.IsDigit(first) || probe.Stopword(string(word)) {
		return m
	}
	stem := probe.Stem(string(word))
	meaning := a.meaning(tokens, embedding)
	for k, t := range q.terms {
		if t.stem == stem {
			m.same, m.like, m.share = int8(k), int8(k), 1
		}
		if share := beginning(t.stem, stem); share > m.share {
			m.like, m.share = int8(k), share
		}
		if meaning != nil && t.meaning != nil {
			if c := float64(dot(meaning, t.meaning)); c > max(leastCosine, m.cosine) {
				m.meant, m.cosine = int8(k), c
			}
		}
	}
	return m
}

// beginning is the share of the longer word that both begin with; 0 where that is under four letters or .6.
func beginning(a, b string) float64 {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	if share := float64(n) / float64(max(len(a), len(b), 1)); n >= 4 && share >= 0.6 {
		return share
	}
	return 0
}

// matching is where a text matches a question.
type matching struct {
	words     []match   // [unit]
	sentences []int32   // [unit]: the sentence that it stands in
	weights   []float64 // [term]: as a share of all
	overlaps  []float64 // [sentence]
	found     float64   // share of the weight that stands anywhere
}

func (a *Agent) matches(text token.Text, q question, embedding []float32) matching {
	whole := string(text.Bytes)
	sentences := probe.Sentences(whole)
	r := matching{words: make([]match, len(text.Units)), sentences: make([]int32, len(text.Units)), weights: make([]float64, len(q.terms)),
		overlaps: make([]float64, max(1, len(sentences)))}
	in := make([]int, len(q.terms))                 // sentences that have each term
	last := make([]int, len(q.terms))               // of them
	terms := make([][]int8, len(r.overlaps))        // of each sentence
	known := make(map[string]match, len(r.words)/4) // words come back
	at := 0
	for k := range last {
		last[k] = -1
	}
	for u, unit := range text.Units {
		tokens := text.Tokens[unit.First:unit.End]
		for at+1 < len(sentences) && int(tokens[len(tokens)-1].End) > sentences[at+1].Start {
			at++
		}
		r.sentences[u] = int32(at)
		word := wordOf(text, unit)
		m, again := known[string(word)]
		if !again {
			m = a.match(q, word, tokens, embedding)
			known[string(word)] = m
		}
		r.words[u] = m
		if m.like >= 0 && last[m.like] != at {
			last[m.like] = at
			in[m.like]++
			terms[at] = append(terms[at], m.like)
		}
	}
	r.weigh(q, in, len(sentences))
	for s, each := range terms {
		for _, k := range each {
			r.overlaps[s] += r.weights[k]
		}
	}
	return r
}

// weigh gives every term its share of the weight; in counts the sentences that have each.
func (r *matching) weigh(q question, in []int, sentences int) {
	all := 0.0
	for k, t := range q.terms {
		r.weights[k] = t.rarity * math.Log(1+float64(sentences)/float64(max(1, in[k])))
		all += r.weights[k]
	}
	for k := range r.weights {
		r.weights[k] /= max(all, 1e-9)
		if in[k] > 0 {
			r.found += r.weights[k]
		}
	}
}

// fields walks over the words forwards and backwards: how far what matched last has faded, and how near it is.
func (r *matching) fields() (field []float64, nearness []float32) {
	n := len(r.words)
	field, nearness = make([]float64, n), make([]float32, n)
	r.walk(0, 1, field, nearness)
	r.walk(n-1, -1, field, nearness)
	return field, nearness
}

func (r *matching) walk(from, step int, field []float64, nearness []float32) {
	fade := math.Exp(-1.0 / fieldLength)
	last := make(map[int8]int, len(r.weights)) // step at which each term stood
	sum, since := 0.0, nearEnough
	for i, u := 0, from; i < len(r.words); i, u = i+1, u+step {
		sum *= fade
		since = min(since+1, nearEnough)
		if k := r.words[u].like; k >= 0 {
			before, stood := last[k]
			if stood {
				sum -= r.weights[k] * math.Exp(-float64(i-before)/fieldLength)
			}
			sum += r.weights[k]
			last[k], since = i, 0
		}
		if sum < 1e-9 {
			sum = 0 // or it would linger as a denormal
		}
		field[u] += sum / 2
		near := 1 - math.Log1p(float64(since))/math.Log1p(nearEnough)
		nearness[u] = max(nearness[u], float32(near))
	}
}
