package distill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// pieceBytes of a document are a text.
const pieceBytes = 800

// example is a text to learn on, with its hard labels: 1 at the tokens of what would be asked for.
type example struct {
	text   token.Text
	labels []float32
}

// data is what a ladder learns from and is measured on.
type data struct {
	train []example
	valid []probe.Task
}

var errEnough = errors.New("enough")

func load(ctx context.Context, cfg config.Distill, t token.Tokenizer) (*data, error) {
	d := &data{}
	seed := int64(cfg.Seeds[0])
	questions, err := corpus.Questions(cfg.Questions)
	if err != nil {
		return nil, fmt.Errorf("read questions: %w", err)
	}
	for _, task := range probe.Tasks(questions, 0, seed) {
		if len(d.train) < cfg.Texts/2 {
			d.train = append(d.train, label(t, task))
		}
	}
	err = pieces(ctx, cfg.TrainPath, cfg.Exclude, func(id, text string) error {
		d.train = append(d.train, label(t, probe.Cloze(id, text, 0, seed)))
		return enough(len(d.train), cfg.Texts)
	})
	if err != nil {
		return nil, fmt.Errorf("read training text: %w", err)
	}
	if d.valid, err = heldOut(ctx, cfg, seed); err != nil {
		return nil, fmt.Errorf("read held-out text: %w", err)
	}
	if len(d.train) == 0 || len(d.valid) < 2 {
		return nil, config.Usagef("%d texts to learn on and %d to measure on; want at least 1 and 2", len(d.train), len(d.valid))
	}
	return d, nil
}

// heldOut is what a ladder is measured on: questions that somebody asked, or cloze questions about plain text.
func heldOut(ctx context.Context, cfg config.Distill, seed int64) (tasks []probe.Task, err error) {
	if strings.Contains(cfg.ValidPath, ".jsonl") {
		if questions, err := corpus.Questions(cfg.ValidPath); err == nil {
			tasks = probe.Tasks(questions, 0, seed)
			return tasks[:min(len(tasks), cfg.Documents)], nil
		}
	}
	err = pieces(ctx, cfg.ValidPath, nil, func(id, text string) error {
		if task := probe.Cloze(id, text, cfg.Probes, seed); len(task.Probes) > 0 {
			tasks = append(tasks, task)
		}
		return enough(len(tasks), cfg.Documents)
	})
	return tasks, err
}

func enough(n, most int) error {
	if n >= most {
		return errEnough
	}
	return nil
}

// pieces cuts documents into texts of some 800 bytes, at line ends or sentences where there are any.
func pieces(ctx context.Context, name string, exclude []string, each func(id, text string) error) error {
	err := corpus.Read(ctx, name, func(doc corpus.Document) error {
		if slices.Contains(exclude, doc.Source) {
			return nil
		}
		for from, text := range corpus.Pieces(doc.Text, pieceBytes) {
			if text = strings.TrimSpace(strings.ToValidUTF8(text, "")); len(text) > pieceBytes/4 {
				if err := each(fmt.Sprintf("%s#%d", doc.ID, from), text); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// label marks the tokens of a task's answers, each where it stands first.
func label(t token.Tokenizer, task probe.Task) example {
	x := example{text: token.Read(t, []byte(task.Text))}
	x.labels = make([]float32, len(x.text.Tokens))
	for _, p := range task.Probes {
		answer, found := probe.First(task.Text, p.Target)
		for i, each := range x.text.Tokens {
			if found && int(each.Start) < answer.End && answer.Start < int(each.End) {
				x.labels[i] = 1
			}
		}
	}
	return x
}
