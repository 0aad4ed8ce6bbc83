package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/probe"
)

// evaluated is all text of the files to evaluate on, and of the held-out search questions, with the articles of both.
func evaluated() (held, error) {
	h := held{map[[8]byte]bool{}, map[string]bool{}}
	for _, name := range squad {
		h.articles[title(name)] = true
	}
	files, err := filepath.Glob(filepath.Join(corpus.SharedFolder(), "eval", "*.jsonl*"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("nothing to evaluate on in %s", corpus.SharedFolder())
	}
	if err != nil {
		return h, err
	}
	for _, path := range append(files, filepath.Join(corpus.SharedFolder(), "qa", "nq.valid.jsonl.gz")) {
		if err := h.addFile(path); err != nil {
			return h, fmt.Errorf("read %s: %w", path, err)
		}
	}
	return h, nil
}

func (h held) addFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var in io.Reader = bufio.NewReader(file)
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(in); err != nil {
			return err
		}
	}
	lines := json.NewDecoder(in)
	for lines.More() {
		var row map[string]any
		if err := lines.Decode(&row); err != nil {
			return err
		}
		if name, ok := row["article"].(string); ok {
			h.articles[title(name)] = true
		}
		h.addAll(row)
	}
	return nil
}

// addAll adds every text within a value.
func (h held) addAll(value any) {
	switch v := value.(type) {
	case string:
		h.add(v)
	case []any:
		for _, item := range v {
			h.addAll(item)
		}
	case map[string]any:
		for _, item := range v {
			h.addAll(item)
		}
	}
}

// compare says how many of QED's dev questions come out as the project has them.
func compare(own, dev []probe.Question) error {
	is := map[string]probe.Question{}
	for _, q := range dev {
		is[q.ID] = q
	}
	found, contexts, asked := 0, 0, 0
	for _, q := range own {
		again, ok := is[q.ID]
		if !ok {
			continue
		}
		found++
		if again.Context == q.Context {
			contexts++
		}
		if again.Question == q.Question {
			asked++
		}
	}
	_, err := fmt.Printf("%d of %d questions; the same context in %d, question in %d\n", found, len(own), contexts, asked)
	return err
}
