package pipeline

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/config"
)

// A source yields inputs one at a time, in the same order every time.
type source struct {
	kind  sourceKind
	path  string
	files []string // of a folder, below path
	size  int64    // of all, in bytes
}

type sourceKind int

const (
	oneText sourceKind = iota
	folder
	lines
)

// item is an input, or what is wrong with it.
type item struct {
	Input
	id    json.RawMessage // of a line, as it is written
	bytes int64           // of the source
	wrong error
}

func openSource(path string) (*source, error) {
	info, err := os.Stat(path)
	switch {
	case path == "":
		return nil, config.Usagef("input is missing; want a text, a folder, or a file of lines that ends in .jsonl")
	case err != nil:
		return nil, config.Usagef("input: %w", err)
	case info.IsDir():
		s := &source{kind: folder, path: path}
		return s, s.list()
	case strings.HasSuffix(path, ".jsonl"):
		return &source{kind: lines, path: path, size: info.Size()}, nil
	}
	return &source{kind: oneText, path: path, size: info.Size()}, nil
}

// list finds a folder's files; hidden ones and folders are passed over.
func (s *source) list() error {
	err := filepath.WalkDir(s.path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(entry.Name(), ".") && path != s.path
		switch {
		case hidden && entry.IsDir():
			return filepath.SkipDir
		case hidden || !entry.Type().IsRegular():
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(s.path, path)
		s.files, s.size = append(s.files, name), s.size+info.Size()
		return err
	})
	if err != nil {
		return config.Usagef("input: %w", err)
	}
	if len(s.files) == 0 {
		return config.Usagef("input: folder %s holds no files", s.path)
	}
	return nil
}

// all yields every input; the last may be an error that ends it.
func (s *source) all() iter.Seq2[item, error] {
	switch s.kind {
	case folder:
		return s.eachFile
	case lines:
		return s.eachLine
	}
	return func(yield func(item, error) bool) { yield(readWhole(s.path, filepath.Base(s.path))) }
}

func readWhole(path, id string) (item, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return item{}, config.Usagef("input: %w", err)
	}
	return item{Input: Input{ID: id, Text: string(raw)}, bytes: int64(len(raw))}, nil
}

func (s *source) eachFile(yield func(item, error) bool) {
	for _, name := range s.files {
		if !yield(readWhole(filepath.Join(s.path, name), name)) {
			return
		}
	}
}

func (s *source) eachLine(yield func(item, error) bool) {
	f, err := os.Open(s.path)
	if err != nil {
		yield(item{}, config.Usagef("input: %w", err))
		return
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<16)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 && !yield(readItem(line), nil) {
			return
		}
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			yield(item{}, config.Usagef("input %s: %w", s.path, err))
			return
		}
	}
}

func readItem(line []byte) item {
	var read struct {
		ID       json.RawMessage `json:"id"`
		Text     *string         `json:"text"`
		Question string          `json:"question"`
	}
	err := json.Unmarshal(line, &read)
	x := item{id: read.ID, bytes: int64(len(line)), wrong: err}
	if len(x.id) == 0 {
		x.id = json.RawMessage("null")
	}
	x.ID, x.Question = strings.Trim(string(x.id), `"`), read.Question
	if err == nil && read.Text == nil {
		x.wrong = errors.New(`it has no "text"`)
	} else if err == nil {
		x.Text = *read.Text
	}
	return x
}
