package pipeline

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/probe"
)

// A Reader is a language model that loses nats on probes and answers them in words; reconstructor.Reconstructor is one.
type Reader interface {
	probe.Reader
	Answers(ctx context.Context, readings []probe.Reading) ([]string, error)
}

// Retention is what is left of what the text tells, with a 95% bootstrap interval over what was asked.
type Retention struct {
	probe.Interval
	By     string  `json:"by"` // "answers" that stand in what is left, or a reader's "losses"
	Probes int     `json:"probes"`
	Told   float64 `json:"told"` // the ratio's parts, so that texts can be summed up
	All    float64 `json:"all"`

	each [][2]float64 // told and all of every probe
}

// What of a text is asked about: its beginning, which any reader can hold.
const readBytes = 6000

// By whom retention is measured.
const (
	byAnswers = "answers"
	byLosses  = "losses"
)

// A Meter measures retention.
type Meter struct {
	Reader Reader // nil measures by answers
	Probes int    // asked of a text, at the most
	Seed   int64
}

// Measure asks cloze questions about the beginning of a text. Retention is nil where there is nothing to ask, or a reader
// learns nothing from the whole text.
func (m Meter) Measure(ctx context.Context, id, text string, kept []compress.Span) (*Retention, error) {
	window := beginning(text)
	task := probe.Cloze(id, window, m.Probes, m.Seed)
	if len(task.Probes) == 0 {
		return nil, nil
	}
	left := within(text, kept, len(window))
	if m.Reader != nil {
		return m.byReader(ctx, task, left)
	}
	r := &Retention{By: byAnswers, Probes: len(task.Probes)}
	var stand []float64
	for _, p := range task.Probes {
		stands := 0.0
		if strings.Contains(left, p.Target) {
			stands = 1
		}
		stand = append(stand, stands)
		r.Told, r.All, r.each = r.Told+stands, r.All+1, append(r.each, [2]float64{stands, 1})
	}
	var err error
	r.Interval, err = probe.Bootstrap{Seed: m.Seed}.Mean(stand)
	return r, err
}

// byReader is F over the probes of a text, each by itself.
func (m Meter) byReader(ctx context.Context, task probe.Task, left string) (*Retention, error) {
	var readings []probe.Reading
	for _, p := range task.Probes {
		for _, context := range []string{"", task.Text, left} {
			readings = append(readings, probe.Reading{Context: context, Probe: p})
		}
	}
	losses, err := m.Reader.Losses(ctx, readings)
	if err != nil {
		return nil, err
	}
	if len(losses) != len(readings) {
		return nil, errors.New("the reader answered other than it was asked")
	}
	r := &Retention{By: byLosses, Probes: len(task.Probes)}
	var docs probe.Documents
	var of []float64
	for i := 0; i < len(losses); i += 3 {
		none, full, some := losses[i].Mean(), losses[i+1].Mean(), losses[i+2].Mean()
		docs.None, docs.Full, of = append(docs.None, none), append(docs.Full, full), append(of, some)
		r.Told, r.All, r.each = r.Told+none-some, r.All+none-full, append(r.each, [2]float64{none - some, none - full})
	}
	if r.Interval, err = docs.Retained(of, probe.Bootstrap{Seed: m.Seed}); err != nil {
		return nil, nil //nolint:nilerr // the text tells this reader nothing about what was asked
	}
	return r, nil
}

// beginning is what a reader is asked about: whole lines where a line ends in the second half of the window.
func beginning(text string) string {
	if len(text) <= readBytes {
		return text
	}
	end := readBytes
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	if line := strings.LastIndexByte(text[:end], '\n'); line > readBytes/2 {
		end = line
	}
	return text[:end]
}

// within is what is kept of the first n bytes.
func within(text string, kept []compress.Span, n int) string {
	var out strings.Builder
	for _, s := range kept {
		if s[0] < n {
			out.WriteString(text[s[0]:min(s[1], n)])
		}
	}
	return out.String()
}

// Answers are what a reader says to a question, of the whole text and of what is left.
type Answers struct {
	Question string `json:"question"`
	Original string `json:"original"`
	Shorter  string `json:"shorter"`
}

// Ask puts a question about both texts to the reader, each cut where it can hold no more.
func (m Meter) Ask(ctx context.Context, text, shorter, question string) (*Answers, error) {
	p := probe.Probe{Kind: probe.KindQuestion, Prompt: question}
	said, err := m.Reader.Answers(ctx, []probe.Reading{{Context: beginning(text), Probe: p}, {Context: beginning(shorter), Probe: p}})
	if err != nil {
		return nil, err
	}
	return &Answers{question, said[0], said[1]}, nil
}
