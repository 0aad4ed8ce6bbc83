package curves

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval/figure"
)

// A record is a line of metrics.jsonl: numbers by name, at a step of a phase.
type record struct {
	step   int
	phase  string
	values map[string]float64
}

// A run is a training with its name.
type run struct {
	name    string
	records []record
}

// longestLine bounds a line of metrics.
const longestLine = 1 << 20

// readMetrics reads a file of metrics. Where a run went on from an earlier checkpoint, what it wrote last of a step counts.
func readMetrics(path string) ([]record, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	defer file.Close()
	type place struct {
		phase string
		step  int
	}
	at := map[place]int{}
	var records []record
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, longestLine)
	for n := 1; lines.Scan(); n++ {
		r, err := readRecord(lines.Bytes())
		if err != nil {
			return nil, config.Usagef("%s, line %d: %w", path, n, err)
		}
		if i, again := at[place{r.phase, r.step}]; again {
			records[i] = r
			continue
		}
		at[place{r.phase, r.step}] = len(records)
		records = append(records, r)
	}
	if err := lines.Err(); err != nil {
		return nil, config.Usagef("read %s: %w", path, err)
	}
	slices.SortStableFunc(records, func(a, b record) int { return a.step - b.step })
	return records, nil
}

// readRecord reads a line. A value that is not a number, as "NaN", is none.
func readRecord(line []byte) (record, error) {
	var fields map[string]any
	if err := json.Unmarshal(line, &fields); err != nil {
		return record{}, fmt.Errorf("not a JSON object: %w", err)
	}
	step, ok := fields["step"].(float64)
	if !ok || step < 0 || step != float64(int(step)) {
		return record{}, fmt.Errorf("step is %v; want a whole number", fields["step"])
	}
	delete(fields, "step")
	r := record{step: int(step), values: map[string]float64{}}
	r.phase, _ = fields["phase"].(string)
	for name, value := range fields {
		if number, ok := value.(float64); ok {
			r.values[name] = number
		}
	}
	return r, nil
}

// validation is the phase of what is measured on held-out texts between the steps of the others.
const validation = "validation"

// phases are the stretches of a run, one beginning where the one before it ends.
func (r run) phases() []figure.Phase {
	var all []figure.Phase
	for _, rec := range r.records {
		last := len(all) - 1
		switch {
		case rec.phase == validation || rec.phase == "":
		case last >= 0 && all[last].Name == rec.phase:
			all[last].To = float64(rec.step)
		default:
			from := float64(rec.step)
			if last >= 0 {
				from = all[last].To
			}
			all = append(all, figure.Phase{Name: rec.phase, From: from, To: float64(rec.step)})
		}
	}
	return all
}

// trace is a value over the steps of a phase.
func (r run) trace(phase, key string) []figure.XY {
	var points []figure.XY
	for _, rec := range r.records {
		if value, ok := rec.values[key]; ok && rec.phase == phase {
			points = append(points, figure.XY{X: float64(rec.step), Y: value})
		}
	}
	return points
}

// keys are what a run has values of, by phase.
func (r run) keys() map[string][]string {
	all := map[string][]string{}
	for _, rec := range r.records {
		for key := range rec.values {
			if !slices.Contains(all[rec.phase], key) {
				all[rec.phase] = append(all[rec.phase], key)
			}
		}
	}
	return all
}
