package eval

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/project-sputnik/sputnik/probe"
)

// An Answerer writes what it has to say to readings, in their order; reconstructor.Reconstructor is one.
type Answerer interface {
	Answers(ctx context.Context, readings []probe.Reading) ([]string, error)
}

// A said is what answers in words came to, by score, summed over probes.
type said []float64

func (s *said) add(scores []float64) {
	if *s == nil {
		*s = make(said, len(scores))
	}
	for i, x := range scores {
		(*s)[i] += x
	}
}

// first is the score that retention is of.
func (s said) first() float64 { return s[0] }

// answer has every document's probes answered in words: with nothing, with everything, with what each variant left.
func (e *Evaluation) answer(ctx context.Context, each []outcome) error {
	sheet, err := sheetOf(e.Documents)
	if err != nil {
		return err
	}
	readings := readings(each)
	keys := make([]string, len(readings))
	for i, r := range readings {
		keys[i] = key("answer", e.Reader.key(), probe.Chat(r), probe.Plain(r))
	}
	values, err := e.Journal.recall(keys, func(missing []int) ([]value, error) {
		fresh := pick(readings, missing)
		begun := time.Now()
		answers, err := e.Answerer.Answers(ctx, fresh)
		e.timing.Answers.add(len(fresh), e.readerTokens(fresh), time.Since(begun))
		return textValues(answers), err
	})
	if err != nil {
		return err
	}
	for i := range each {
		for _, c := range each[i].all() {
			for _, p := range each[i].task.Probes {
				c.said.add(sheet.score(values[0].Text, p))
				c.answers = append(c.answers, values[0].Text)
				values = values[1:]
			}
		}
	}
	return nil
}

// Answered is what answers in words came to, as means over probes. Retained is the share of the first score that the
// whole text brings, with nothing to read being 0 of it.
type Answered struct {
	Scores   []float64       `json:"scores"` // in the order of Report.AnswerScores
	Retained *probe.Interval `json:"retained,omitempty"`
}

func (s said) of(probes int) *Answered {
	a := &Answered{Scores: make([]float64, len(s))}
	for i, x := range s {
		a.Scores[i] = x / float64(probes)
	}
	return a
}

// missed are documents as probe.Documents counts them, a miss of the first score being the loss.
func (o *Outcomes) missed() probe.Documents {
	var d probe.Documents
	for _, each := range o.each {
		d.None, d.Full = append(d.None, -each.nothing.said.first()), append(d.Full, -each.whole.said.first())
	}
	return d
}

func missedScore(c cut) float64 { return -c.said.first() }

func (s *summary) answered(cuts []int) *Answered {
	all := make(said, len(s.report.AnswerScores))
	for i := range all {
		for _, x := range s.mean(cuts, func(c cut) float64 { return c.said[i] }) {
			all[i] += x
		}
	}
	a := all.of(s.report.Data.Probes)
	if retained, err := s.missed().Retained(s.mean(cuts, missedScore), s.bootstrap); err == nil { // else there is nothing to retain
		a.Retained = &retained
	}
	return a
}

// saidBy sums up what was said with nothing or everything to read.
func (s *summary) saidBy(of func(*outcome) cut) *Answered {
	all := make(said, len(s.report.AnswerScores))
	for i := range s.each {
		all.add(of(&s.each[i]).said)
	}
	return all.of(s.report.Data.Probes)
}

// answers is a table with what the answers in words came to.
func (r *Report) answers() Table {
	t := Table{
		Title: "Answers in words: " + strings.Join(r.AnswerScores, ", ") + ", and the share of " + r.AnswerScores[0] + " retained",
		Note:  fmt.Sprintf("Means over probes. Retained is (%s - nothing) / (whole text - nothing).", r.AnswerScores[0]),
		Head:  append([]string{"scorer"}, r.rates()...),
	}
	same := func(name string, a *Answered) {
		row := []string{name}
		for range r.rates() {
			row = append(row, format(a.Scores))
		}
		t.Rows = append(t.Rows, row)
	}
	same(wholeText, r.AnswersFull)
	same(nothing, r.AnswersNone)
	for _, m := range r.Methods {
		row := []string{m.Name}
		for _, p := range m.Points {
			row = append(row, format(p.Answers.Scores)+"; "+cell(p.Answers.Retained, "%.3f [%.3f, %.3f]"))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
