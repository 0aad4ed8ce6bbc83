package task

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/project-sputnik/sputnik/config"
)

// records reads a JSON object a line, packed by gzip or not, and checks each.
func records[T any](path string, check func(T) error) ([]T, error) {
	in, closeFile, err := open(path)
	if err != nil {
		return nil, config.Usagef("data_path: %w", err)
	}
	defer closeFile()
	var all []T
	for n := 1; ; n++ {
		row, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(row)) > 0 {
			var record T
			bad := json.Unmarshal(row, &record)
			if bad == nil {
				bad = check(record)
			}
			if bad != nil {
				return nil, config.Usagef("data_path %s: line %d: %w", path, n, bad)
			}
			all = append(all, record)
		}
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, config.Usagef("data_path %s: line %d: %w", path, n, err)
		}
	}
}

func open(path string) (*bufio.Reader, func(), error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	in, closeFile := bufio.NewReader(f), func() { _ = f.Close() } // only read from
	if !strings.HasSuffix(path, ".gz") {
		return in, closeFile, nil
	}
	z, err := gzip.NewReader(in)
	if err != nil {
		closeFile()
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return bufio.NewReader(z), closeFile, nil
}

// firstFields are the fields of the first line of a file of JSON lines; none where it is no such file. What cannot be
// read has none either: who reads it next says why.
func firstFields(path string) map[string]bool {
	if !strings.Contains(path, ".jsonl") {
		return nil
	}
	in, closeFile, err := open(path)
	if err != nil {
		return nil
	}
	defer closeFile()
	line, _ := in.ReadBytes('\n')
	var object map[string]json.RawMessage
	if json.Unmarshal(line, &object) != nil {
		return nil
	}
	fields := map[string]bool{}
	for name := range object {
		fields[name] = true
	}
	return fields
}
