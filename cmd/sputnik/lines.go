package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik/config"
)

// eachLine has every line of in answered, in order, and fails at the end if any was bad. answer, which is given the line
// and its number, writes the answer; what it finds wrong with the line is reported, and what fails ends the command.
func eachLine(c *cli.Context, in io.Reader, answer func(n int, line []byte) (wrong, failed error)) error {
	r := bufio.NewReaderSize(in, 1<<16)
	bad := 0
	for n := 1; ; n++ {
		line, readErr := r.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			wrong, failed := answer(n, line)
			if err := errors.Join(c.Context.Err(), failed); err != nil {
				return err
			}
			if wrong != nil {
				bad++
				fmt.Fprintf(c.App.ErrWriter, "line %d: %v\n", n, wrong)
			}
		}
		switch {
		case errors.Is(readErr, io.EOF) && bad > 0:
			return fmt.Errorf("%d bad lines of %s", bad, inputName(c))
		case errors.Is(readErr, io.EOF):
			return nil
		case readErr != nil:
			return config.Usagef("read %s: %w", inputName(c), readErr)
		}
	}
}

// errorObject is what answers a bad line, its id left out.
func errorObject(wrong error) []byte {
	object, _ := json.Marshal(map[string]string{"error": wrong.Error()}) // a string always has a JSON form
	return object
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
