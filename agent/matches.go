package agent

import (
	"bytes"
	"math"
	"slices"
	"unicode"
	"unicode/utf8"
	"unsafe"

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

// compare compares a word with the question.
func (r *matching) compare(word []byte, tokens []token.Token) match {
	first, _ := utf8.DecodeRune(word)
	m := match{same: -1, like: -1, meant: -1, digit: bytes.ContainsAny(word, "0123456789"), capital: unicode.IsUpper(first)}
	if !unicode.IsLetter(first) && !unicode.IsDigit(first) || probe.Stopword(string(word)) {
		return m
	}
	stem := probe.Stem(string(word))
	meaning := r.agent.meaning(tokens, r.embedding)
	for k, t := range r.terms {
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

// mostKnown is how many words are remembered, and longestKnown the bytes of the longest.
const (
	mostKnown    = 1 << 15
	longestKnown = 64
)

// matching is where a text matches a question.
type matching struct {
	question
	agent     *Agent
	embedding []float32        // [vocabulary, agent.Embedding]
	sentences []probe.Span     // of the text
	known     map[string]match // words come back

	likes    []int8    // [unit]: match.like
	in, last []int     // [term]: sentences that have it, and the last of them
	present  [][]int8  // [sentence]: the terms that it has
	weights  []float64 // [term]: as a share of all
	overlaps []float64 // [sentence]
	found    float64   // share of the weight that stands anywhere
}

func (a *Agent) newMatching(text []byte, q question, embedding []float32) matching {
	r := matching{question: q, agent: a, embedding: embedding, sentences: probe.Sentences(unsafe.String(unsafe.SliceData(text), len(text))),
		known: map[string]match{}, in: make([]int, len(q.terms)), last: make([]int, len(q.terms)), weights: make([]float64, len(q.terms))}
	for k := range r.last {
		r.last[k] = -1
	}
	r.present = make([][]int8, max(1, len(r.sentences)))
	return r
}

// look takes in the units of a part; parts come in order.
func (r *matching) look(part token.Part) {
	for u := part.First; u < part.End; u++ {
		k := r.match(part, u).like
		r.likes = append(r.likes, k)
		if k < 0 {
			continue
		}
		if at := r.sentence(part, u); r.last[k] != at {
			r.last[k] = at
			r.in[k]++
			r.present[at] = append(r.present[at], k)
		}
	}
}

// match is what a unit of a part has to do with the question.
func (r *matching) match(part token.Part, u int) match {
	word := wordOf(part.Text, part.Units[u])
	m, again := r.known[string(word)]
	if !again {
		m = r.compare(word, part.Tokens[part.Units[u].First:part.Units[u].End])
		if len(word) <= longestKnown && len(r.known) < mostKnown {
			r.known[string(word)] = m
		}
	}
	return m
}

// sentence is the one that a unit ends in, or behind.
func (r *matching) sentence(part token.Part, u int) int {
	_, end := part.Units[u].Span(part.Tokens)
	behind, _ := slices.BinarySearchFunc(r.sentences, end, func(s probe.Span, end int) int { return s.Start - end })
	return max(0, behind-1)
}

// weigh gives every term its share of the weight, and every sentence that of its terms, when all of the text was looked at.
func (r *matching) weigh() {
	all := 0.0
	for k, t := range r.terms {
		r.weights[k] = t.rarity * math.Log(1+float64(len(r.sentences))/float64(max(1, r.in[k])))
		all += r.weights[k]
	}
	for k := range r.weights {
		r.weights[k] /= max(all, 1e-9)
		if r.in[k] > 0 {
			r.found += r.weights[k]
		}
	}
	r.overlaps = make([]float64, len(r.present))
	for s, each := range r.present {
		for _, k := range each {
			r.overlaps[s] += r.weights[k]
		}
	}
}

// nearness of a word that so many words part from the nearest match.
var nearness = func() (near [nearEnough + 1]float32) {
	for far := range near {
		near[far] = float32(1 - math.Log1p(float64(far))/math.Log1p(nearEnough))
	}
	return near
}()

// fields walks over the words forwards and backwards: how far what matched last has faded, and how far away it is.
func (r *matching) fields() (field []float64, far []uint8) {
	n := len(r.likes)
	field, far = make([]float64, n), bytes.Repeat([]byte{nearEnough}, n)
	r.walk(0, 1, field, far)
	r.walk(n-1, -1, field, far)
	return field, far
}

func (r *matching) walk(from, step int, field []float64, far []uint8) {
	fade := math.Exp(-1.0 / fieldLength)
	last := make(map[int8]int, len(r.weights)) // step at which each term stood
	sum, since := 0.0, nearEnough
	for i, u := 0, from; i < len(r.likes); i, u = i+1, u+step {
		sum *= fade
		since = min(since+1, nearEnough)
		if k := r.likes[u]; k >= 0 {
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
		far[u] = min(far[u], uint8(since))
	}
}
