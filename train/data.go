package train

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
	questions  []task       // to label
	plain      []task       // pieces of plain text with all that a cloze would ask for, to label
	labelled   []labelled   // questions' texts with what their tokens are worth
	salient    []labelled   // the same of the plain text
	recurrent  []labelled   // chunks with what comes back
	tasks      []task       // texts with probes, for the joint loop
	byLength   []task       // the same in order of length, where a reconstructor is healed
	selection  []task       // held out, to select on
	sources    tally        // of all that was read
}

// task is a text with its tokens and what is asked about it.
type task struct {
	probe.Task
	text   token.Text
	taught []float32 // what its tokens are worth to all, says the teacher; nil where it says nothing
}

// key is a task's own: where its text lies. Two tasks may ask about the same text.
func (t task) key() *byte { return &t.text.Bytes[0] }

const (
	chunkTokens   = 192    // of plain text, for the reconstructor and recurrence
	taskTokens    = 384    // longest text of the joint loop
	clozeText     = 800    // bytes of a text that salient spans are looked for in
	mostSalient   = 20_000 // such texts that a run holds in memory
	probesEach    = 4      // probes of a plain text
	heldOutEvery  = 20     // of so many documents of the corpus one is selected on, and not learned from
	heldOutEach   = 4      // texts of each of those
	mostHeldOut   = 200    // texts in all
	recurrentText = 1500   // bytes of a text that recurrence is looked for in
)

func load(ctx context.Context, c config.Train) (*data, error) {
	tokenizer, err := token.Open(c.Tokenizer)
	if err != nil {
		return nil, config.Usage(err)
	}
	d := &data{tokenizer: tokenizer, sources: tally{}}
	counter := agent.NewCounter(tokenizer.VocabSize())
	source := c.CorpusPath
	if source == "" {
		source = c.DataPath
	}
	documents, cut := 0, pieces{}
	if err := corpus.Read(ctx, or(trainFile(source), "sample"), func(doc corpus.Document) error {
		if slices.Contains(c.ExcludeSources, doc.Source) {
			return nil
		}
		documents++
		if documents%heldOutEvery == 0 && c.ValDataPath == "" {
			d.sources.document(useSelection, source, doc)
			d.holdOut(doc, c.RandomSeed)
			return nil
		}
		d.sources.document(useText, source, doc)
		d.addDocument(doc, counter, c)
		if c.SupervisedCloze+c.AskedCloze > 0 || c.Teacher != "" {
			cut.add(doc)
		}
		d.addAsked(doc, c)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read training text: %w", err)
	}
	d.statistics = counter.Statistics()
	for _, p := range cut.even(mostSalient) {
		d.plain = append(d.plain, task{Task: probe.Cloze(p.id, p.text, 0, c.RandomSeed), text: token.Read(d.tokenizer, []byte(p.text))})
	}
	if err := d.addQuestions(c); err != nil {
		return nil, err
	}
	if d.salient, err = labelAll(ctx, byRarity{d.statistics}, d.plain, c.ClozeWorth); err != nil {
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
}

// addChunks cuts a text into pieces of so many tokens; what remains is left out.
func (d *data) addChunks(text token.Text, length int) {
	for start := 0; start+length <= len(text.Tokens); start += length {
		from, to := text.Tokens[start].Start, text.Tokens[start+length-1].End
		d.chunks = append(d.chunks, token.Read(d.tokenizer, text.Bytes[from:to]))
	}
}

// addQuestions reads what is asked in training and, held out, in selection.
func (d *data) addQuestions(c config.Train) error {
	names := c.QAPath
	if len(names) == 0 {
		names = []string{"sample"}
	}
	for _, name := range names {
		questions, err := corpus.Questions(name)
		if err != nil {
			return fmt.Errorf("read questions: %w", err)
		}
		for _, t := range probe.Tasks(questions, 0, c.RandomSeed) {
			d.sources.task(useQuestions, name, t)
			text := token.Read(d.tokenizer, []byte(t.Text))
			d.questions = append(d.questions, task{Task: t, text: text})
			if slices.Contains(c.Probes, probe.KindQuestion) {
				d.addTask(t, text)
			}
		}
	}
	held, err := heldOut(c)
	if err != nil {
		return fmt.Errorf("read held-out data: %w", err)
	}
	for _, t := range held {
		d.sources.task(useSelection, or(c.ValDataPath, "sample-valid"), t)
		d.selection = append(d.selection, task{Task: t, text: token.Read(d.tokenizer, []byte(t.Text))})
	}
	return nil
}

// holdOut asks about the pieces of a document, to select on: questions that people search with tend to have their
// answers at the beginning of a text, and a run that is selected on them alone learns to keep beginnings.
func (d *data) holdOut(doc corpus.Document, seed int64) {
	for n := 0; n < heldOutEach && (n+1)*clozeText <= len(doc.Text) && len(d.selection) < mostHeldOut; n++ {
		from := n * clozeText
		t := probe.Cloze(fmt.Sprintf("%s#%d", doc.ID, from), strings.ToValidUTF8(doc.Text[from:from+clozeText], ""), probesEach, seed)
		if len(t.Probes) > 0 {
			d.selection = append(d.selection, task{Task: t, text: token.Read(d.tokenizer, []byte(t.Text))})
		}
	}
}

// addTask takes a text that is short enough for the joint loop and about which something is asked.
func (d *data) addTask(t probe.Task, text token.Text) {
	if len(t.Probes) > 0 && len(text.Tokens) > 0 && len(text.Tokens) <= taskTokens {
		d.tasks = append(d.tasks, task{Task: t, text: text})
	}
}

// addAsked makes probes of a plain text.
func (d *data) addAsked(doc corpus.Document, c config.Train) {
	if slices.Contains(c.Probes, probe.KindCloze) {
		for from := 0; from+clozeText <= len(doc.Text) && len(d.tasks) < mostSalient; from += clozeText {
			piece := strings.ToValidUTF8(doc.Text[from:from+clozeText], "")
			t := probe.Cloze(fmt.Sprintf("%s#%d", doc.ID, from), piece, probesEach, c.RandomSeed)
			d.addTask(t, token.Read(d.tokenizer, []byte(t.Text)))
		}
	}
	for from := 0; from+clozeText <= len(doc.Text) && len(d.tasks) < mostSalient; from += clozeText {
		piece, id := strings.ToValidUTF8(doc.Text[from:from+clozeText], ""), fmt.Sprintf("%s#%d", doc.ID, from)
		if slices.Contains(c.Probes, probe.KindRebuild) {
			d.addTask(probe.Rebuild(id, piece), token.Read(d.tokenizer, []byte(piece)))
		}
		if slices.Contains(c.Probes, probe.KindDistant) {
			d.addTask(probe.Distant(id, piece, doc.Text[from+clozeText:]), token.Read(d.tokenizer, []byte(piece)))
		}
	}
	if slices.Contains(c.Probes, probe.KindRecurrence) && len(d.tasks) < mostSalient {
		for _, t := range probe.DefaultRecurrences.Tasks(doc.ID, doc.Text, c.RandomSeed) {
			d.addTask(t, token.Read(d.tokenizer, []byte(t.Text)))
		}
	}
}

// heldOut is what a run is selected on as val_data_path says: questions, or cloze probes of plain text.
func heldOut(c config.Train) ([]probe.Task, error) {
	if c.ValDataPath == "" {
		questions, err := corpus.Questions("sample-valid")
		return probe.Tasks(questions, 0, c.RandomSeed), err
	}
	if questions, err := corpus.Questions(c.ValDataPath); err == nil {
		return probe.Tasks(questions, 0, c.RandomSeed), nil
	}
	var tasks []probe.Task
	err := corpus.Read(context.Background(), c.ValDataPath, func(doc corpus.Document) error {
		text := strings.ToValidUTF8(doc.Text[:min(len(doc.Text), clozeText)], "")
		if t := probe.Cloze(doc.ID, text, probesEach, c.RandomSeed); len(t.Probes) > 0 {
			tasks = append(tasks, t)
		}
		return nil
	})
	if err == nil && len(tasks) == 0 {
		err = config.Usagef("val_data_path: nothing can be asked about the text in %s", c.ValDataPath)
	}
	return tasks, err
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
