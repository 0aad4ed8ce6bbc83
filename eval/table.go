package eval

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/probe"
)

// A Table is one of the report's, in words.
type Table struct {
	Title, Note string
	Head        []string
	Rows        [][]string
}

// Tables are the report's figures: what was retained, how the agent compares and whether by chance, what was answered,
// what gaps cost, and the raw losses.
func (r *Report) Tables() []Table {
	var tables []Table
	if r.LossNone > 0 {
		tables = append(tables, r.retained())
	}
	if r.LossNone > 0 && len(r.Comparisons) > 0 {
		tables = append(tables, r.compared("The agent less each baseline, F, paired by document", "* the interval excludes 0.",
			func(c Comparison) (*probe.Interval, bool) { return c.Retained, c.RetainedExcludes }), r.tested())
	}
	if r.AnswersFull != nil {
		tables = append(tables, r.answers())
	}
	if r.AnswersFull != nil && len(r.Comparisons) > 0 {
		tables = append(tables, r.compared("The agent less each baseline, retained F1 of answers, paired by document", "* the interval excludes 0.",
			func(c Comparison) (*probe.Interval, bool) { return c.Answers, c.AnswersExcludes }))
	}
	if r.Reconstructor != nil {
		tables = append(tables, r.gaps())
	}
	if r.Reconstructor != nil && len(r.Comparisons) > 0 {
		tables = append(tables, r.compared("The agent less each baseline, gap loss, paired by document",
			"Below 0 what the agent drops is the easier to tell. * the interval excludes 0.",
			func(c Comparison) (*probe.Interval, bool) { return c.Gap, c.GapExcludes }))
	}
	return append(tables, r.shares())
}

func (r *Report) retained() Table {
	note := fmt.Sprintf("By definition nothing to read is 0 (l(none) = %.3f nats a token) and the whole text is 1 (l(full) = %.3f).", r.LossNone, r.LossFull)
	return r.curves("Retained information F", note, func(p Point) *probe.Interval { return p.Retained })
}

func (r *Report) gaps() Table {
	return r.curves("Gap loss, nats a dropped token", "Lower: what was dropped can be told from what was kept. By "+r.Reconstructor.Name+".",
		func(p Point) *probe.Interval { return p.Gap })
}

func (r *Report) curves(title, note string, of func(Point) *probe.Interval) Table {
	t := Table{Title: title, Note: note, Head: append([]string{"scorer"}, r.rates()...)}
	for _, m := range r.Methods {
		row := []string{m.Name}
		for _, p := range m.Points {
			row = append(row, cell(of(p), "%.3f [%.3f, %.3f]"))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (r *Report) compared(title, note string, of func(Comparison) (*probe.Interval, bool)) Table {
	t := Table{Title: title, Note: note, Head: append([]string{"agent less"}, r.rates()...)}
	for i, c := range r.Comparisons {
		if i%len(r.rates()) == 0 {
			t.Rows = append(t.Rows, []string{c.Baseline})
		}
		interval, excludes := of(c)
		mark := ""
		if excludes {
			mark = " *"
		}
		row := &t.Rows[len(t.Rows)-1]
		*row = append(*row, cell(interval, "%+.3f [%+.3f, %+.3f]")+mark)
	}
	return t
}

// shares is one line a method and rate.
func (r *Report) shares() Table {
	t := Table{
		Title: "Rates achieved, and raw losses", Note: "Loss is the reader's, the mean over probes in nats a token of the answer.",
		Head: []string{"scorer", "rate asked", "of tokens", "of the reader's", "of bytes", "loss"},
	}
	if r.Reconstructor != nil {
		t.Head = append(t.Head, "reconstruction loss")
		t.Note += " Reconstruction loss is in nats a token of the whole text, kept tokens too."
	}
	for _, m := range r.Methods {
		for _, p := range m.Points {
			row := []string{m.Name, fmt.Sprintf("%.2f", p.Rate)}
			for _, x := range []float64{p.Achieved, p.ReaderAchieved, p.BytesAchieved} {
				row = append(row, fmt.Sprintf("%.3f", x))
			}
			loss := "-"
			if r.LossNone > 0 {
				loss = fmt.Sprintf("%.3f", p.Loss)
			}
			row = append(row, loss)
			if r.Reconstructor != nil {
				row = append(row, cell(p.Reconstruction, "%.3f [%.3f, %.3f]"))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// rates are the columns of a table.
func (r *Report) rates() []string {
	var head []string
	for _, p := range r.Methods[0].Points {
		head = append(head, fmt.Sprintf("at %.2f", p.Rate))
	}
	return head
}

func cell(i *probe.Interval, format string) string {
	if i == nil {
		return "-"
	}
	return fmt.Sprintf(format, i.Value, i.Low, i.High)
}

// write lays the table out in columns, as Markdown.
func (t Table) write(out *bytes.Buffer) {
	widths := make([]int, len(t.Head))
	for _, row := range append([][]string{t.Head}, t.Rows...) {
		for i, c := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	rule := make([]string, len(widths))
	for i, n := range widths {
		rule[i] = strings.Repeat("-", n)
	}
	for _, row := range append([][]string{t.Head, rule}, t.Rows...) {
		line(out, widths, row)
	}
}

func line(out *bytes.Buffer, widths []int, cells []string) {
	for i, n := range widths {
		out.WriteString("| " + cells[i] + strings.Repeat(" ", n-utf8.RuneCountInString(cells[i])) + " ")
	}
	out.WriteString("|\n")
}
