package pipeline

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// A row is what rows.jsonl remembers of an input, so that a run that was stopped goes on behind it.
type row struct {
	Key     string   `json:"key"` // of the configuration and the input
	End     int64    `json:"end"` // of the output's lines behind it
	Outcome *Outcome `json:"outcome,omitempty"`
	Wrong   string   `json:"error,omitempty"`
}

// A sink writes shorter texts and rows. What it wrote before a stop is found again by the rows: an input whose row is
// there, in order and unchanged, is not worked on twice.
type sink struct {
	kind   sourceKind
	output string
	salt   []byte
	rows   *os.File
	read   *bufio.Reader // of rows from an earlier run; nil once these are used up
	at     int64         // behind the last row that holds
	lines  *os.File
	end    int64
}

// openSink opens the output and the rows of an earlier run in dir.
func openSink(kind sourceKind, input, output, dir string, salt []byte) (*sink, error) {
	if output == "" {
		return nil, config.Usagef("output is missing; want the file, or for a folder the folder, to write to")
	}
	if a, err := os.Stat(input); err == nil {
		if b, err := os.Stat(output); err == nil && os.SameFile(a, b) {
			return nil, config.Usagef("output %s is the input; want another", output)
		}
	}
	s := &sink{kind: kind, output: output, salt: salt}
	for _, folder := range []string{dir, filepath.Dir(output)} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, config.Usagef("output: %w", err)
		}
	}
	if info, err := os.Stat(output); err == nil && info.IsDir() != (kind == folder) {
		return nil, config.Usagef("output %s: want a folder for a folder, and a file for a file", output)
	}
	var err error
	if s.rows, err = os.OpenFile(filepath.Join(dir, "rows.jsonl"), os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return nil, config.Usagef("output_dir: %w", err)
	}
	s.read = bufio.NewReaderSize(s.rows, 1<<16)
	if kind == lines {
		if s.lines, err = os.OpenFile(output, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
			s.close()
			return nil, config.Usagef("output: %w", err)
		}
	}
	return s, nil
}

func (s *sink) close() {
	s.rows.Close()
	if s.lines != nil {
		s.lines.Close()
	}
}

// key names an input under this configuration.
func (s *sink) key(x item) string {
	h := sha256.New()
	for _, part := range [][]byte{s.salt, []byte(x.ID), []byte(x.Text), []byte(x.Question)} {
		fmt.Fprintf(h, "%d:", len(part))
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// known is the row of an input that an earlier run finished; the first that is not known ends the earlier run's rows.
func (s *sink) known(x item) (row, bool, error) {
	if s.read == nil {
		return row{}, false, nil
	}
	if s.kind == oneText { // is done anew whenever somebody asks
		s.read = nil
		return row{}, false, s.cut()
	}
	line, err := s.read.ReadBytes('\n')
	var r row
	if err == nil && json.Unmarshal(line, &r) == nil && r.Key == s.key(x) && s.written(x, r) {
		s.at, s.end = s.at+int64(len(line)), r.End
		return r, true, nil
	}
	s.read = nil
	return row{}, false, s.cut()
}

// written says whether the output of a row is there.
func (s *sink) written(x item, r row) bool {
	switch {
	case s.kind == lines:
		info, err := s.lines.Stat()
		return err == nil && info.Size() >= r.End
	case r.Outcome == nil:
		return true
	}
	_, err := os.Stat(s.path(x))
	return err == nil
}

// cut drops what lies behind the last row that holds.
func (s *sink) cut() error {
	err := s.rows.Truncate(s.at)
	if _, seek := s.rows.Seek(s.at, io.SeekStart); seek != nil {
		err = errors.Join(err, seek)
	}
	if s.lines != nil {
		err = errors.Join(err, s.lines.Truncate(s.end))
		_, seek := s.lines.Seek(s.end, io.SeekStart)
		err = errors.Join(err, seek)
	}
	return err
}

// finish drops rows and lines of inputs that are no more.
func (s *sink) finish() error {
	if s.read == nil {
		return nil
	}
	s.read = nil
	return s.cut()
}

func (s *sink) path(x item) string {
	if s.kind == folder {
		return filepath.Join(s.output, x.ID)
	}
	return s.output
}

// write writes the shorter text, then its row.
func (s *sink) write(x item, o *Outcome, wrong error) error {
	r := row{Key: s.key(x), Outcome: o}
	if wrong != nil {
		r.Outcome, r.Wrong = nil, wrong.Error()
	}
	if err := s.writeText(x, r); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	r.End = s.end
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write row: %w", err)
	}
	_, err = s.rows.Write(append(line, '\n'))
	return err
}

func (s *sink) writeText(x item, r row) error {
	if s.kind != lines {
		if r.Outcome == nil {
			return nil
		}
		if err := os.MkdirAll(filepath.Dir(s.path(x)), 0o755); err != nil {
			return err
		}
		return safetensors.Atomically(s.path(x), func(w io.Writer) error {
			_, err := io.WriteString(w, r.Outcome.Text)
			return err
		})
	}
	answer := map[string]any{"error": r.Wrong}
	if r.Outcome != nil {
		answer = map[string]any{"text": r.Outcome.Text, "original_tokens": r.Outcome.Original, "processed_tokens": r.Outcome.Processed}
	}
	answer["id"] = x.id
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		return err
	}
	s.end += int64(line.Len())
	_, err := s.lines.Write(line.Bytes())
	return err
}
