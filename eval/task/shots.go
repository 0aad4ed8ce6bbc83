package task

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
)

// Few-shot tasks shorten the examples in front of a question. Examples are other records of the same file, drawn for
// each document; a document asks about so many records, which stand next to each other in the file.
const (
	problemShots  = 6
	conceptShots  = 8
	askedTogether = 5
)

type problem struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	Answer   string `json:"answer"`
	Final    string `json:"final"`
}

// solution is the worked answer, without the mark that GSM8K has before the final number, ending as a reader should.
func (p problem) solution() string {
	worked, _, _ := strings.Cut(p.Answer, "\n####")
	return fmt.Sprintf("%s\nThe answer is %s.", strings.TrimSpace(worked), p.final())
}

func (p problem) final() string {
	if p.Final != "" {
		return p.Final
	}
	_, final, _ := strings.Cut(p.Answer, "####")
	return strings.ReplaceAll(strings.TrimSpace(final), ",", "")
}

func (p problem) check() error {
	if p.Question == "" || p.Answer == "" || p.final() == "" {
		return errors.New(`want question, answer and final (or #### and the number at the end of the answer)`)
	}
	return nil
}

func problems(_ context.Context, path string, seed int64) ([]probe.Task, []string, error) {
	all, err := records(path, problem.check)
	if err != nil {
		return nil, nil, err
	}
	return fewShot(path, all, problemShots, seed, shots[problem]{
		id:   func(p problem) string { return p.ID },
		show: func(p problem) string { return "Problem: " + p.Question + "\nSolution: " + p.solution() },
		ask: func(p problem) probe.Probe {
			return probe.Probe{Kind: probe.KindProblem, Prompt: p.Question, Target: p.solution(), Also: []string{p.final()}}
		},
	})
}

type conceptSet struct {
	ID         string   `json:"id"`
	Concepts   []string `json:"concepts"`
	References []string `json:"references"`
}

func (c conceptSet) check() error {
	if len(c.Concepts) == 0 || len(c.References) == 0 {
		return errors.New("want concepts and references")
	}
	return nil
}

func concepts(_ context.Context, path string, seed int64) ([]probe.Task, []string, error) {
	all, err := records(path, conceptSet.check)
	if err != nil {
		return nil, nil, err
	}
	words := func(c conceptSet) string { return strings.Join(c.Concepts, ", ") }
	return fewShot(path, all, conceptShots, seed, shots[conceptSet]{
		id:   func(c conceptSet) string { return c.ID },
		show: func(c conceptSet) string { return "Words: " + words(c) + "\nSentence: " + c.References[0] },
		ask: func(c conceptSet) probe.Probe {
			return probe.Probe{Kind: probe.KindConcepts, Prompt: words(c), Target: c.References[0], Also: c.References[1:]}
		},
	})
}

// shots says how a record of a few-shot task is named, shown as an example, and asked about.
type shots[T any] struct {
	id   func(T) string
	show func(T) string
	ask  func(T) probe.Probe
}

func fewShot[T any](path string, all []T, examples int, seed int64, s shots[T]) ([]probe.Task, []string, error) {
	if len(all) < examples+1 {
		return nil, nil, config.Usagef("data_path %s: %d records; want at least %d, since %d others are the examples for each", path, len(all), examples+1, examples)
	}
	together := min(askedTogether, len(all)-examples)
	var tasks []probe.Task
	for start := 0; start < len(all); start += together {
		end := min(start+together, len(all))
		task := probe.Task{ID: s.id(all[start])}
		if task.ID == "" {
			task.ID = fmt.Sprintf("%d", start+1)
		}
		for _, record := range all[start:end] {
			task.Probes = append(task.Probes, s.ask(record))
		}
		var shown []string
		for _, record := range others(all, start, end, examples, seed) {
			shown = append(shown, s.show(record))
		}
		task.Text = strings.Join(shown, "\n\n")
		tasks = append(tasks, task)
	}
	note := fmt.Sprintf("What is shortened is %d examples, other records of the file, drawn for every %d that are asked about.", examples, together)
	return tasks, []string{note}, nil
}

// others draws records that are not among [start, end).
func others[T any](all []T, start, end, n int, seed int64) []T {
	random := rand.New(rand.NewPCG(uint64(seed), uint64(start)))
	rest := append(slices.Clone(all[:start]), all[end:]...)
	random.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	return rest[:n]
}
