package compress

import (
	"bytes"
	"math/rand/v2"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

func random(_ token.Text, _ Language, seed int64, scores []float32) {
	rng := rand.New(rand.NewPCG(uint64(seed), 0))
	for i := range scores {
		scores[i] = rng.Float32()
	}
}

func first(_ token.Text, _ Language, _ int64, scores []float32) {
	for i := range scores {
		scores[i] = float32(-i)
	}
}

func last(_ token.Text, _ Language, _ int64, scores []float32) {
	for i := range scores {
		scores[i] = float32(i)
	}
}

func position(_ token.Text, _ Language, _ int64, scores []float32) {
	for i := range scores {
		scores[i] = float32(-min(i, len(scores)-1-i))
	}
}

func length(text token.Text, _ Language, _ int64, scores []float32) {
	eachWord(text, scores, func(word []byte) float32 { return float32(utf8.RuneCount(word)) })
}

// stopword is 1 to 2 for what means something by itself, 0 to 1 for stop words, marks and white space.
func stopword(text token.Text, language Language, seed int64, scores []float32) {
	draws := make([]float32, len(scores))
	random(text, language, seed, draws)
	eachWord(text, scores, func(word []byte) float32 {
		if len(probe.Words(string(word))) == 0 || probe.Stopword(string(word)) {
			return 0
		}
		return 1
	})
	for i := range scores {
		scores[i] += draws[i]
	}
}

// frequency goes by how rare the word is, and where words are equally rare by their tokens.
func frequency(text token.Text, language Language, _ int64, scores []float32) {
	eachWord(text, scores, language.WordRarity)
	for i, t := range text.Tokens {
		scores[i] += language.Rarity(t.ID) / 1000
	}
}

func ngram(text token.Text, language Language, _ int64, scores []float32) {
	for i, t := range text.Tokens {
		if i == 0 {
			scores[i] = language.Rarity(t.ID)
			continue
		}
		scores[i] = language.Surprisal(text.Tokens[i-1].ID, t.ID)
	}
}

// eachWord gives all tokens of a word the score of the word, which is seen without white space around it.
func eachWord(text token.Text, scores []float32, score func(word []byte) float32) {
	for _, u := range text.Units {
		start, end := u.Span(text.Tokens)
		s := score(bytes.TrimSpace(text.Bytes[start:end]))
		for i := u.First; i < u.End; i++ {
			scores[i] = s
		}
	}
}
