package eval

import "time"

// Timing is what an evaluation cost. What the journal knew cost nothing and is not in it.
type Timing struct {
	Reader        Cost `json:"reader"`        // tokens of contexts, questions and answers
	Answers       Cost `json:"answers"`       // the same tokens, answered in words
	Reconstructor Cost `json:"reconstructor"` // tokens of the originals
	Scorers       Cost `json:"scorers"`       // tokens ranked and cut, all methods together
}

// A Cost is what one part took.
type Cost struct {
	Calls           int     `json:"calls"` // texts, readings or masks
	Tokens          int     `json:"tokens"`
	Seconds         float64 `json:"seconds"`
	TokensPerSecond float64 `json:"tokens_per_second"`
}

func (c *Cost) add(calls, tokens int, took time.Duration) {
	c.Calls, c.Tokens, c.Seconds = c.Calls+calls, c.Tokens+tokens, c.Seconds+took.Seconds()
	if c.Seconds > 0 {
		c.TokensPerSecond = float64(c.Tokens) / c.Seconds
	}
}
