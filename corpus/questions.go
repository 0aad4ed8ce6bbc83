package corpus

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
)

// A QuestionWriter is a model that writes questions for answers that stand in texts, and says what reading a text tells
// it about answers; reconstructor.Reconstructor is one.
type QuestionWriter interface {
	Ask(ctx context.Context, texts []string, answers [][]string) ([][]string, error)
	Told(ctx context.Context, tasks []probe.Task) ([][][]probe.Label, error)
}

// QuestionsFile is what WriteQuestions writes, in the form that Questions reads.
const QuestionsFile = "questions.jsonl"

const (
	passageBytes  = 800 // of a text that is asked about
	passageBatch  = 8   // passages between two that are safe on disk
	passagesEach  = 12  // of a document
	leastTold     = 0.5 // nats a token that a text has to tell about an answer for its question to count
	questionWords = 3   // of the shortest question
)

// Written counts what WriteQuestions did.
type Written struct{ Passages, Answers, Questions int }

// WriteQuestions asks about the spans of texts that a cloze would ask for, up to cfg.WriteQuestions a passage, and keeps
// the questions that end as one, do not say their answer, and whose answer the model knows better, by half a nat
// a token, when it has read the passage. Every answer is a span of its passage. The questions go to questions.jsonl in the
// output folder; stopped, the same call goes on after the last passages that were safe, and ends with the same bytes.
func WriteQuestions(ctx context.Context, cfg config.Data, writer QuestionWriter, report func(passages int)) (Written, error) {
	w := questionRun{cfg: cfg, writer: writer, report: report, path: filepath.Join(cfg.OutputDir, QuestionsFile)}
	if err := w.open(); err != nil {
		return Written{}, fmt.Errorf("write questions: %w", err)
	}
	source := Source{Name: cfg.DatasetName, TextField: cfg.TextField, Config: cfg.DatasetConfig, Split: cfg.DatasetSplit}
	err := source.Read(ctx, w.document(ctx))
	if errors.Is(err, errEnough) {
		err = nil
	}
	if err == nil {
		err = w.flush(ctx)
	}
	err = errors.Join(err, w.file.Close())
	if err == nil {
		err = w.finish()
	}
	if err != nil {
		return w.written, fmt.Errorf("write questions, %d passages so far; the same command goes on: %w", w.written.Passages, err)
	}
	return w.written, nil
}

// questionRun is one run of WriteQuestions.
type questionRun struct {
	cfg     config.Data
	writer  QuestionWriter
	report  func(passages int)
	path    string
	file    *os.File // a line a passage, under another name until all are there
	done    int      // passages that an earlier run has asked about
	seen    int
	waiting []probe.Task
	written Written
}

// passage is what was asked about one.
type passage struct {
	ID        string           `json:"id"`
	Answers   int              `json:"answers"`
	Questions []probe.Question `json:"questions"`
}

func (w *questionRun) partial() string { return w.path + ".partial" }

// open counts the passages that an earlier run has asked about; a line that was not written to its end is taken away.
func (w *questionRun) open() (err error) {
	if err = os.MkdirAll(w.cfg.OutputDir, 0o755); err != nil {
		return err
	}
	if w.file, err = os.OpenFile(w.partial(), os.O_CREATE|os.O_RDWR, 0o644); err != nil {
		return err
	}
	end := int64(0)
	err = eachPassage(w.file, func(row []byte, p passage) error {
		end += int64(len(row))
		w.count(p)
		w.done++
		return nil
	})
	if err == nil {
		err = w.file.Truncate(end)
	}
	if err == nil {
		_, err = w.file.Seek(end, io.SeekStart)
	}
	return err
}

func (w *questionRun) count(p passage) {
	w.written.Passages++
	w.written.Answers += p.Answers
	w.written.Questions += len(p.Questions)
}

// eachPassage reads whole lines.
func eachPassage(in io.Reader, each func(row []byte, p passage) error) error {
	lines := bufio.NewReader(in)
	for {
		row, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		var p passage
		if err == nil {
			err = json.Unmarshal(row, &p)
		}
		if err == nil {
			err = each(row, p)
		}
		if err != nil {
			return err
		}
	}
}

// document asks about the passages of a text that none of an earlier run's are.
func (w *questionRun) document(ctx context.Context) func(Document) error {
	excluded := setOf(w.cfg.ExcludeSources)
	return func(doc Document) error {
		if excluded[doc.Source] {
			return nil
		}
		for n, text := range passages(doc.Text) {
			if w.cfg.MaxSequences > 0 && w.seen == w.cfg.MaxSequences {
				return errEnough
			}
			w.seen++
			if w.seen <= w.done {
				continue
			}
			w.waiting = append(w.waiting, probe.Cloze(fmt.Sprintf("%s#%d", doc.ID, n), text, w.cfg.WriteQuestions, w.cfg.RandomSeed))
			if len(w.waiting) < passageBatch {
				continue
			}
			if err := w.flush(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}

func setOf(names []string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}

// passages cuts a text at sentences into pieces of about passageBytes.
func passages(text string) []string {
	text = strings.ToValidUTF8(text, "")
	var all []string
	start, end := 0, 0
	for _, s := range probe.Sentences(text) {
		if end > start && s.End-start > passageBytes {
			all = append(all, text[start:end])
			start = s.Start
		}
		end = s.End
	}
	if end > start {
		all = append(all, text[start:end])
	}
	return all[:min(len(all), passagesEach)]
}

// flush asks about the passages that wait, and writes a line for each.
func (w *questionRun) flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	asked, err := w.ask(ctx)
	if err != nil {
		return err
	}
	for i, task := range asked {
		p := passage{ID: task.ID, Answers: len(w.waiting[i].Probes), Questions: []probe.Question{}}
		for n, each := range task.Probes {
			p.Questions = append(p.Questions, probe.Question{
				ID: fmt.Sprintf("%s/%d", task.ID, n), Context: task.Text, Question: each.Prompt, Answers: []string{each.Target},
			})
		}
		if err := json.NewEncoder(w.file).Encode(p); err != nil {
			return err
		}
		w.count(p)
	}
	w.waiting = w.waiting[:0]
	w.report(w.written.Passages)
	return nil
}

// ask returns the passages that wait with the questions that are good.
func (w *questionRun) ask(ctx context.Context) ([]probe.Task, error) {
	texts, answers := make([]string, len(w.waiting)), make([][]string, len(w.waiting))
	for i, t := range w.waiting {
		texts[i] = t.Text
		for _, p := range t.Probes {
			answers[i] = append(answers[i], p.Target)
		}
	}
	questions, err := w.writer.Ask(ctx, texts, answers)
	if err != nil {
		return nil, err
	}
	tasks := make([]probe.Task, len(w.waiting))
	for i, t := range w.waiting {
		tasks[i] = probe.Task{ID: t.ID, Text: t.Text}
		said := map[string]bool{}
		for n, question := range questions[i] {
			if answer := answers[i][n]; isQuestion(question, answer) && !said[question] {
				said[question] = true
				tasks[i].Probes = append(tasks[i].Probes, probe.Probe{Kind: probe.KindQuestion, Prompt: question, Target: answer})
			}
		}
	}
	return tasks, w.verify(ctx, tasks)
}

// isQuestion says whether one thing was asked that does not say its answer.
func isQuestion(question, answer string) bool {
	return strings.HasSuffix(question, "?") && strings.Count(question, "?") == 1 && len(strings.Fields(question)) >= questionWords &&
		!strings.Contains(strings.ToLower(question), strings.ToLower(answer))
}

// verify leaves the questions whose answer the passage tells.
func (w *questionRun) verify(ctx context.Context, tasks []probe.Task) error {
	told, err := w.writer.Told(ctx, tasks)
	if err != nil {
		return err
	}
	for i, t := range tasks {
		var good []probe.Probe
		for n, labels := range told[i] {
			sum := 0.0
			for _, l := range labels {
				sum += l.Worth
			}
			if sum >= leastTold*float64(len(labels)) {
				good = append(good, t.Probes[n])
			}
		}
		tasks[i].Probes = good
	}
	return nil
}

// finish gathers the questions of all passages and gives the file its name.
func (w *questionRun) finish() error {
	in, err := os.Open(w.partial())
	if err != nil {
		return err
	}
	defer in.Close()
	fresh := w.path + ".fresh"
	out, err := os.Create(fresh)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	err = eachPassage(in, func(_ []byte, p passage) error {
		for _, q := range p.Questions {
			if err := encoder.Encode(q); err != nil {
				return err
			}
		}
		return nil
	})
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	if err = os.Rename(fresh, w.path); err != nil {
		return err
	}
	return os.Remove(w.partial())
}
