package train

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// data is what a run learns from and selects on.
type data struct {
	tokenizer  token.Tokenizer
	statistics *agent.Statistics
	chunks     []token.Text // of the plain text, all of a length
	labelled   []labelled   // questions' texts with their answer spans
	recurrent  []labelled   // chunks with what comes back
	salient    []labelled   // chunks with what a cloze would ask for
	tasks      []task       // texts with probes, for the joint loop
	selection  []task       // held out, to select on
}

// task is a text with its tokens and what is asked about it.
type task struct {
	probe.Task
	text token.Text
}

const (
	chunkTokens   = 192    // of plain text, for the reconstructor and recurrence
	taskTokens    = 384    // longest text of the joint loop
	clozeText     = 800    // bytes of a text that salient spans are looked for in
	mostSalient   = 20_000 // such texts that a run holds in memory
	recurrentText = 1500   // bytes of a text that recurrence is looked for in
)

func load(ctx context.Context, c config.Train) (*data, error) {
	tokenizer, err := token.Open(c.Tokenizer)
	if err != nil {
		return nil, config.Usage(err)
	}
	d := &data{tokenizer: tokenizer}
	counter := agent.NewCounter(tokenizer.VocabSize())
	source := c.CorpusPath
	if source == "" {
		source = c.DataPath
	}
	if err := corpus.Read(ctx, or(trainFile(source), "sample"), func(doc corpus.Document) error {
		if !slices.Contains(c.ExcludeSources, doc.Source) {
			d.addDocument(doc, counter, c)
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read training text: %w", err)
	}
	d.statistics = counter.Statistics()
	if err := d.addQuestions(c); err != nil {
		return nil, err
	}
	if len(d.chunks) == 0 || len(d.tasks) == 0 {
		return nil, config.Usagef("nothing to train on: %d pieces of text and %d texts with questions", len(d.chunks), len(d.tasks))
	}
	return d, nil
}

// trainFile is the training split of a folder that prepare made, or path as it is.
func trainFile(path string) string {
	if split := filepath.Join(path, corpus.TrainFile); path != "" && exists(split) {
		return split
	}
	return path
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

func (d *data) addDocument(doc corpus.Document, counter *agent.Counter, c config.Train) {
	text := token.Read(d.tokenizer, []byte(doc.Text))
	counter.Add(text)
	d.addChunks(text, chunkTokens)
	for from := 0; c.SupervisedSteps > 0 && from+recurrentText <= len(doc.Text); from += recurrentText {
		d.recurrent = append(d.recurrent, recurring(d.tokenizer, doc.Text[from:from+recurrentText]))
	}
	for from := 0; c.SupervisedCloze > 0 && from+clozeText <= len(doc.Text) && len(d.salient) < mostSalient; from += clozeText {
		d.salient = append(d.salient, salient(d.tokenizer, doc.ID, doc.Text[from:from+clozeText], c.RandomSeed))
	}
}

// addChunks cuts a text into pieces of so many tokens; what remains is left out.
func (d *data) addChunks(text token.Text, length int) {
	for start := 0; start+length <= len(text.Tokens); start += length {
		from, to := text.Tokens[start].Start, text.Tokens[start+length-1].End
		d.chunks = append(d.chunks, token.Read(d.tokenizer, text.Bytes[from:to]))
	}
}

func (d *data) addQuestions(c config.Train) error {
	names, held := c.QAPath, "sample-valid"
	if len(names) == 0 {
		names = []string{"sample"}
	}
	for _, name := range names {
		questions, err := corpus.Questions(name)
		if err != nil {
			return fmt.Errorf("read questions: %w", err)
		}
		for _, t := range probe.Tasks(questions, 0, c.RandomSeed) {
			text := token.Read(d.tokenizer, []byte(t.Text))
			d.labelled = append(d.labelled, spread(text, probe.Labels(t)))
			if len(text.Tokens) <= taskTokens {
				d.tasks = append(d.tasks, task{t, text})
			}
		}
	}
	questions, err := corpus.Questions(held)
	if err != nil {
		return fmt.Errorf("read held-out questions: %w", err)
	}
	for _, t := range probe.Tasks(questions, 0, c.RandomSeed) {
		d.selection = append(d.selection, task{t, token.Read(d.tokenizer, []byte(t.Text))})
	}
	return nil
}

// draw takes n of a list for a step: every element once a pass, in an order that the seed and the pass decide.
func draw[T any](all []T, n int, seed int64, step int) []T {
	out := make([]T, 0, n)
	var order []int
	for at := step * n; len(out) < n; at++ {
		if order == nil || at%len(all) == 0 {
			order = env.Source(seed, at/len(all), len(all)).Perm(len(all))
		}
		out = append(out, all[order[at%len(all)]])
	}
	return out
}
