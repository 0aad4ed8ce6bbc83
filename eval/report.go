package eval

import (
	"encoding/json"

	"github.com/project-sputnik/sputnik/probe"
)

// Schema is the version of report.json. It is raised when a field changes its meaning or goes; docs/report.md says what
// each holds.
const Schema = 2

// A Report is everything that an evaluation found and what is needed to find it again.
type Report struct {
	Schema        int               `json:"schema"`
	Command       string            `json:"command"`
	Versions      map[string]string `json:"versions"`
	Settings      json.RawMessage   `json:"settings"`
	Data          Data              `json:"data"`
	Agents        []Model           `json:"agents,omitempty"` // the trainings of the agent, then others that were compared
	Tokenizer     string            `json:"tokenizer"`        // that budgets are counted in
	Unit          string            `json:"unit"`
	Reader        Model             `json:"reader"`
	Reconstructor *Model            `json:"reconstructor,omitempty"`
	Embedder      *Model            `json:"embedder,omitempty"`
	Bootstrap     Bootstrap         `json:"bootstrap"`
	LossNone      float64           `json:"loss_none"` // mean over probes, nats a token of the answer
	LossFull      float64           `json:"loss_full"`
	AnswerScores  []string          `json:"answer_scores,omitempty"`
	AnswersNone   *Answered         `json:"answers_none,omitempty"`
	AnswersFull   *Answered         `json:"answers_full,omitempty"`
	Measures      []Measured        `json:"measures,omitempty"`
	Methods       []Curve           `json:"methods"`
	Comparisons   []Comparison      `json:"comparisons,omitempty"` // the agent less each other method
	Limits        []Limit           `json:"limits,omitempty"`
	Ceiling       *Ceiling          `json:"ceiling,omitempty"`
	WordClasses   []string          `json:"word_classes"`
	Examples      []Example         `json:"examples,omitempty"`
	Failed        []Failure         `json:"failed"`
	Notes         []string          `json:"notes,omitempty"`

	timing Timing // not part of the report, which is the same bytes every time
}

// Bootstrap says how intervals were made.
type Bootstrap struct {
	Seed      int64   `json:"seed"`
	Resamples int     `json:"resamples"`
	Level     float64 `json:"level"`
}

// Data counts what was measured; failed documents are not in it.
type Data struct {
	Path         string         `json:"path"`
	Task         string         `json:"task"`
	Identity     string         `json:"sha256,omitempty"` // of a file
	Documents    int            `json:"documents"`
	Probes       int            `json:"probes"`
	Kinds        map[string]int `json:"kinds"`
	Tokens       int            `json:"tokens"`        // of all documents, by the tokenizer that budgets are counted in
	ReaderTokens int            `json:"reader_tokens"` // by the reader's
	Bytes        int            `json:"bytes"`
	Characters   int            `json:"characters"`
}

// Measured is a measure that was asked for, with what it comes to at the bounds, where it is defined there.
type Measured struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Lower   bool     `json:"lower_is_better"`
	Nothing *float64 `json:"nothing,omitempty"`
	Whole   *float64 `json:"whole,omitempty"`
	Note    string   `json:"note"`
}

// A Curve is one method over the rates.
type Curve struct {
	Name   string  `json:"name"`
	Draws  int     `json:"draws"`
	Points []Point `json:"points"`
}

// A Point is one method at one rate. Shares are of all documents' tokens, bytes or characters. Measures are by name.
type Point struct {
	Rate               float64                    `json:"rate"`
	Achieved           float64                    `json:"achieved"`
	ReaderAchieved     float64                    `json:"achieved_reader_tokens"`
	BytesAchieved      float64                    `json:"achieved_bytes"`
	CharactersAchieved float64                    `json:"achieved_characters"`
	Loss               float64                    `json:"loss"`
	Retained           *probe.Interval            `json:"retained,omitempty"`
	RetainedByDraw     []float64                  `json:"retained_by_draw,omitempty"` // of methods with several
	Answers            *Answered                  `json:"answers,omitempty"`
	Measures           map[string]*probe.Interval `json:"measures,omitempty"`
	Keeps              KeepRates                  `json:"keep_rates"`
}

// A Comparison is the agent less another method at a rate, paired by document. Retained is of F, Answers of the first
// score of answers in words.
type Comparison struct {
	Rate     float64                `json:"rate"`
	Baseline string                 `json:"baseline"`
	Retained *Difference            `json:"retained,omitempty"`
	Answers  *Difference            `json:"answers,omitempty"`
	Test     *Test                  `json:"test,omitempty"` // of the retained information; of the answers where there is none
	Measures map[string]*Difference `json:"measures,omitempty"`
}

// A Difference is an interval, and whether it excludes 0.
type Difference struct {
	probe.Interval
	ExcludesZero bool `json:"excludes_zero"`
}

func difference(i *probe.Interval) *Difference {
	if i == nil {
		return nil
	}
	return &Difference{*i, i.Excludes(0)}
}

// A Ceiling is what greedy removal by the reader itself keeps of some documents, beside the other methods on the same.
type Ceiling struct {
	Documents int     `json:"documents"`
	Probes    int     `json:"probes"`
	Methods   []Curve `json:"methods"` // the oracle is the last
}

// The rows of tables for the bounds.
const (
	wholeText = "whole text"
	nothing   = "nothing"
)
