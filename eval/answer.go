package eval

import (
	"context"
	"fmt"
	"time"

	"github.com/project-sputnik/sputnik/eval/metric"
	"github.com/project-sputnik/sputnik/probe"
)

// An Answerer writes what it has to say to readings, in their order; reconstructor.Reconstructor is one.
type Answerer interface {
	Answers(ctx context.Context, readings []probe.Reading) ([]string, error)
}

// A said is what answers in words came to, summed over probes: exact matches and F1 as SQuAD counts them.
type said struct{ exact, f1 float64 }

// answer has every document's probes answered in words: with nothing, with everything, with what each variant left.
func (e *Evaluation) answer(ctx context.Context, tasks []probe.Task, each []outcome) error {
	readings := readings(tasks, each)
	keys := make([]string, len(readings))
	for i, r := range readings {
		keys[i] = key(append([]string{"answer", e.Reader.key(), probe.Chat(r), probe.Plain(r), r.Probe.Target}, r.Probe.Also...)...)
	}
	values, err := e.Journal.recall(keys, func(missing []int) ([][]float64, error) { return e.askAnswers(ctx, readings, missing) })
	if err != nil {
		return err
	}
	sum := func(n int) (s said) {
		for _, v := range values[:n] {
			s.exact, s.f1 = s.exact+v[0], s.f1+v[1]
		}
		values = values[n:]
		return s
	}
	for i := range each {
		o := &each[i]
		o.saidNone, o.saidFull = sum(o.probes), sum(o.probes)
		for c := range o.cuts {
			o.cuts[c].said = sum(o.probes)
		}
	}
	return nil
}

func (e *Evaluation) askAnswers(ctx context.Context, readings []probe.Reading, missing []int) ([][]float64, error) {
	fresh := make([]probe.Reading, len(missing))
	for n, i := range missing {
		fresh[n] = readings[i]
	}
	begun := time.Now()
	answers, err := e.Answerer.Answers(ctx, fresh)
	if err != nil {
		return nil, err
	}
	e.timing.Answers.add(len(fresh), e.readerTokens(fresh), time.Since(begun))
	values := make([][]float64, len(fresh))
	for n, r := range fresh {
		right := append([]string{r.Probe.Target}, r.Probe.Also...)
		values[n] = []float64{metric.SquadExact(answers[n], right), metric.SquadF1(answers[n], right)}
	}
	return values, nil
}

// Answered is what answers in words came to, as means over probes. Retained is the share of the F1 that the whole text
// brings, F1 with nothing to read being 0 of it.
type Answered struct {
	Exact    float64         `json:"exact"`
	F1       float64         `json:"f1"`
	Retained *probe.Interval `json:"retained_f1,omitempty"`
}

func (s said) of(probes int) *Answered {
	return &Answered{Exact: s.exact / float64(probes), F1: s.f1 / float64(probes)}
}

// said adds up answers over the documents.
func (o *Outcomes) said(of func(outcome) said) said {
	return said{o.total(func(x outcome) float64 { return of(x).exact }), o.total(func(x outcome) float64 { return of(x).f1 })}
}

// missed are documents as probe.Documents counts them, a miss of F1 being the loss.
func (o *Outcomes) missed() probe.Documents {
	var d probe.Documents
	for _, each := range o.each {
		d.None, d.Full = append(d.None, -each.saidNone.f1), append(d.Full, -each.saidFull.f1)
	}
	return d
}

func missedF1(c cut) float64 { return -c.said.f1 }

func (s *summary) answered(cuts []int) *Answered {
	sum := func(of func(cut) float64) (all float64) {
		for _, x := range s.mean(cuts, of) {
			all += x
		}
		return all
	}
	a := said{sum(func(c cut) float64 { return c.said.exact }), sum(func(c cut) float64 { return c.said.f1 })}.of(s.report.Data.Probes)
	if retained, err := s.missed().Retained(s.mean(cuts, missedF1), s.bootstrap); err == nil { // else there is nothing to retain
		a.Retained = &retained
	}
	return a
}

// answers is a table with what the answers in words came to.
func (r *Report) answers() Table {
	t := Table{
		Title: "Answers in words: F1, exact match, and the share of F1 retained",
		Note:  "As SQuAD counts them, means over probes. Retained is (F1 - nothing) / (whole text - nothing).",
		Head:  append([]string{"scorer"}, r.rates()...),
	}
	same := func(name string, a *Answered) {
		row := []string{name}
		for range r.rates() {
			row = append(row, fmt.Sprintf("%.3f, %.3f", a.F1, a.Exact))
		}
		t.Rows = append(t.Rows, row)
	}
	same("whole text", r.AnswersFull)
	same("nothing", r.AnswersNone)
	for _, m := range r.Methods {
		row := []string{m.Name}
		for _, p := range m.Points {
			row = append(row, fmt.Sprintf("%.3f, %.3f; %s", p.Answers.F1, p.Answers.Exact, cell(p.Answers.Retained, "%.3f [%.3f, %.3f]")))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
