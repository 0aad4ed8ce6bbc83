package task

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/probe"
)

// A Source says what to evaluate on.
type Source struct {
	Path string // a file; empty takes the task's in the shared data
	Task string // a name of Names; empty or auto sees it from the file
	Most int    // documents, drawn by the seed; 0 takes all
	Seed int64  // of all that is drawn
}

// A Set is what a source holds.
type Set struct {
	Path  string // of what was read; HeldOut where it is in the binary
	Task  string
	Tasks []probe.Task
	Notes []string // what was left out, and why
}

// HeldOut is the name of what is held out in the binary.
const HeldOut = "sample-valid"

// Auto is the task that is seen from the file.
const Auto = "auto"

// reader reads all documents of a file.
type reader func(ctx context.Context, path string, seed int64) ([]probe.Task, []string, error)

// kinds are the tasks by what a file holds; the first whose fields are all in the first line is the file's.
var kinds = []struct {
	name   string
	fields []string
	read   reader
}{
	{"questions", []string{"context", "question"}, questions},
	{"gsm8k", []string{"question", "answer"}, problems},
	{"commongen", []string{"concepts", "references"}, concepts},
	{"meetings", []string{"transcript", "queries"}, meetings},
	{"chat", []string{"messages", "facts"}, chats},
	{"text", nil, text},
}

// shared are the files of the shared data.
var shared = map[string]struct{ file, kind string }{
	"squad_en": {"squad_en.jsonl", "questions"}, "squad_es": {"squad_es.jsonl", "questions"},
	"squad_de": {"squad_de.jsonl", "questions"}, "squad_zh": {"squad_zh.jsonl", "questions"},
	"gsm8k": {"gsm8k.jsonl", "gsm8k"}, "commongen": {"commongen.jsonl", "commongen"},
	"meetings": {"meetings.jsonl.gz", "meetings"}, "chat": {"chat.jsonl", "chat"},
}

// Read reads a source. What is wrong with it is a wrong request (config.ExitCode 2).
func Read(ctx context.Context, s Source) (Set, error) {
	set := Set{Path: s.Path}
	if s.Path == "" && (s.Task == "" || s.Task == Auto) {
		set.Path = HeldOut
	}
	if s.Path == "" && set.Path == "" {
		known, ok := shared[s.Task]
		if !ok {
			return Set{}, config.Usagef("task %s needs a data_path", s.Task)
		}
		set.Path = filepath.Join(corpus.SharedFolder(), "eval", known.file)
	}
	read, err := s.open(&set)
	if err != nil {
		return Set{}, err
	}
	if set.Tasks, set.Notes, err = read(ctx, set.Path, s.Seed); err != nil {
		return Set{}, err
	}
	if len(set.Tasks) == 0 {
		return Set{}, config.Usagef("data_path %s: nothing in it can be asked about", set.Path)
	}
	set.Tasks = choose(set.Tasks, s.Most, s.Seed)
	return set, nil
}

// open finds who reads the source: by its first line, which must not hold another task than was asked for.
func (s Source) open(set *Set) (reader, error) {
	if set.Path == HeldOut {
		set.Task = HeldOut
		return heldOut, nil
	}
	if _, err := os.Stat(set.Path); err != nil && s.Task != "" && s.Task != Auto {
		return nil, config.Usagef("task %s: %w; name a data_path, or the folder that holds eval/ by SPUTNIK_DATA", s.Task, err)
	}
	want := s.Task
	if known, ok := shared[s.Task]; ok {
		want = known.kind
	}
	fields := firstFields(set.Path)
	for _, k := range kinds {
		if k.fields != nil && !hasAll(fields, k.fields) {
			continue
		}
		if want != "" && want != Auto && want != k.name {
			return nil, config.Usagef("data_path %s: its first line is not of task %s, but of %s", set.Path, s.Task, k.name)
		}
		set.Task = k.name
		return k.read, nil
	}
	return nil, fmt.Errorf("no task reads %s", set.Path) // text reads everything
}

func hasAll(fields map[string]bool, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(name string) bool { return !fields[name] })
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

// questions are gathered by their context.
func questions(_ context.Context, path string, seed int64) ([]probe.Task, []string, error) {
	all, err := corpus.Questions(path)
	return probe.Tasks(all, 0, seed), nil, err
}

// heldOut is the questions and the passages in the binary.
func heldOut(ctx context.Context, path string, seed int64) ([]probe.Task, []string, error) {
	asked, _, err := questions(ctx, path, seed)
	if err != nil {
		return nil, nil, err
	}
	passages, _, err := text(ctx, path, seed)
	return append(asked, passages...), nil, err
}

func joined(lines []string) string { return strings.Join(lines, "\n") }
