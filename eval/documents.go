package eval

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/probe"
)

const (
	passageBytes  = 1200 // a plain document is cut into passages of about this length, at the ends of sentences
	passageProbes = 4    // asked of a passage
	heldOut       = "sample-valid"
)

// Documents reads what to evaluate on. Questions (JSONL with context, question and answers) are gathered by their
// context; any other text is cut into passages that are asked about by cloze; no name, or sample-valid, is both, of what
// is held out in the binary. most, when above 0, takes so many, drawn by the seed.
func Documents(ctx context.Context, name string, most int, seed int64) ([]probe.Task, error) {
	var tasks []probe.Task
	asks := name == "" || name == heldOut || asksQuestions(name)
	if asks {
		questions, err := corpus.Questions(or(name, heldOut))
		if err != nil {
			return nil, err
		}
		tasks = probe.Tasks(questions, 0, seed)
	}
	if !asks || name == "" || name == heldOut {
		passages, err := clozes(ctx, or(name, heldOut), seed)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, passages...)
	}
	if len(tasks) == 0 {
		return nil, config.Usagef("data_path %s: nothing in it can be asked about", name)
	}
	return choose(tasks, most, seed), nil
}

// choose draws most tasks and leaves them in order.
func choose(tasks []probe.Task, most int, seed int64) []probe.Task {
	if most == 0 || most >= len(tasks) {
		return tasks
	}
	at := rand.New(rand.NewPCG(uint64(seed), 0xd0c)).Perm(len(tasks))[:most]
	slices.Sort(at)
	chosen := make([]probe.Task, most)
	for i, from := range at {
		chosen[i] = tasks[from]
	}
	return chosen
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// clozes cuts the documents of a corpus into passages and asks for what is salient in them.
func clozes(ctx context.Context, name string, seed int64) ([]probe.Task, error) {
	var tasks []probe.Task
	err := corpus.Read(ctx, name, func(d corpus.Document) error {
		for i, text := range passages(d.Text) {
			task := probe.Cloze(fmt.Sprintf("%s#%d", d.ID, i), text, passageProbes, seed)
			if len(task.Probes) > 0 {
				tasks = append(tasks, task)
			}
		}
		return nil
	})
	return tasks, err
}

// passages are runs of whole sentences; what is left at the end joins in if it is half as long.
func passages(text string) []string {
	var all []string
	start, end := -1, 0
	for _, s := range probe.Sentences(text) {
		if start < 0 {
			start = s.Start
		}
		end = s.End
		if end-start >= passageBytes {
			all, start = append(all, text[start:end]), -1
		}
	}
	if start >= 0 && (end-start >= passageBytes/2 || len(all) == 0) {
		all = append(all, text[start:end])
	}
	return all
}

// asksQuestions looks at the first line of a file of JSON lines.
func asksQuestions(path string) bool {
	f, err := os.Open(path)
	if err != nil || !strings.Contains(path, ".jsonl") {
		return false
	}
	defer f.Close()
	in := bufio.NewReader(f)
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(in)
		if err != nil {
			return false
		}
		in = bufio.NewReader(z)
	}
	line, _ := in.ReadBytes('\n') // what cannot be read is no question; who reads it next says why
	var fields map[string]json.RawMessage
	return json.Unmarshal(line, &fields) == nil && fields["question"] != nil
}
