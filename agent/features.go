package agent

import (
	"bytes"
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// staticFeatures describe a token wherever it stands, dynamicFeatures where it stands; the rate is the last of them.
const (
	staticFeatures  = 9
	dynamicFeatures = 14
	rateFeature     = dynamicFeatures - 1
)

// opening is how many words a text begins with: later ones are equally far from its beginning, in a paragraph as in a book.
const opening = 200

// statics returns [vocabulary, staticFeatures]: rarity, then the shape of the token's bytes.
func statics(t token.Tokenizer, s *Statistics) []float32 {
	n := t.VocabSize()
	all := make([]float32, n*staticFeatures)
	parts := runtime.GOMAXPROCS(0)
	var working sync.WaitGroup
	for part := range parts {
		working.Go(func() {
			for id := part * n / parts; id < (part+1)*n/parts; id++ {
				describe(all[id*staticFeatures:(id+1)*staticFeatures], t.Decode([]int32{int32(id)}), s.Rarity(int32(id)))
			}
		})
	}
	working.Wait()
	return all
}

// lazyStatics are the same for whoever meets few of the tokens and wants to begin at once.
type lazyStatics struct {
	tokenizer  token.Tokenizer
	statistics *Statistics
	mutex      sync.Mutex
	rows       []float32 // [vocabulary, staticFeatures]
	done       []atomic.Bool
}

func newLazyStatics(t token.Tokenizer, s *Statistics) *lazyStatics {
	n := t.VocabSize()
	return &lazyStatics{tokenizer: t, statistics: s, rows: make([]float32, n*staticFeatures), done: make([]atomic.Bool, n)}
}

// row are the features of a token.
func (l *lazyStatics) row(id int32) []float32 {
	row := l.rows[id*staticFeatures : (id+1)*staticFeatures]
	if l.done[id].Load() {
		return row
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if !l.done[id].Load() {
		describe(row, l.tokenizer.Decode([]int32{id}), l.statistics.Rarity(id))
		l.done[id].Store(true)
	}
	return row
}

func describe(f []float32, piece []byte, rarity float32) {
	word := bytes.TrimLeft(piece, " ")
	first, _ := utf8.DecodeRune(word)
	letters, upper, digits, marks := 0, 0, 0, 0
	for _, r := range string(word) {
		switch {
		case unicode.IsLetter(r):
			letters++
			if unicode.IsUpper(r) {
				upper++
			}
		case unicode.IsDigit(r):
			digits++
		case !unicode.IsSpace(r):
			marks++
		}
	}
	set := func(i int, on bool) {
		if on {
			f[i] = 1
		}
	}
	f[0] = (rarity - 10) / 3
	set(1, len(word) < len(piece) && len(word) > 0)
	set(2, unicode.IsUpper(first))
	set(3, letters > 1 && upper == letters)
	set(4, digits > 0)
	set(5, marks > 0 && letters+digits == 0)
	set(6, bytes.ContainsRune(piece, '\n'))
	set(7, letters > 0 && probe.Stopword(string(bytes.ToLower(word))))
	set(8, letters+digits+marks == 0)
}

// placed is a text, or a part of one, with what only a walk over all of it tells of a token's place.
type placed struct {
	*Statistics
	text    token.Text
	rate    float32
	skipped int          // units before the first
	units   []placedUnit // of the text
	marks   []uint8      // [token]: bits for features 0 to 3
}

// placedUnit is what is found once for a unit, which may be longer than many windows.
type placedUnit struct {
	rarest, rarity float32 // of its tokens, and its own as a word: features 6 and 12
	since          int32   // units since the one that ended a sentence
}

// place walks over a text once; the rest is written window by window.
func (s *Statistics) place(text token.Text, rate float64) *placed {
	p := new(placed)
	p.part(s, token.Part{Text: text}, rate, 0)
	return p
}

// part is place for a part, before whose first unit so many stand since the one that ended a sentence, in the memory that
// the last part took.
func (p *placed) part(s *Statistics, part token.Part, rate float64, since int32) {
	*p = placed{Statistics: s, text: part.Text, rate: float32(4 * (rate - 0.5)), skipped: part.Skipped,
		units: sized(p.units, len(part.Units)), marks: sized(p.marks, len(part.Tokens))}
	clear(p.marks)
	for u, unit := range part.Units {
		rarest := float32(0)
		for _, t := range part.Tokens[unit.First:unit.End] {
			rarest = max(rarest, s.Rarity(t.ID))
		}
		p.units[u] = placedUnit{(rarest - 10) / 3, (s.WordRarity(wordOf(part.Text, unit)) - 10) / 3, since}
		since++
		if endsSentence(part.Bytes[part.Tokens[unit.First].Start:part.Tokens[unit.End-1].End]) {
			since = 0
		}
	}
	p.recurrence()
}

func endsSentence(word []byte) bool {
	for _, c := range word {
		if c == '.' || c == '!' || c == '?' || c == '\n' {
			return true
		}
	}
	return false
}

// write writes the dynamic features of the tokens [from, to), the rate's included, to rows that begin width apart.
func (p *placed) write(from, to int, rows []float32, width int) {
	units := p.text.Units
	u := unitAt(units, from)
	for i := from; i < to; u++ {
		unit, placed := units[u], p.units[u]
		var of [dynamicFeatures]float32 // of the unit
		of[4] = float32(min(unit.End-unit.First, 8)) / 4
		of[6] = placed.rarest
		of[7] = float32(math.Log1p(float64(min(p.skipped+u, opening)))) / 4
		of[8] = float32(math.Log1p(float64(placed.since))) / 3
		of[12] = placed.rarity
		of[rateFeature] = p.rate
		for ; i < min(to, int(unit.End)); i++ {
			f := rows[(i-from)*width:][:dynamicFeatures]
			copy(f, of[:])
			for k := range 4 {
				f[k] = float32(p.marks[i] >> k & 1)
			}
			f[5] = float32(min(i-int(unit.First), 8)) / 4
		}
	}
	p.neighbours(from, to, rows, width)
}

// unitAt is the index of the unit that holds a token.
func unitAt(units []token.Unit, at int) int {
	u, _ := slices.BinarySearchFunc(units, at+1, func(u token.Unit, end int) int { return cmp.Compare(int(u.End), end) })
	return u
}

// neighbours writes how surprising a token is after the one before it and before the one after it, and the lesser of
// both: features 9, 10, 11. At the ends of the text the token's rarity stands in.
func (p *placed) neighbours(from, to int, rows []float32, width int) {
	tokens := p.text.Tokens
	for i := from; i <= to && i < len(tokens); i++ { // between i-1 and i
		if i == 0 {
			rows[9] = rows[6]
			continue
		}
		before, after := tokens[i-1].ID, tokens[i].ID
		log, known := p.pairs.log(pairHash(before, after))
		if i > from {
			rows[(i-1-from)*width+10] = (p.surprisal(before, after, log, known) - 6) / 3
		}
		if i < to {
			rows[(i-from)*width+9] = (p.surprisal(after, before, log, known) - 6) / 3
		}
	}
	if from < to && to == len(tokens) {
		last := rows[(to-1-from)*width:]
		last[10] = last[6]
	}
	for i := from; i < to; i++ {
		f := rows[(i-from)*width:]
		f[11] = min(f[9], f[10])
	}
}

const (
	repeats  = 512  // tokens, or words, apart a repetition still counts
	farthest = 8192 // tokens between two words of which the second still is one
)

// seen is where tokens and words stood last: words by a hash of 64 bits, those of the current repeats words and of as many
// before them.
type seen struct {
	tokens         []int32 // [vocabulary]: index + 1
	words, earlier map[uint64]int32
}

var seens = sync.Pool{New: func() any { return &seen{words: map[uint64]int32{}, earlier: map[uint64]int32{}} }}

// recurrence marks tokens, and words whatever their case, that stand in the text before or after: features 0 to 3.
func (p *placed) recurrence() {
	last := seens.Get().(*seen)
	defer seens.Put(last)
	last.tokens = sized(last.tokens, len(p.unigrams))
	clear(last.tokens)
	clear(last.words)
	clear(last.earlier)
	for i, t := range p.text.Tokens {
		if j := int(last.tokens[t.ID]) - 1; j >= 0 && i-j <= repeats {
			p.marks[i] |= 1
			p.marks[j] |= 2
		}
		last.tokens[t.ID] = int32(i + 1)
	}
	for u, unit := range p.text.Units {
		if u%repeats == 0 {
			last.words, last.earlier = last.earlier, last.words
			clear(last.words)
		}
		hash := longHash(wordOf(p.text, unit))
		before, known := last.words[hash]
		if !known {
			before, known = last.earlier[hash]
		}
		if known && u-int(before) <= repeats && unit.First-p.text.Units[before].First <= farthest {
			p.mark(unit, 4)
			p.mark(p.text.Units[before], 8)
		}
		last.words[hash] = int32(u)
	}
}

func (p *placed) mark(unit token.Unit, bit uint8) {
	for i := unit.First; i < unit.End; i++ {
		p.marks[i] |= bit
	}
}
