package probe

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
)

// A Question has its answer in a context. Answers are other wordings of one answer, the best first.
type Question struct {
	ID       string   `json:"id"`
	Source   string   `json:"source,omitempty"` // whose question it is, where a file holds those of several
	Context  string   `json:"context"`
	Question string   `json:"question"`
	Answers  []string `json:"answers"`
}

// ReadQuestions reads one question a line in JSON: id, source, context, question, answers. Other fields are passed over.
func ReadQuestions(r io.Reader) ([]Question, error) {
	in := bufio.NewReader(r)
	var out []Question
	for n := 1; ; n++ {
		row, err := in.ReadBytes('\n')
		if len(row) > 1 {
			var q Question
			if bad := json.Unmarshal(row, &q); bad != nil {
				return nil, fmt.Errorf("line %d: want a question in JSON: %w", n, bad)
			}
			if q.Context == "" || q.Question == "" || len(q.Answers) == 0 {
				return nil, fmt.Errorf("line %d: want context, question and answers", n)
			}
			out = append(out, q)
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
}

// Tasks gathers questions by their context, in the order in which contexts first occur. A positive limit takes so many
// questions of each, drawn by the seed: the first ones of a paragraph tend to ask about its start.
func Tasks(questions []Question, limit int, seed int64) []Task {
	at := map[string]int{}
	var tasks []Task
	for _, q := range questions {
		i, known := at[q.Context]
		if !known {
			i = len(tasks)
			at[q.Context] = i
			tasks = append(tasks, Task{ID: q.ID, Source: q.Source, Text: q.Context})
		}
		tasks[i].Probes = append(tasks[i].Probes, Probe{Kind: KindQuestion, Prompt: q.Question, Target: q.Answers[0], Also: q.Answers[1:]})
	}
	for i := range tasks {
		tasks[i].Probes = draw(tasks[i].Probes, limit, source(seed, tasks[i].ID))
	}
	return tasks
}

// draw takes limit of the items at random, in their old order; no positive limit takes all.
func draw[T any](items []T, limit int, rng *rand.Rand) []T {
	if limit <= 0 || len(items) <= limit {
		return items
	}
	chosen := rng.Perm(len(items))[:limit]
	slices.Sort(chosen)
	out := make([]T, limit)
	for i, c := range chosen {
		out[i] = items[c]
	}
	return out
}
