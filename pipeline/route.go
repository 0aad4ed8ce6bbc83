package pipeline

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// A Rung is a model of the ladder, open.
type Rung struct {
	Name       string
	Parameters int64 // 0 where nobody counted
	Tokenizer  token.Tokenizer
	Scorer     compress.Scorer
	Language   compress.Language
	Measured   *Measured // nil where the ladder has no report
}

// Measured is what the ladder's report says of a rung.
type Measured struct {
	Name       string         `json:"name"`
	Folder     string         `json:"folder"` // of the agent, beside the report; empty is the agent in the binary
	Parameters int64          `json:"parameters"`
	Retention  probe.Interval `json:"retention"` // share of the teacher's gain over random
}

// LadderReport is what the router reads of distill's report.json.
type LadderReport struct {
	Rungs []Measured `json:"rungs"` // the teacher first
}

// ReadLadder reads a report of distill.
func ReadLadder(path string) (LadderReport, error) {
	var r LadderReport
	raw, err := os.ReadFile(path)
	if err != nil {
		return r, fmt.Errorf("read ladder: %w", err)
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, fmt.Errorf("read ladder %s: %w", path, err)
	}
	if len(r.Rungs) == 0 {
		return r, fmt.Errorf("read ladder %s: it has no rungs", path)
	}
	for i, rung := range r.Rungs {
		if rung.Folder != "" && !filepath.IsAbs(rung.Folder) {
			r.Rungs[i].Folder = filepath.Join(filepath.Dir(path), rung.Folder)
		}
	}
	return r, nil
}

// Route picks a rung, the largest first, for a text of some complexity, and says why. With a measured ladder, simple text
// goes to the smallest rung whose retention holds the quality, medium text to the smallest that holds it at the lower end
// of its interval, complex text to the one that retains most; where none holds it, to the one that retains most. Without
// one, as in the seed system: the smallest, the middle, the largest.
func Route(rungs []Rung, c Complexity, quality float64) (int, string) {
	last := len(rungs) - 1
	if last == 0 {
		return 0, fmt.Sprintf("%s is the only model", rungs[0].Name)
	}
	if rungs[0].Measured == nil {
		at := map[Complexity]int{Simple: last, Medium: last / 2, Complex: 0}[c]
		return at, fmt.Sprintf("%s: %s, number %d of %d from the largest; nothing was measured of this ladder", c, rungs[at].Name, at+1, last+1)
	}
	best := 0
	for i, r := range rungs {
		if r.Measured.Retention.Value > rungs[best].Measured.Retention.Value {
			best = i
		}
	}
	if c == Complex {
		return best, fmt.Sprintf("complex: %s retains most, %s of the first's gain", rungs[best].Name, rungs[best].Measured.Retention)
	}
	for i := last; i >= 0; i-- {
		held, which := rungs[i].Measured.Retention.Value, "retention"
		if c == Medium {
			held, which = rungs[i].Measured.Retention.Low, "the lower end of retention"
		}
		if held >= quality {
			return i, fmt.Sprintf("%s: %s is the smallest of which %s holds %.3g: %s", c, rungs[i].Name, which, quality, rungs[i].Measured.Retention)
		}
	}
	return best, fmt.Sprintf("%s: no rung holds %.3g; %s retains most, %s", c, quality, rungs[best].Name, rungs[best].Measured.Retention)
}
