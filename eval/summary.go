package eval

import (
	"fmt"

	"github.com/project-sputnik/sputnik/probe"
)

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
		Schema: Schema, Tokenizer: e.Tokenizer.Name(), Unit: "word", Reader: e.Reader.Model, WordClasses: WordClasses,
		Bootstrap: Bootstrap{b.Seed, b.Resamples, b.Level}, Failed: append([]Failure{}, o.Failed...),
	}}
	if e.Reconstructor != nil {
		s.report.Reconstructor = &e.Reconstructor.Model
	}
	if e.Embedder != nil {
		s.report.Embedder = &e.Embedder.Model
	}
	s.data()
	s.bounds()
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
	if s.helps() {
		s.report.Limits = s.limits()
	}
	s.report.Examples = s.examples()
	return s.report
}

func (s *summary) data() {
	d := Data{Documents: len(s.each), Kinds: map[string]int{}}
	for i := range s.each {
		o := &s.each[i]
		for _, p := range o.task.Probes {
			d.Kinds[p.Kind]++
			d.Probes++
		}
		d.Tokens, d.ReaderTokens = d.Tokens+o.whole.tokens, d.ReaderTokens+o.whole.readerTokens
		d.Bytes, d.Characters = d.Bytes+o.whole.bytes, d.Characters+o.whole.characters
	}
	s.report.Data = d
}

func ofNothing(o *outcome) cut { return o.nothing }
func ofWhole(o *outcome) cut   { return o.whole }

// bounds is what a reader that sees nothing, or all, comes to.
func (s *summary) bounds() {
	r, probes := s.report, float64(s.report.Data.Probes)
	if s.Answerer != nil {
		sheet, _ := sheetOf(s.Evaluation.Documents) // there is one, or nothing would have been answered
		r.AnswerScores = sheet.scores
		r.AnswersNone, r.AnswersFull = s.saidBy(ofNothing), s.saidBy(ofWhole)
	}
	for _, m := range measures {
		if !s.measured(m) {
			continue
		}
		row := Measured{Name: m.name, Title: m.title, Lower: m.lower, Note: m.note}
		if m.bounded {
			row.Nothing, row.Whole = s.boundary(m, ofNothing), s.boundary(m, ofWhole)
		}
		r.Measures = append(r.Measures, row)
	}
	if s.Reader.Reader == nil {
		return
	}
	r.LossNone = s.total(func(o outcome) float64 { return o.nothing.loss }) / probes
	r.LossFull = s.total(func(o outcome) float64 { return o.whole.loss }) / probes
	if !s.helps() {
		r.Notes = append(r.Notes, fmt.Sprintf(
			"The whole texts do not help this reader (l(full) %.3f, l(none) %.3f), so no share of their help can be retained: take a better reader.",
			r.LossFull, r.LossNone))
	}
}

// measured says whether any cut has the measure.
func (s *summary) measured(m measure) bool {
	for i := range s.each {
		for _, c := range s.each[i].cuts {
			if c.measures[m.name].below > 0 {
				return true
			}
		}
	}
	return false
}

// helps says whether the reader knows more with the texts than without.
func (s *summary) helps() bool { return s.report.LossFull < s.report.LossNone }

func loss(c cut) float64 { return c.loss }

func (s *summary) point(method, rate int) Point {
	cuts, d := s.pick(method, rate), s.report.Data
	share := func(of func(cut) float64, all int) float64 {
		sum := 0.0
		for _, x := range s.mean(cuts, of) {
			sum += x
		}
		return sum / float64(all)
	}
	p := Point{
		Rate:               s.Rates[rate],
		Achieved:           share(func(c cut) float64 { return float64(c.tokens) }, d.Tokens),
		ReaderAchieved:     share(func(c cut) float64 { return float64(c.readerTokens) }, d.ReaderTokens),
		BytesAchieved:      share(func(c cut) float64 { return float64(c.bytes) }, d.Bytes),
		CharactersAchieved: share(func(c cut) float64 { return float64(c.characters) }, d.Characters),
		Loss:               share(loss, d.Probes),
		Keeps:              s.keepRates(cuts),
		Measures:           map[string]*probe.Interval{},
	}
	if s.helps() { // else the note says why not
		p.Retained = s.retained(cuts)
		for _, c := range cuts {
			if one := s.retained([]int{c}); len(cuts) > 1 && one != nil {
				p.RetainedByDraw = append(p.RetainedByDraw, one.Value)
			}
		}
	}
	if s.Answerer != nil {
		p.Answers = s.answered(cuts)
	}
	for _, m := range measures {
		if i := s.interval(m, cuts, nil); i != nil {
			p.Measures[m.name] = i
		}
	}
	return p
}

// retained is F over cuts.
func (s *summary) retained(cuts []int) *probe.Interval {
	i, err := s.documents.Retained(s.mean(cuts, loss), s.bootstrap)
	if err != nil {
		return nil
	}
	return &i
}

func (s *summary) compare(agent, baseline, rate int) Comparison {
	c := Comparison{Rate: s.Rates[rate], Baseline: s.Methods[baseline].Name, Measures: map[string]*Difference{}}
	mine, theirs := s.pick(agent, rate), s.pick(baseline, rate)
	of := func(d probe.Documents, score func(cut) float64) *Difference {
		i, err := d.Difference(s.mean(mine, score), s.mean(theirs, score), s.bootstrap)
		if err != nil { // as in point
			return nil
		}
		return difference(&i)
	}
	if s.Answerer != nil {
		c.Answers = of(s.missed(), missedScore)
		c.Test = s.test(c.Answers, mine, theirs, missedScore)
	}
	if s.Reader.Reader != nil {
		c.Retained = of(s.documents, loss)
		c.Test = s.test(c.Retained, mine, theirs, loss)
	}
	for _, m := range measures {
		if d := difference(s.interval(m, mine, theirs)); d != nil {
			c.Measures[m.name] = d
		}
	}
	return c
}

// test asks whether a difference of documents' losses could be chance.
func (s *summary) test(d *Difference, mine, theirs []int, loss func(cut) float64) *Test {
	if d == nil {
		return nil
	}
	less := s.mean(theirs, loss)
	for i, m := range s.mean(mine, loss) {
		less[i] -= m
	}
	return significance(less, d.Error, s.bootstrap.Seed)
}
