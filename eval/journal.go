package eval

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// A Journal remembers what was measured, by what was put to which model, across runs: a file of JSON lines that only
// grows. The lines of one batch are written at once; a line that was cut short by a crash is dropped.
type Journal struct {
	file  *os.File
	known map[string]value
}

// A value is what one measurement came to: numbers, or words.
type value struct {
	Values []float64 `json:"values,omitempty"`
	Text   string    `json:"text,omitempty"`
}

func textValues(texts []string) []value {
	values := make([]value, len(texts))
	for i, text := range texts {
		values[i] = value{Text: text}
	}
	return values
}

// entry is a line of the journal.
type entry struct {
	Key string `json:"key"`
	value
}

// OpenJournal reads the journal at path, or begins one.
func OpenJournal(path string) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal{file: f, known: map[string]value{}}
	whole, err := j.read()
	if err == nil {
		err = f.Truncate(whole)
	}
	if err == nil {
		_, err = f.Seek(whole, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read journal %s: %w", path, err), f.Close())
	}
	return j, nil
}

// read takes in the lines and returns how many bytes of the file are whole.
func (j *Journal) read() (int64, error) {
	in, whole := bufio.NewReader(j.file), int64(0)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return whole, nil
		}
		if err != nil {
			return whole, err
		}
		var e entry
		if json.Unmarshal(line, &e) != nil {
			return whole, nil
		}
		j.known[e.Key] = e.value
		whole += int64(len(line))
	}
}

// journalError ends a run: it is no document's fault, and the next one would meet it too.
type journalError struct{ error }

func (e journalError) Error() string { return fmt.Sprintf("write journal: %v", e.error) }
func (e journalError) Unwrap() error { return e.error }

// add remembers entries, all or none.
func (j *Journal) add(entries []entry) error {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, e := range entries {
		if err := encoder.Encode(e); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	if _, err := j.file.Write(lines.Bytes()); err != nil {
		return journalError{err}
	}
	for _, e := range entries {
		j.known[e.Key] = e.value
	}
	return nil
}

// recall gives the value of every key: from the journal, else measured, equal keys once, and then in the journal.
func (j *Journal) recall(keys []string, measure func(missing []int) ([]value, error)) ([]value, error) {
	var missing []int
	asked := map[string]bool{}
	for i, k := range keys {
		if _, known := j.known[k]; !known && !asked[k] {
			asked[k], missing = true, append(missing, i)
		}
	}
	if len(missing) > 0 {
		values, err := measure(missing)
		if err != nil {
			return nil, err
		}
		entries := make([]entry, len(missing))
		for n, i := range missing {
			for _, v := range values[n].Values {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return nil, fmt.Errorf("a loss is %v", v)
				}
			}
			entries[n] = entry{keys[i], values[n]}
		}
		if err := j.add(entries); err != nil {
			return nil, err
		}
	}
	all := make([]value, len(keys))
	for i, k := range keys {
		all[i] = j.known[k]
	}
	return all, nil
}

// Close closes the file.
func (j *Journal) Close() error { return j.file.Close() }

// key names what was measured: the model's identity, and all that it saw.
func key(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
