package agent

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// QuestionFeatures is how many features say what a word has to do with a question. All are 0 without one, and where none
// of its words is found in the text.
const QuestionFeatures = 19

const (
	mostTerms   = 64 // of a question; what more it says is passed over
	fieldLength = 10 // words over which a match fades to 1/e
	nearEnough  = 64 // words from a match at which nearness is 0
	lentShare   = 0.3
	leastCosine = 0.7 // of two words' embeddings that are taken to mean the like
	lentFeature = 8   // the last of the overlap's

	overlapWeight = 8
	sureShare     = 0.6
)

// question is what is asked, as words that a text can share.
type question struct {
	terms []term
	kinds [len(kindWords)]bool
}

// term is a word of a question that is no stop word.
type term struct {
	stem    string
	rarity  float64   // nats, of its rarest token
	meaning []float32 // of unit length; nil where the word has none
}

// kindWords say by their presence what kind of answer is asked for: a time, a number, a person, a place, a reason.
var kindWords = [...]string{
	"when year date century decade month", "many much long far old number percentage percent",
	"who whom whose name", "where country city state place location", "why reason cause purpose",
}

// ask reads a question in the words of an embedding: [vocabulary, a.Embedding].
func (a *Agent) ask(text string, embedding []float32) question {
	var q question
	seen := map[string]bool{}
	for _, w := range probe.Words(text) {
		word := text[w.Start:w.End]
		q.asksFor(strings.ToLower(word))
		stem := probe.Stem(word)
		if seen[stem] || probe.Stopword(word) || len(q.terms) == mostTerms {
			continue
		}
		seen[stem] = true
		tokens := a.tokenizer.Encode(nil, []byte(" "+word))
		rarest := float32(0)
		for _, t := range tokens {
			rarest = max(rarest, a.statistics.Rarity(t.ID))
		}
		q.terms = append(q.terms, term{stem, float64(rarest), a.meaning(tokens, embedding)})
	}
	return q
}

// asksFor notes the kind of answer that a word of a question, in lower case, asks for.
func (q *question) asksFor(word string) {
	for kind, words := range kindWords {
		q.kinds[kind] = q.kinds[kind] || slices.Contains(strings.Fields(words), word)
	}
}

// meaning is the mean of the embeddings of some tokens, scaled to unit length.
func (a *Agent) meaning(tokens []token.Token, embedding []float32) []float32 {
	sum := make([]float32, a.Embedding)
	for _, t := range tokens {
		row := a.row(t.ID)
		for i, v := range embedding[row*a.Embedding : (row+1)*a.Embedding] {
			sum[i] += v
		}
	}
	length := math.Sqrt(float64(dot(sum, sum)))
	if length < 1e-6 {
		return nil
	}
	for i := range sum {
		sum[i] /= float32(length)
	}
	return sum
}

func dot(a, b []float32) float32 {
	sum := float32(0)
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// match is what a word has to do with a question's terms.
type match struct {
	same, like int     // terms with its stem, and with a long common beginning; -1 for none
	share      float64 // of the longer of the two words that the common beginning is
	meant      int     // term whose meaning is nearest
	cosine     float64
}

func (a *Agent) match(q question, word []byte, tokens []token.Token, embedding []float32) match {
	m := match{same: -1, like: -1, meant: -1}
	first, _ := utf8.DecodeRune(word)
	if !unicode.IsLetter(first) && !unicode.IsDigit(first) || probe.Stopword(string(word)) {
		return m
	}
	stem := probe.Stem(string(word))
	meaning := a.meaning(tokens, embedding)
	for k, t := range q.terms {
		if t.stem == stem {
			m.same, m.like, m.share = k, k, 1
		}
		if share := beginning(t.stem, stem); share > m.share {
			m.like, m.share = k, share
		}
		if meaning != nil && t.meaning != nil {
			if c := float64(dot(meaning, t.meaning)); c > max(leastCosine, m.cosine) {
				m.meant, m.cosine = k, c
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

// asked writes the question's features of every token, and says whether anything of the question is in the text:
//
//	0-2   weight of the term with the word's stem, a long common beginning, a like meaning; weights by the largest
//	3     nearness of a matching word: 1 - log(1 + words)/log(1 + nearEnough)
//	4, 5  field of the matches around: sum over terms of their share of the weight x exp(-words/fieldLength), and by the text's largest
//	6-8   the same share summed over the sentence's terms, by the best sentence's, and the larger of a neighbour's lent
//	9     share of the question's weight that is found in the text
//	10-14 what kind of answer is asked for
//	15-18 the kinds of it that a digit or a capital answers: a time, a number, a person, a place
//
// A term's weight is its rarity x log(1 + sentences/sentences with it): a word that stands everywhere tells nothing apart.
func (a *Agent) asked(text token.Text, q question, embedding []float32, row func(i int) []float32) bool {
	if len(q.terms) == 0 {
		return false
	}
	r := a.matches(text, q, embedding)
	if r.found == 0 {
		return false
	}
	field, nearness := r.fields()
	most := largest(field)
	lent, best := lend(r.overlaps), largest(r.overlaps)
	heaviest := largest(r.weights)
	for u, unit := range text.Units {
		var f [QuestionFeatures]float32
		m, s := r.words[u], r.sentences[u]
		if m.same >= 0 {
			f[0] = float32(r.weights[m.same] / heaviest)
		}
		if m.like >= 0 {
			f[1] = float32(r.weights[m.like] / heaviest * m.share)
		}
		if m.meant >= 0 {
			f[2] = float32(r.weights[m.meant] / heaviest * (m.cosine - leastCosine) / (1 - leastCosine))
		}
		f[3], f[4], f[5] = nearness[u], float32(field[u]), float32(field[u]/most)
		f[6], f[7], f[8] = float32(r.overlaps[s]), float32(r.overlaps[s]/best), float32(lent[s]/best)
		f[9] = float32(r.found)
		q.kind(f[10:], wordOf(text, unit))
		for i := unit.First; i < unit.End; i++ {
			copy(row(i), f[:])
		}
	}
	return true
}

// kind writes what is asked for, and whether a word is of the form that could answer it.
func (q question) kind(f []float32, word []byte) {
	first, _ := utf8.DecodeRune(word)
	digit, capital := bytes.ContainsAny(word, "0123456789"), unicode.IsUpper(first)
	for kind, is := range q.kinds {
		if !is {
			continue
		}
		f[kind] = 1
		if kind < 2 && digit || (kind == 2 || kind == 3) && capital {
			f[len(q.kinds)+kind] = 1
		}
	}
}

// matching is where a text matches a question.
type matching struct {
	words     []match   // [unit]
	sentences []int     // [unit]: the sentence that it stands in
	weights   []float64 // [term]: as a share of all
	overlaps  []float64 // [sentence]
	found     float64   // share of the weight that stands anywhere
}

func (a *Agent) matches(text token.Text, q question, embedding []float32) matching {
	whole := string(text.Bytes)
	sentences := probe.Sentences(whole)
	r := matching{words: make([]match, len(text.Units)), sentences: make([]int, len(text.Units)), weights: make([]float64, len(q.terms)),
		overlaps: make([]float64, max(1, len(sentences)))}
	in := make([]int, len(q.terms))                 // sentences that have each term
	last := make([]int, len(q.terms))               // of them
	terms := make([][]int, len(r.overlaps))         // of each sentence
	known := make(map[string]match, len(r.words)/4) // words come back
	at := 0
	for k := range last {
		last[k] = -1
	}
	for u, unit := range text.Units {
		tokens := text.Tokens[unit.First:unit.End]
		for at+1 < len(sentences) && tokens[len(tokens)-1].End > sentences[at+1].Start {
			at++
		}
		r.sentences[u] = at
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
	last := make(map[int]int, len(r.weights)) // step at which each term stood
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

// lean makes scores 2 z(score) + 8 overlap of the sentence, which is in [0, 1] and lent by neighbours: a reader does better
// with a whole sentence than with an answer out of it, where there is room. What the scores alone would keep at sureShare of
// the rate comes before all else: a question need not share words with its answer's sentence.
func lean(scores []float32, rate float64, overlap func(i int) float32) {
	mean, square := 0.0, 0.0
	for _, s := range scores {
		mean += float64(s)
		square += float64(s) * float64(s)
	}
	mean /= float64(len(scores))
	deviation := math.Sqrt(max(square/float64(len(scores))-mean*mean, 1e-12))
	ordered := slices.Sorted(slices.Values(scores))
	sure := ordered[len(ordered)-1-int(sureShare*rate*float64(len(ordered)-1))]
	for i, s := range scores {
		z := (float64(s) - mean) / deviation
		if scores[i] = float32(2*z + overlapWeight*float64(overlap(i))); s >= sure {
			scores[i] += 100
		}
	}
}

// lend gives each sentence the larger of its own overlap and a share of its neighbours'.
func lend(own []float64) []float64 {
	out := make([]float64, len(own))
	for i := range own {
		out[i] = own[i]
		if i > 0 {
			out[i] = max(out[i], lentShare*own[i-1])
		}
		if i+1 < len(own) {
			out[i] = max(out[i], lentShare*own[i+1])
		}
	}
	return out
}

func largest(values []float64) float64 {
	most := 1e-9
	for _, v := range values {
		most = max(most, v)
	}
	return most
}
