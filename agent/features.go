package agent

import (
	"bytes"
	"math"
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
	all := make([]float32, t.VocabSize()*staticFeatures)
	for id := range t.VocabSize() {
		describe(all[id*staticFeatures:(id+1)*staticFeatures], t.Decode([]int32{int32(id)}), s.Rarity(int32(id)))
	}
	return all
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

// places writes the dynamic features of every token of a text, the rate's included, to its row.
func (s *Statistics) places(text token.Text, rate float64, row func(i int) []float32) {
	s.recurrence(text, row)
	sinceSentence := 0
	for u, unit := range text.Units {
		word := wordOf(text, unit)
		rarity := (s.WordRarity(word) - 10) / 3
		rarest := float32(0)
		for _, t := range text.Tokens[unit.First:unit.End] {
			rarest = max(rarest, s.Rarity(t.ID))
		}
		for i := unit.First; i < unit.End; i++ {
			f := row(i)
			f[4] = float32(math.Min(float64(unit.End-unit.First), 8)) / 4
			f[5] = float32(math.Min(float64(i-unit.First), 8)) / 4
			f[6] = (rarest - 10) / 3
			f[7] = float32(math.Log1p(math.Min(float64(u), opening))) / 4
			f[8] = float32(math.Log1p(float64(sinceSentence))) / 3
			f[12] = rarity
			f[rateFeature] = float32(4 * (rate - 0.5))
		}
		sinceSentence++
		if bytes.ContainsAny(text.Bytes[text.Tokens[unit.First].Start:text.Tokens[unit.End-1].End], ".!?\n") {
			sinceSentence = 0
		}
	}
	s.neighbours(text.Tokens, row)
}

// neighbours writes how surprising a token is after the one before it and before the one after it, and the largest
// surprisal within its word: features 9, 10, 11.
func (s *Statistics) neighbours(tokens []token.Token, row func(int) []float32) {
	for i, t := range tokens {
		f := row(i)
		f[9], f[10] = f[6], f[6]
		if i > 0 {
			before := tokens[i-1].ID
			f[9] = (s.surprisal(before, t.ID, before, t.ID) - 6) / 3
		}
		if i+1 < len(tokens) {
			after := tokens[i+1].ID
			f[10] = (s.surprisal(t.ID, after, after, t.ID) - 6) / 3
		}
		f[11] = min(f[9], f[10])
	}
}

// window is how many tokens, or words, apart a repetition still counts.
const window = 512

// recurrence marks tokens, and words whatever their case, that stand in the text before or after: features 0 to 3.
func (s *Statistics) recurrence(text token.Text, row func(int) []float32) {
	lastToken := map[int32]int{}
	for i, t := range text.Tokens {
		if j, seen := lastToken[t.ID]; seen && i-j <= window {
			row(i)[0] = 1
			row(j)[1] = 1
		}
		lastToken[t.ID] = i
	}
	known := map[string]int{} // a place in last for every word
	var last []int
	var word []byte
	for u, unit := range text.Units {
		word = lowered(word[:0], wordOf(text, unit))
		at, seen := known[string(word)]
		if !seen {
			known[string(word)] = len(last)
			last = append(last, u)
			continue
		}
		if before := last[at]; u-before <= window {
			mark(text.Units[u], 2, row)
			mark(text.Units[before], 3, row)
		}
		last[at] = u
	}
}

func mark(unit token.Unit, feature int, row func(int) []float32) {
	for i := unit.First; i < unit.End; i++ {
		row(i)[feature] = 1
	}
}
