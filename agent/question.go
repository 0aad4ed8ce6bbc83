package agent

import (
	"math"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// QuestionFeatures is how many features say what a word has to do with a question. All are 0 without one, and where none
// of its words is found in the text.
const QuestionFeatures = 19

const (
	mostTerms   = 64  // of a question; what more it says is passed over
	fieldLength = 10  // words over which a match fades to 1/e
	nearEnough  = 64  // words from a match at which nearness is 0
	leastCosine = 0.7 // of two words' embeddings that are taken to mean the like

	untoldWeight  = 0.7 // of what a word has for whoever asks nothing
	besideWeight  = 0.2 // of what the words beside a word have
	overlapWeight = 8   // that the best sentence gains, where the scores' deviation counts 2
	sureShare     = 0.4 // of the rate
	surely        = 100 // above any score
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

// asked is what a text has to do with a question: QuestionFeatures of every token.
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
type asked struct {
	matching
	field          []float64 // [unit]
	far            []uint8   // [unit]: words from the nearest match, nearEnough at the most
	lends          []float64 // [sentence]
	widest         float64   // of the field
	best, heaviest float64   // overlap, and weight
}

// asked compares a text with a question; nil where nothing of it is in the text.
func (a *Agent) asked(text token.Text, q question, embedding []float32) *askedPart {
	all := &asked{matching: a.newMatching(text.Bytes, q, embedding)}
	part := token.Part{Text: text, End: len(text.Units)}
	all.look(part)
	if !all.settle() {
		return nil
	}
	return all.place(part)
}

// settle is called when all of the text was looked at; it says whether anything of the question is in it.
func (a *asked) settle() bool {
	if a.weigh(); a.found == 0 {
		return false
	}
	a.lends, a.best, a.heaviest = probe.Lend(a.overlaps), largest(a.overlaps), largest(a.weights)
	a.field, a.far = a.fields()
	a.widest = largest(a.field)
	return true
}

// askedPart is a part of a text with what its words have to do with a question.
type askedPart struct {
	*asked
	part      token.Part
	words     []match // [unit of the part]
	sentences []int32 // [unit of the part]: that it stands in
}

// place finds what the words of a part have to do with the question.
func (a *asked) place(part token.Part) *askedPart {
	p := &askedPart{asked: a, part: part, words: make([]match, len(part.Units)), sentences: make([]int32, len(part.Units))}
	for u := range part.Units {
		p.words[u], p.sentences[u] = a.match(part, u), int32(a.sentence(part, u))
	}
	return p
}

// lent is what the sentence of a part's unit has, or is lent, of the best overlap.
func (a *asked) lent(part token.Part, unit int) float32 {
	return float32(a.lends[a.sentence(part, unit)] / a.best)
}

// write writes the features of the tokens [from, to) to rows that begin width apart.
func (p *askedPart) write(from, to int, rows []float32, width int) {
	units := p.part.Units
	u := unitAt(units, from)
	for i := from; i < to; u++ {
		var f [QuestionFeatures]float32
		m, s, at := p.words[u], p.sentences[u], u+p.part.Skipped
		if m.same >= 0 {
			f[0] = float32(p.weights[m.same] / p.heaviest)
		}
		if m.like >= 0 {
			f[1] = float32(p.weights[m.like] / p.heaviest * m.share)
		}
		if m.meant >= 0 {
			f[2] = float32(p.weights[m.meant] / p.heaviest * (m.cosine - leastCosine) / (1 - leastCosine))
		}
		f[3], f[4], f[5] = nearness[p.far[at]], float32(p.field[at]), float32(p.field[at]/p.widest)
		f[6], f[7], f[8] = float32(p.overlaps[s]), float32(p.overlaps[s]/p.best), float32(p.lends[s]/p.best)
		f[9] = float32(p.found)
		p.kind(f[10:], m)
		for ; i < min(to, int(units[u].End)); i++ {
			copy(rows[(i-from)*width:], f[:])
		}
	}
}

// kind writes what is asked for, and whether a word is of the form that could answer it.
func (q question) kind(f []float32, word match) {
	for kind, is := range q.kinds {
		if !is {
			continue
		}
		f[kind] = 1
		if kind < 2 && word.digit || (kind == 2 || kind == 3) && word.capital {
			f[len(q.kinds)+kind] = 1
		}
	}
}

// lending gives each word a share of what the words before and behind it have, a mean, as their scores come in: a reader
// tells little from an answer without the words around it, where there is no room for its sentence.
type lending struct {
	from, to int     // tokens of the word that came last
	before   float32 // score of the word before it
	own      float32
}

// word takes in the next word, of so many tokens.
func (l *lending) word(scores []float32, tokens int) {
	next := lending{from: l.to, to: l.to + tokens, before: l.own}
	for _, s := range scores[next.from:next.to] {
		next.own += s / float32(tokens)
	}
	if l.to == 0 {
		next.before = next.own // at either end of a text it is as if the word stood twice
	} else {
		l.lend(scores, next.own)
	}
	*l = next
}

// last ends a text.
func (l *lending) last(scores []float32) { l.lend(scores, l.own) }

func (l *lending) lend(scores []float32, behind float32) {
	for i := l.from; i < l.to; i++ {
		scores[i] += besideWeight * (l.before + behind) / 2
	}
}

// leaning makes scores 2 z(score) + overlapWeight x overlap of the unit's sentence, which is in [0, 1] and lent by neighbours: a
// reader does better with a whole sentence than with an answer out of it, where there is room. What the scores alone would
// keep at sureShare of the rate comes before all else: a question need not share words with its answer's sentence.
type leaning struct {
	mean, deviation float64
	sure            float32 // from here on
}

func leanOf(scores []float32, rate float64) leaning {
	mean, square := 0.0, 0.0
	for _, s := range scores {
		mean += float64(s)
		square += float64(s) * float64(s)
	}
	mean /= float64(len(scores))
	deviation := math.Sqrt(max(square/float64(len(scores))-mean*mean, 1e-12))
	return leaning{mean, deviation, largestBut(scores, int(sureShare*rate*float64(len(scores)-1)))}
}

// largestBut is the value that n others of a slice are as large as or larger. It counts the upper half of the bits, and then
// the lower half of those values that share the upper one, so that nothing is sorted or copied.
func largestBut(values []float32, n int) float32 {
	key := func(v float32) uint32 { // in the order of the values
		bits := math.Float32bits(v + 0) // -0 is 0
		if bits>>31 == 1 {
			return ^bits
		}
		return bits | 1<<31
	}
	var upper, lower [1 << 16]int32
	for _, v := range values {
		upper[key(v)>>16]++
	}
	high := skip(upper[:], &n)
	for _, v := range values {
		if k := key(v); k>>16 == high {
			lower[k&0xffff]++
		}
	}
	bits := high<<16 | skip(lower[:], &n)
	if bits>>31 == 1 {
		return math.Float32frombits(bits &^ (1 << 31))
	}
	return math.Float32frombits(^bits)
}

// skip is the key of the value that n of those that are counted come before, from the largest down; n is then among its own.
func skip(counts []int32, n *int) uint32 {
	k := len(counts) - 1
	for *n >= int(counts[k]) {
		*n -= int(counts[k])
		k--
	}
	return uint32(k)
}

// apply changes the scores of a part without its margins.
func (l leaning) apply(scores []float32, part token.Part, overlap func(part token.Part, unit int) float32) {
	for u := part.First; u < part.End; u++ {
		unit, overlap := part.Units[u], overlap(part, u)
		for i := int(unit.First) - part.From; i < int(unit.End)-part.From; i++ {
			s := scores[i]
			z := (float64(s) - l.mean) / l.deviation
			if scores[i] = float32(2*z + overlapWeight*float64(overlap)); s >= l.sure {
				scores[i] += surely
			}
		}
	}
}

func largest(values []float64) float64 {
	most := 1e-9
	for _, v := range values {
		most = max(most, v)
	}
	return most
}
