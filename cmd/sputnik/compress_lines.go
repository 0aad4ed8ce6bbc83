package main

import (
	"bufio"
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

// compressLines answers every line with one of its own.
func compressLines(c *cli.Context, model *sputnik.Compressor, options []sputnik.Option, in io.Reader, out *bufio.Writer) error {
	return eachLine(c, in, func(n int, line []byte) (wrong, failed error) {
		answer, wrong := answerLine(c, n, model, options, line)
		if c.Context.Err() != nil {
			return nil, nil
		}
		return wrong, writeLine(out, answer)
	})
}

// answerLine compresses one line; where that fails the answer says why, or holds the original text.
func answerLine(c *cli.Context, n int, model *sputnik.Compressor, options []sputnik.Option, data []byte) ([]byte, error) {
	line, err := readLine(data)
	if err != nil {
		return withID(line.ID, errorObject(err)), err
	}
	if line.Question != "" {
		options = append(options[:len(options):len(options)], sputnik.Question(line.Question))
	}
	r, err := model.Compress(c.Context, *line.Text, options...)
	if err != nil && !isFault(err) {
		return withID(line.ID, errorObject(err)), err
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
