package eval

import (
	"bytes"
	"fmt"
	"math"
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
// the other measures, how far from the limit that is, which words stay, and the raw losses.
func (r *Report) Tables() []Table {
	var tables []Table
	compared := len(r.Comparisons) > 0
	if r.LossNone > 0 {
		tables = append(tables, r.retained())
	}
	if r.LossNone > 0 && compared {
		tables = append(tables, r.compared("The agent less each other scorer, F, paired by document", func(c Comparison) *Difference { return c.Retained }))
	}
	if r.AnswersFull != nil {
		tables = append(tables, r.answers())
	}
	if r.AnswersFull != nil && compared {
		tables = append(tables, r.compared("The agent less each other scorer, retained "+r.AnswerScores[0]+" of answers, paired by document",
			func(c Comparison) *Difference { return c.Answers }))
	}
	if compared {
		tables = append(tables, r.tested())
	}
	for _, m := range r.Measures {
		tables = append(tables, r.measure(m))
	}
	if len(r.Limits) > 0 {
		tables = append(tables, r.distances(), r.pools())
	}
	if r.Ceiling != nil {
		tables = append(tables, r.ceiling())
	}
	return append(tables, r.tenths(), r.classes(), r.shares())
}

func (r *Report) retained() Table {
	note := fmt.Sprintf("By definition nothing to read is 0 (l(none) = %.3f nats a token) and the whole text is 1 (l(full) = %.3f).", r.LossNone, r.LossFull)
	t := curves("Retained information F", note, r.Methods, r.rates(), func(p Point) *probe.Interval { return p.Retained })
	t.bounds("1", "0")
	for i, m := range r.Methods {
		for p, point := range m.Points {
			if m.Name == agentName && len(point.RetainedByDraw) > 1 {
				t.Rows[i+2][p+1] += " of " + format(point.RetainedByDraw)
			}
		}
	}
	return t
}

// bounds puts rows for the whole text and for nothing in front.
func (t *Table) bounds(whole, none string) {
	row := func(name, value string) []string {
		cells := []string{name}
		for range t.Head[1:] {
			cells = append(cells, value)
		}
		return cells
	}
	t.Rows = append([][]string{row(wholeText, whole), row(nothing, none)}, t.Rows...)
}

func (r *Report) measure(m Measured) Table {
	note := m.Note
	for _, likely := range measures {
		if likely.name == m.Name && likely.metric != "exact_kept" && likely.metric != "perplexity" && likely.metric != "reconstruction_loss" {
			note += " " + r.comparedWith()
		}
	}
	t := curves(m.Title, note, r.Methods, r.rates(), func(p Point) *probe.Interval { return p.Measures[m.Name] })
	if m.Whole != nil && m.Nothing != nil {
		t.bounds(fmt.Sprintf("%.3f", *m.Whole), fmt.Sprintf("%.3f", *m.Nothing))
	}
	return t
}

// comparedWith says what is compared with the original.
func (r *Report) comparedWith() string {
	if r.Reconstructor == nil {
		return "What was kept is compared: there is no reconstructor."
	}
	return "What " + r.Reconstructor.Name + " rebuilt from what was kept is compared."
}

func curves(title, note string, methods []Curve, rates []string, of func(Point) *probe.Interval) Table {
	t := Table{Title: title, Note: note, Head: append([]string{"scorer"}, rates...)}
	for _, m := range methods {
		row := []string{m.Name}
		for _, p := range m.Points {
			row = append(row, cell(of(p), "%.3f [%.3f, %.3f]"))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (r *Report) compared(title string, of func(Comparison) *Difference) Table {
	t := Table{Title: title, Note: "* the interval excludes 0.", Head: append([]string{"agent less"}, r.rates()...)}
	for i, c := range r.Comparisons {
		if i%len(r.rates()) == 0 {
			t.Rows = append(t.Rows, []string{c.Baseline})
		}
		row := &t.Rows[len(t.Rows)-1]
		*row = append(*row, of(c).cell())
	}
	return t
}

func (d *Difference) cell() string {
	if d == nil {
		return "-"
	}
	mark := ""
	if d.ExcludesZero {
		mark = " *"
	}
	return cell(&d.Interval, "%+.3f [%+.3f, %+.3f]") + mark
}

// distances is how far every method is from the limit.
func (r *Report) distances() Table {
	t := Table{Title: "Distance to the limit: loss less D*(R), nats a token of the answer",
		Note: fmt.Sprintf("D*(R) is what no choice among the %d masks a document that were measured here undercuts, at the rate that the scorer achieves (Nagle et al., arXiv 2407.15504). More masks would lower it.", r.Limits[0].Pool),
		Head: append([]string{"scorer"}, r.rates()...)}
	limit := []string{"D*(R) itself; its F"}
	for _, l := range r.Limits {
		limit = append(limit, fmt.Sprintf("%.3f; %.3f", l.Loss, l.Retained))
	}
	t.Rows = append(t.Rows, limit)
	for m, method := range r.Methods {
		row := []string{method.Name}
		for _, l := range r.Limits {
			row = append(row, fmt.Sprintf("%.3f", l.Distance[m].Distance))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// pools is how the limit depends on how many masks there were.
func (r *Report) pools() Table {
	t := Table{Title: "The limit by the size of the pool of masks", Note: "Smaller pools are drawn at random from the whole one, and each is part of the next; nothing and the whole text are in all of them.",
		Head: append([]string{"masks a document"}, r.rates()...)}
	for i := range r.Limits[0].ByPool {
		row := []string{fmt.Sprint(r.Limits[0].ByPool[i].Masks)}
		for _, l := range r.Limits {
			row = append(row, fmt.Sprintf("%.3f", l.ByPool[i].Loss))
		}
		t.Rows = append(t.Rows, row)
	}
	row := []string{fmt.Sprint(r.Limits[0].Pool)}
	for _, l := range r.Limits {
		row = append(row, fmt.Sprintf("%.3f", l.Loss))
	}
	t.Rows = append(t.Rows, row)
	return t
}

func (r *Report) ceiling() Table {
	c := r.Ceiling
	return curves(fmt.Sprintf("A ceiling: F of greedy removal by the reader itself, on %d documents", c.Documents),
		fmt.Sprintf("The oracle removes what costs the reader least on the %d probes that are then asked; nobody who has not seen them can do so. Other rows: the same documents.", c.Probes),
		c.Methods, r.rates(), func(p Point) *probe.Interval { return p.Retained })
}

// middle is the index of the rate that is nearest to a half.
func (r *Report) middle() int {
	best := 0
	for i, p := range r.Methods[0].Points {
		if math.Abs(p.Rate-0.5) < math.Abs(r.Methods[0].Points[best].Rate-0.5) {
			best = i
		}
	}
	return best
}

func (r *Report) tenths() Table {
	at := r.middle()
	t := Table{Title: fmt.Sprintf("Which part of a text is kept, at %.2f", r.Methods[0].Points[at].Rate),
		Note: "Shares of the tokens of each tenth of the texts. Other rates are in report.json.", Head: []string{"scorer"}}
	for i := range tenths {
		t.Head = append(t.Head, fmt.Sprintf("%d/10", i+1))
	}
	for _, m := range r.Methods {
		t.Rows = append(t.Rows, append([]string{m.Name}, shares(m.Points[at].Keeps.ByTenth)...))
	}
	return t
}

func (r *Report) classes() Table {
	at := r.middle()
	t := Table{Title: fmt.Sprintf("Which words are kept, at %.2f", r.Methods[0].Points[at].Rate),
		Note: "Shares of the tokens of each class. A word with a digit is a number, one with a capital a name.", Head: append([]string{"scorer"}, r.WordClasses...)}
	for _, m := range r.Methods {
		t.Rows = append(t.Rows, append([]string{m.Name}, shares(m.Points[at].Keeps.ByClass)...))
	}
	return t
}

func shares(xs []float64) []string {
	cells := make([]string, len(xs))
	for i, x := range xs {
		cells[i] = fmt.Sprintf("%.2f", x)
	}
	return cells
}

// shares is one line a method and rate.
func (r *Report) shares() Table {
	t := Table{
		Title: "Rates achieved, and raw losses", Note: "Loss is the reader's, the mean over probes in nats a token of the answer.",
		Head: []string{"scorer", "rate asked", "of tokens", "of the reader's", "of characters", "of bytes", "loss"},
	}
	row := func(name string, p Point) {
		cells := []string{name, fmt.Sprintf("%.2f", p.Rate)}
		for _, x := range []float64{p.Achieved, p.ReaderAchieved, p.CharactersAchieved, p.BytesAchieved} {
			cells = append(cells, fmt.Sprintf("%.3f", x))
		}
		loss := "-"
		if r.LossNone > 0 {
			loss = fmt.Sprintf("%.3f", p.Loss)
		}
		t.Rows = append(t.Rows, append(cells, loss))
	}
	row(wholeText, Point{Rate: 1, Achieved: 1, ReaderAchieved: 1, CharactersAchieved: 1, BytesAchieved: 1, Loss: r.LossFull})
	row(nothing, Point{Loss: r.LossNone})
	for _, m := range r.Methods {
		for _, p := range m.Points {
			row(m.Name, p)
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
