package eval

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// Timing is what an evaluation cost. What the journal knew cost nothing and is not in it.
type Timing struct {
	Reader        Cost             `json:"reader"`        // tokens of contexts, questions and answers
	Answers       Cost             `json:"answers"`       // the same tokens, answered in words
	Reconstructor Cost             `json:"reconstructor"` // tokens of the originals
	Rebuilding    Cost             `json:"rebuilding"`    // tokens that were kept
	Scorers       map[string]*Cost `json:"scorers"`       // tokens ranked and cut, by method
	EndToEnd      []EndToEnd       `json:"end_to_end,omitempty"`
}

func (t *Timing) scorer(method string) *Cost {
	if t.Scorers == nil {
		t.Scorers = map[string]*Cost{}
	}
	if t.Scorers[method] == nil {
		t.Scorers[method] = &Cost{}
	}
	return t.Scorers[method]
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

// EndToEnd is what it takes to shorten documents and to have the reader take in what is left, with every probe behind
// it: one document after the other, as one user would.
type EndToEnd struct {
	Method          string  `json:"method"`
	Rate            float64 `json:"rate"`
	Documents       int     `json:"documents"`
	Tokens          int     `json:"tokens"`   // of the documents
	Left            int     `json:"left"`     // of these, in what the reader was given
	Compress        float64 `json:"compress"` // seconds
	Read            float64 `json:"read"`     // seconds
	TokensPerSecond float64 `json:"tokens_per_second"`
}

// timedDocuments are read anew, whatever the journal knows; one more before them warms up.
const timedDocuments = 10

// endToEnd times every method where that was asked for.
func (s *session) endToEnd(ctx context.Context) ([]EndToEnd, error) {
	e := s.evaluation
	if !e.wants("end_to_end_time") || e.Reader.Reader == nil {
		return nil, nil
	}
	all := []EndToEnd{}
	documents := e.Documents[:min(timedDocuments, len(e.Documents))]
	for m := -1; m < len(e.Methods); m++ {
		rates := e.Rates
		if m < 0 {
			rates = []float64{1}
		}
		for _, rate := range rates {
			t := EndToEnd{Method: wholeText, Rate: rate, Documents: len(documents)}
			if m >= 0 {
				t.Method = e.Methods[m].Name
			}
			for i, task := range slices.Concat(documents[:1], documents) {
				if i == 1 { // warm
					t.Compress, t.Read, t.Tokens, t.Left = 0, 0, 0, 0
				}
				if err := e.timeOne(ctx, task, m, rate, &t); err != nil {
					return nil, fmt.Errorf("time %s: %w", t.Method, err)
				}
			}
			t.TokensPerSecond = float64(t.Tokens) / (t.Compress + t.Read)
			all = append(all, t)
		}
	}
	return all, nil
}

// timeOne shortens and reads one document; no method reads it whole.
func (e *Evaluation) timeOne(ctx context.Context, task probe.Task, method int, rate float64, t *EndToEnd) error {
	left, begun := task.Text, time.Now()
	text := token.Read(e.Tokenizer, []byte(task.Text))
	tokens := len(text.Tokens)
	if method >= 0 {
		scorer, err := e.Methods[method].Scorer(Draw{0, seedOf(e.Seed, 0, task.ID), task})
		if err != nil {
			return err
		}
		scores, err := scorer.Score(ctx, text, rate)
		if err != nil {
			return err
		}
		units := env.Select(scores, text.Units, env.Budget(len(text.Tokens), rate), nil)
		kept := env.TokenMask(units, text.Units, len(text.Tokens))
		left, tokens = string(text.Kept(kept)), trues(kept)
		t.Compress += time.Since(begun).Seconds()
	}
	t.Tokens, t.Left = t.Tokens+len(text.Tokens), t.Left+tokens
	var readings []probe.Reading
	for _, p := range task.Probes {
		readings = append(readings, probe.Reading{Context: left, Probe: p})
	}
	begun = time.Now()
	_, err := e.Reader.Losses(ctx, readings)
	t.Read += time.Since(begun).Seconds()
	return err
}

// table shows end-to-end times.
func (t Timing) table() Table {
	table := Table{Title: "End to end: seconds a document, to shorten it and to have the reader take in what is left and every probe",
		Note: "One document after the other on this machine, with whatever else ran on it. In timing.json, apart from the report, which is the same bytes every time.",
		Head: []string{"scorer", "rate", "shorten", "read", "document tokens/s"}}
	for _, e := range t.EndToEnd {
		n := float64(e.Documents)
		table.Rows = append(table.Rows, []string{e.Method, fmt.Sprintf("%.2f", e.Rate), fmt.Sprintf("%.4f", e.Compress/n),
			fmt.Sprintf("%.3f", e.Read/n), fmt.Sprintf("%.0f", e.TokensPerSecond)})
	}
	return table
}
