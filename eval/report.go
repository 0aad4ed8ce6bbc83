package eval

import (
	"encoding/json"
	"fmt"

	"github.com/project-sputnik/sputnik/probe"
)

// Schema is the version of report.json.
const Schema = 1

// A Report is everything that an evaluation found and what is needed to find it again.
type Report struct {
	Schema        int               `json:"schema"`
	Command       string            `json:"command"`
	Versions      map[string]string `json:"versions"`
	Settings      json.RawMessage   `json:"settings"`
	Data          Data              `json:"data"`
	Agent         *Model            `json:"agent,omitempty"`
	Tokenizer     string            `json:"tokenizer"` // that budgets are counted in
	Unit          string            `json:"unit"`
	Reader        Model             `json:"reader"`
	Reconstructor *Model            `json:"reconstructor,omitempty"`
	Bootstrap     Bootstrap         `json:"bootstrap"`
	LossNone      float64           `json:"loss_none"` // mean over probes, nats a token of the answer
	LossFull      float64           `json:"loss_full"`
	AnswersNone   *Answered         `json:"answers_none,omitempty"`
	AnswersFull   *Answered         `json:"answers_full,omitempty"`
	Methods       []Curve           `json:"methods"`
	Comparisons   []Comparison      `json:"comparisons,omitempty"` // the agent less each baseline
	Failed        []Failure         `json:"failed"`
	Notes         []string          `json:"notes,omitempty"`
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
	Identity     string         `json:"sha256,omitempty"` // of a file
	Documents    int            `json:"documents"`
	Probes       int            `json:"probes"`
	Kinds        map[string]int `json:"kinds"`
	Tokens       int            `json:"tokens"`        // of all documents, by the tokenizer that budgets are counted in
	ReaderTokens int            `json:"reader_tokens"` // by the reader's
	Bytes        int            `json:"bytes"`
}

// A Curve is one method over the rates.
type Curve struct {
	Name   string  `json:"name"`
	Draws  int     `json:"draws"`
	Points []Point `json:"points"`
}

// A Point is one method at one rate. Shares are of all documents' tokens or bytes; gap loss is in nats a dropped token,
// reconstruction loss in nats a token.
type Point struct {
	Rate           float64         `json:"rate"`
	Achieved       float64         `json:"achieved"`
	ReaderAchieved float64         `json:"achieved_reader_tokens"`
	BytesAchieved  float64         `json:"achieved_bytes"`
	Loss           float64         `json:"loss"`
	Retained       *probe.Interval `json:"retained,omitempty"`
	Answers        *Answered       `json:"answers,omitempty"`
	Gap            *probe.Interval `json:"gap_loss,omitempty"`
	Reconstruction *probe.Interval `json:"reconstruction_loss,omitempty"`
}

// A Comparison is the agent less a baseline at a rate, paired by document. More retained is better, less gap loss is.
type Comparison struct {
	Rate             float64         `json:"rate"`
	Baseline         string          `json:"baseline"`
	Retained         *probe.Interval `json:"retained,omitempty"`
	RetainedExcludes bool            `json:"retained_excludes_zero"`
	Test             *Test           `json:"test,omitempty"` // of the retained information
	Answers          *probe.Interval `json:"retained_f1,omitempty"`
	AnswersExcludes  bool            `json:"retained_f1_excludes_zero"`
	Gap              *probe.Interval `json:"gap_loss,omitempty"`
	GapExcludes      bool            `json:"gap_loss_excludes_zero"`
}

// summary makes a report of outcomes.
type summary struct {
	*Evaluation
	*Outcomes
	bootstrap probe.Bootstrap
	documents probe.Documents
	report    *Report
}

// Report sums the outcomes up. agent is the method that the others are compared with, -1 for none. What concerns the
// command, and not the measurement, is the caller's to fill in.
func (e *Evaluation) Report(o *Outcomes, agent int, b probe.Bootstrap) *Report {
	s := summary{e, o, b, o.losses(), &Report{
		Schema: Schema, Tokenizer: e.Tokenizer.Name(), Unit: "word", Reader: e.Reader.Model,
		Bootstrap: Bootstrap{b.Seed, b.Resamples, b.Level}, Failed: append([]Failure{}, o.Failed...),
	}}
	if e.Reconstructor != nil {
		s.report.Reconstructor = &e.Reconstructor.Model
	}
	s.data()
	for m, method := range e.Methods {
		curve := Curve{Name: method.Name, Draws: method.Draws}
		for r := range e.Rates {
			curve.Points = append(curve.Points, s.point(m, r))
		}
		s.report.Methods = append(s.report.Methods, curve)
	}
	for m := range e.Methods {
		for r := range e.Rates {
			if agent >= 0 && m != agent {
				s.report.Comparisons = append(s.report.Comparisons, s.compare(agent, m, r))
			}
		}
	}
	s.report.adjust()
	return s.report
}

// less is, for every document, how much less is lost by some cuts than by others.
func (s *summary) less(mine, theirs []int) []float64 {
	loss := func(c cut) float64 { return c.loss }
	differences := s.mean(theirs, loss)
	for i, m := range s.mean(mine, loss) {
		differences[i] -= m
	}
	return differences
}

func (s *summary) data() {
	d := Data{Documents: len(s.each), Kinds: map[string]int{}}
	failed := map[string]bool{}
	for _, f := range s.Failed {
		failed[f.Document] = true
	}
	for _, task := range s.Documents {
		for _, p := range task.Probes {
			if !failed[task.ID] {
				d.Kinds[p.Kind]++
				d.Probes++
			}
		}
	}
	for _, o := range s.each {
		d.Tokens, d.ReaderTokens, d.Bytes = d.Tokens+o.tokens, d.ReaderTokens+o.readerTokens, d.Bytes+o.bytes
	}
	s.report.Data = d
	if s.Answerer != nil {
		s.report.AnswersNone = s.said(func(o outcome) said { return o.saidNone }).of(d.Probes)
		s.report.AnswersFull = s.said(func(o outcome) said { return o.saidFull }).of(d.Probes)
	}
	if s.Reader.Reader == nil {
		return
	}
	s.report.LossNone = s.total(func(o outcome) float64 { return o.none }) / float64(d.Probes)
	s.report.LossFull = s.total(func(o outcome) float64 { return o.full }) / float64(d.Probes)
	if s.report.LossFull >= s.report.LossNone {
		s.report.Notes = append(s.report.Notes, fmt.Sprintf(
			"The whole texts do not help this reader (l(full) %.3f, l(none) %.3f), so no share of their help can be retained: take a better reader.",
			s.report.LossFull, s.report.LossNone))
	}
}

func (s *summary) point(method, rate int) Point {
	cuts, d := s.pick(method, rate), s.report.Data
	share := func(of func(cut) float64, all int) float64 {
		sum := 0.0
		for _, x := range s.mean(cuts, of) {
			sum += x
		}
		return sum / float64(all)
	}
	loss := func(c cut) float64 { return c.loss }
	p := Point{
		Rate:           s.Rates[rate],
		Achieved:       share(func(c cut) float64 { return float64(c.tokens) }, d.Tokens),
		ReaderAchieved: share(func(c cut) float64 { return float64(c.readerTokens) }, d.ReaderTokens),
		BytesAchieved:  share(func(c cut) float64 { return float64(c.bytes) }, d.Bytes),
		Loss:           share(loss, d.Probes),
	}
	if retained, err := s.documents.Retained(s.mean(cuts, loss), s.bootstrap); err == nil { // else the note says why not
		p.Retained = &retained
	}
	if s.Answerer != nil {
		p.Answers = s.answered(cuts)
	}
	if s.Reconstructor != nil {
		p.Gap = ratioInterval(s.bootstrap, s.gap(cuts), nil)
		p.Reconstruction = ratioInterval(s.bootstrap, ratio{
			s.mean(cuts, func(c cut) float64 { return c.gap.Nats }),
			s.mean(cuts, func(c cut) float64 { return float64(c.gap.Tokens) })}, nil)
	}
	return p
}

func (s *summary) gap(cuts []int) ratio {
	return ratio{s.mean(cuts, func(c cut) float64 { return c.gap.GapNats }), s.mean(cuts, func(c cut) float64 { return float64(c.gap.GapTokens) })}
}

func (s *summary) compare(agent, baseline, rate int) Comparison {
	c := Comparison{Rate: s.Rates[rate], Baseline: s.Methods[baseline].Name}
	mine, theirs := s.pick(agent, rate), s.pick(baseline, rate)
	loss := func(c cut) float64 { return c.loss }
	if d, err := s.documents.Difference(s.mean(mine, loss), s.mean(theirs, loss), s.bootstrap); err == nil { // as in point
		c.Retained, c.RetainedExcludes = &d, d.Excludes(0)
		c.Test = significance(s.less(mine, theirs), d.Error, s.bootstrap.Seed)
	}
	if s.Answerer != nil {
		if d, err := s.missed().Difference(s.mean(mine, missedF1), s.mean(theirs, missedF1), s.bootstrap); err == nil { // as in answered
			c.Answers, c.AnswersExcludes = &d, d.Excludes(0)
		}
	}
	if s.Reconstructor != nil {
		other := s.gap(theirs)
		if c.Gap = ratioInterval(s.bootstrap, s.gap(mine), &other); c.Gap != nil {
			c.GapExcludes = c.Gap.Excludes(0)
		}
	}
	return c
}
