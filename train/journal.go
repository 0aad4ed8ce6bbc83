package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// journal is a run's metrics.jsonl and event file.
type journal struct {
	lines  *os.File
	events *events
}

// open prepares the run's folder; one that holds another run is refused unless this one goes on from it.
func (t *Trainer) open() (*journal, error) {
	dir := t.cfg.OutputDir
	if t.cfg.Resume == "" && exists(t.latest()) {
		return nil, config.Usagef("output_dir %s holds a run; name another folder, remove it, or go on with --resume", dir)
	}
	if err := tidy(dir); err != nil {
		return nil, err
	}
	if t.cfg.Resume != "" {
		if err := t.resume(t.cfg.Resume); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(t.checkpoints(), 0o755); err != nil {
		return nil, fmt.Errorf("output_dir %s: %w", dir, err)
	}
	if err := errors.Join(safetensors.SyncFolder(dir), safetensors.SyncFolder(filepath.Dir(dir))); err != nil {
		return nil, err
	}
	if err := config.Save(filepath.Join(dir, "config.json"), t.settings); err != nil {
		return nil, err
	}
	return t.openJournal()
}

func (t *Trainer) openJournal() (*journal, error) {
	path := filepath.Join(t.cfg.OutputDir, "metrics.jsonl")
	if err := t.rewind(path); err != nil {
		return nil, fmt.Errorf("rewind metrics: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	events, err := newEvents(t.cfg.OutputDir, time.Now())
	if err == nil && t.cfg.Resume != "" {
		err = events.supersede(time.Now(), t.state.Step+1)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return &journal{file, events}, nil
}

// rewind cuts off the lines that a process wrote after the checkpoint that this one goes on from: they come again.
func (t *Trainer) rewind(path string) error {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	kept := 0
	for line := range bytes.Lines(raw) {
		if t.cfg.Resume == "" || !t.state.covers(line) {
			break
		}
		kept += len(line)
	}
	return os.Truncate(path, int64(kept))
}

// covers says whether a line of metrics is of what the state has behind it, and whole.
func (s State) covers(line []byte) bool {
	var at struct {
		Step  int
		Phase string
	}
	if json.Unmarshal(line, &at) != nil || !bytes.HasSuffix(line, []byte("\n")) {
		return false
	}
	if at.Phase == validation {
		return at.Step <= s.Evaluated
	}
	return at.Step <= s.Step
}

// validation is the phase that evaluations are logged as.
const validation = "validation"

func (j *journal) write(step int, phase string, metrics measures) error {
	scalars := map[string]float64{}
	for name, value := range metrics {
		scalars[phase+"/"+name] = value
	}
	line := metrics.line()
	line["step"], line["phase"] = step, phase
	raw, err := json.Marshal(line)
	if err != nil {
		return err
	}
	if _, err := j.lines.Write(append(raw, '\n')); err != nil {
		return fmt.Errorf("write metrics: %w", err)
	}
	return j.events.scalars(time.Now(), step, scalars)
}

// sync brings what was written to disk; a checkpoint has all lines up to it behind it.
func (j *journal) sync() error { return errors.Join(j.lines.Sync(), j.events.file.Sync()) }

func (j *journal) close() error { return errors.Join(j.lines.Close(), j.events.close()) }

// measures are numbers by name; those that are not finite, of which JSON has none, are written as strings.
type measures map[string]float64

func (m measures) line() map[string]any {
	line := map[string]any{}
	for name, value := range m {
		line[name] = value
		if math.IsNaN(value) || math.IsInf(value, 0) {
			line[name] = fmt.Sprint(value)
		}
	}
	return line
}

// MarshalJSON writes one object.
func (m measures) MarshalJSON() ([]byte, error) { return json.Marshal(m.line()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *measures) UnmarshalJSON(raw []byte) error {
	var line map[string]any
	if err := json.Unmarshal(raw, &line); err != nil {
		return err
	}
	*m = measures{}
	for name, value := range line {
		number, err := strconv.ParseFloat(fmt.Sprint(value), 64)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		(*m)[name] = number
	}
	return nil
}
