package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik"
)

// compressLine is a line of input.
type compressLine struct {
	ID       json.RawMessage `json:"id"`
	Text     *string         `json:"text"`
	Question string          `json:"question"`
}

// compressLines answers every line with one of its own, in order, and fails at the end if any failed.
func compressLines(c *cli.Context, model *sputnik.Compressor, options []sputnik.Option, in io.Reader, out *bufio.Writer) error {
	r := bufio.NewReaderSize(in, 1<<16)
	bad := 0
	for n := 1; ; n++ {
		line, readErr := r.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			answer, err := answerLine(c, n, model, options, line)
			if err := c.Context.Err(); err != nil {
				return err
			}
			if err != nil {
				bad++
				fmt.Fprintf(c.App.ErrWriter, "line %d: %v\n", n, err)
			}
			if err := writeLine(out, answer); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(readErr, io.EOF) && bad > 0:
			return fmt.Errorf("%d bad lines of %s", bad, inputName(c))
		case errors.Is(readErr, io.EOF):
			return nil
		case readErr != nil:
			return fmt.Errorf("read %s: %w", inputName(c), readErr)
		}
	}
}

// answerLine compresses one line; where that fails the answer says why, or holds the original text.
func answerLine(c *cli.Context, n int, model *sputnik.Compressor, options []sputnik.Option, data []byte) ([]byte, error) {
	line, err := readLine(data)
	if err != nil {
		reason, _ := json.Marshal(err.Error()) // a string always has a JSON form
		return withID(line.ID, append([]byte(`{"error":`), append(reason, '}')...)), err
	}
	if line.Question != "" {
		options = append(options[:len(options):len(options)], sputnik.Question(line.Question))
	}
	r, err := model.Compress(c.Context, *line.Text, options...)
	if err != nil && !isFault(err) {
		return nil, err
	}
	if err == nil {
		warn(c, fmt.Sprintf("line %d: ", n), r.Warnings)
	}
	answer, _ := r.MarshalJSON() // strings and finite numbers always have a JSON form
	return withID(line.ID, answer), err
}

func readLine(data []byte) (compressLine, error) {
	var line compressLine
	switch err := json.Unmarshal(data, &line); {
	case !utf8.Valid(data):
		if !utf8.Valid(line.ID) {
			line.ID = nil
		}
		return line, errors.New("it is not valid UTF-8")
	case err != nil:
		return line, err
	case line.Text == nil:
		return line, errors.New(`it has no "text"`)
	}
	return line, nil
}

// withID puts the id of a line in front of the other fields of its answer.
func withID(id json.RawMessage, object []byte) []byte {
	if len(id) == 0 {
		id = json.RawMessage("null")
	}
	return append(append(append([]byte(`{"id":`), id...), ','), object[1:]...)
}

func writeLine(w *bufio.Writer, line []byte) error {
	if _, err := w.Write(bytes.TrimSuffix(line, []byte("\n"))); err != nil {
		return err
	}
	return w.WriteByte('\n')
}
