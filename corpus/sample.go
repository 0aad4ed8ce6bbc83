package corpus

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"fmt"
	"os"
	"path"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
)

// The sample is a small corpus and questions of open licences (sample/LICENSES.md), made by sample/make.go.
//
//go:embed sample/*.jsonl.gz
var sample embed.FS

// Sample is the corpus in the binary, to train on.
func Sample() ([]Document, error) { return collect("sample") }

// SampleValid is what of the sample corpus is held out, to select and report on.
func SampleValid() ([]Document, error) { return collect("sample-valid") }

func collect(name string) ([]Document, error) {
	var docs []Document
	err := Read(context.Background(), name, func(d Document) error {
		docs = append(docs, d)
		return nil
	})
	return docs, err
}

func (s Source) readSample(ctx context.Context, each func(Document) error) error {
	file := "train.jsonl.gz"
	if s.Name == "sample-valid" {
		file = "valid.jsonl.gz"
	}
	in, err := openSample(file)
	if err != nil {
		return err
	}
	var stopped error
	err = readLines(in, "text", s.Name, func(d Document) bool {
		if stopped = ctx.Err(); stopped == nil {
			stopped = each(d)
		}
		return stopped == nil
	})
	if stopped != nil {
		return stopped
	}
	return err
}

// openSample unpacks a file of the sample. It is in memory; nothing needs closing.
func openSample(file string) (*bufio.Reader, error) {
	data, err := sample.ReadFile(path.Join("sample", file))
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("unpack the sample's %s: %w", file, err)
	}
	return bufio.NewReader(z), nil
}

// Questions reads questions with answers from a JSONL file, packed or not. The names sample and sample-valid, and no
// name, stand for those in the binary: to train on, and held out.
func Questions(name string) ([]probe.Question, error) {
	switch name {
	case "", "sample":
		return sampleQuestions("nq.train.jsonl.gz")
	case "sample-valid":
		return sampleQuestions("nq.valid.jsonl.gz")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, config.Usagef("questions: %w", err)
	}
	defer f.Close()
	in, err := unpack(f, name)
	if err == nil {
		var questions []probe.Question
		if questions, err = probe.ReadQuestions(in); err == nil {
			return questions, nil
		}
	}
	return nil, config.Usagef("questions %s: %w", name, err)
}

func sampleQuestions(file string) ([]probe.Question, error) {
	in, err := openSample(file)
	if err != nil {
		return nil, err
	}
	return probe.ReadQuestions(in)
}
