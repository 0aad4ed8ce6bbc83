package transformer

import (
	"math/rand/v2"

	"github.com/project-sputnik/sputnik/torch"
)

// Exercise is what a model learns from: rows of tokens, padded on the right, and which words it is to say from which of
// their places.
type Exercise struct {
	Rows, Length  int64
	Read          []int64 // [rows, length]
	Places, Words []int64
}

// Ask adds a place, row times length plus column, and the word to say there.
func (e *Exercise) Ask(place, word int64) {
	e.Places, e.Words = append(e.Places, place), append(e.Words, word)
}

// Sample leaves so many of the places, at random: the head is wide, and a sample is an unbiased estimate.
func (e *Exercise) Sample(most int, random *rand.Rand) {
	random.Shuffle(len(e.Places), func(i, j int) {
		e.Places[i], e.Places[j] = e.Places[j], e.Places[i]
		e.Words[i], e.Words[j] = e.Words[j], e.Words[i]
	})
	n := min(len(e.Places), most)
	e.Places, e.Words = e.Places[:n], e.Words[:n]
}

// IDs are the tokens: [rows, length].
func (e *Exercise) IDs(s *torch.Scope) torch.Tensor { return torch.From(s, e.Read, e.Rows, e.Length) }

// Targets are the words: [places].
func (e *Exercise) Targets(s *torch.Scope) torch.Tensor {
	return torch.From(s, e.Words, int64(len(e.Words)))
}

// Picked are the hidden states of the places: hidden [rows, length, width] -> [places, width].
func (e *Exercise) Picked(s *torch.Scope, hidden torch.Tensor) torch.Tensor {
	flat := s.Reshape(hidden, e.Rows*e.Length, hidden.Size(-1))
	return s.IndexSelect(flat, 0, torch.From(s, e.Places, int64(len(e.Places))))
}
