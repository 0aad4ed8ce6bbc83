package curves

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval/figure"
)

// A report is what is read of report.json.
type report struct {
	name string
	Data struct {
		Documents int
		Probes    int
		Identity  string `json:"sha256"`
		Path      string
	}
	Reader    struct{ Name string }
	Bootstrap struct{ Level float64 }
	Methods   []method
}

type method struct {
	Name   string
	Points []point
}

type point struct {
	Rate     float64
	Achieved float64
	Retained *interval
}

type interval struct{ Value, Low, High float64 }

// agentName is what package eval calls the agent among the methods.
const agentName = "agent"

func readReport(path string) (report, error) {
	var r report
	data, err := os.ReadFile(path)
	if err != nil {
		return r, fmt.Errorf("read report: %w", err)
	}
	err = json.Unmarshal(data, &r)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		line := 1 + strings.Count(string(data[:min(int(syntax.Offset), len(data))]), "\n")
		return r, config.Usagef("%s, line %d: %w", path, line, err)
	case err != nil:
		return r, config.Usagef("%s: %w", path, err)
	case len(r.Methods) == 0:
		return r, config.Usagef("%s holds no methods; want a report of sputnik eval or baselines", path)
	}
	return r, nil
}

// rateQuality lays the reports over one another: the agent of each, and each other method once where all that have it
// found the same of it.
func rateQuality(reports []report) figure.Curves {
	c := figure.Curves{X: figure.Axis{Label: "share of the tokens kept"}, Y: figure.Axis{Label: "retained information F"}, Marks: []float64{0, 1}}
	c.Title = "What a reader still knows when only a share of the tokens is left"
	c.Note = "1 = as good as the whole text, 0 = as good as nothing to read."
	var others []figure.Line
	for _, r := range reports {
		for _, m := range r.Methods {
			line := figure.Line{Name: m.Name, Bold: m.Name == agentName, Points: m.line()}
			once := m.Name != agentName && sameInAll(reports, m)
			if len(reports) > 1 && !once {
				line.Name = r.name + ": " + m.Name
			}
			switch {
			case line.Bold:
				c.Lines = append(c.Lines, line)
			case !slices.ContainsFunc(others, func(l figure.Line) bool { return l.Name == line.Name }):
				others = append(others, line)
			}
			for _, p := range m.Points {
				if !slices.Contains(c.X.Ticks, p.Rate) {
					c.X.Ticks = append(c.X.Ticks, p.Rate)
				}
			}
		}
	}
	c.Lines = append(c.Lines, others...)
	slices.Sort(c.X.Ticks)
	if len(reports) > 0 {
		c.Note = fmt.Sprintf("Bands: %g%% bootstrap intervals over documents. ", 100*reports[0].Bootstrap.Level) + c.Note
		c.Subtitle = measured(reports)
	}
	if !alike(reports) {
		c.Note += " The runs were not read by the same reader on the same texts: compare within one."
	}
	return c
}

func (m method) line() []figure.Point {
	var points []figure.Point
	for _, p := range m.Points {
		if p.Retained != nil {
			points = append(points, figure.Point{X: p.Achieved, Y: figure.Estimate{Value: p.Retained.Value, Low: p.Retained.Low, High: p.Retained.High}})
		}
	}
	return points
}

// visible is a difference that can be seen in the picture.
const visible = 0.005

// sameInAll says whether nobody could see a method of one report from that of another.
func sameInAll(reports []report, m method) bool {
	for _, r := range reports {
		for _, other := range r.Methods {
			if other.Name == m.Name && !slices.EqualFunc(m.line(), other.line(), near) {
				return false
			}
		}
	}
	return true
}

func near(a, b figure.Point) bool {
	return math.Abs(a.X-b.X) < visible && math.Abs(a.Y.Value-b.Y.Value) < visible &&
		math.Abs(a.Y.Low-b.Y.Low) < visible && math.Abs(a.Y.High-b.Y.High) < visible
}

// alike says whether all reports are of the same texts and reader.
func alike(reports []report) bool {
	for _, r := range reports {
		if r.Data != reports[0].Data && (r.Data.Identity == "" || r.Data.Identity != reports[0].Data.Identity || r.Data.Documents != reports[0].Data.Documents) ||
			r.Reader != reports[0].Reader {
			return false
		}
	}
	return true
}

// measured is what the reports were measured on.
func measured(reports []report) string {
	if alike(reports) {
		return reports[0].words()
	}
	var words []string
	for _, r := range reports {
		words = append(words, r.name+": "+r.words())
	}
	return strings.Join(words, ". ")
}

func (r report) words() string {
	return fmt.Sprintf("%d documents, %d questions; read by %s", r.Data.Documents, r.Data.Probes, r.Reader.Name)
}
