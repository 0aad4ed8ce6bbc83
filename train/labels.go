package train

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/torch"
)

// labelsFile keeps what a reader said, a text a line: it takes minutes, and a run that goes on does not ask again.
const labelsFile = "labels.jsonl"

// labelQuestions labels the texts of the questions, by a reader where the configuration names one.
func (t *Trainer) labelQuestions(ctx context.Context) (err error) {
	rarity, all := byRarity{t.data.statistics}, t.data.questions
	if t.cfg.LabelWith == "rarity" || t.cfg.SupervisedEpochs == 0 {
		t.data.labelled, err = labelAll(ctx, rarity, all, 1)
		return err
	}
	n := len(all)
	if t.cfg.LabelTexts > 0 {
		n = min(n, t.cfg.LabelTexts)
	}
	if t.data.labelled, err = t.labelByReader(ctx, all[:n]); err != nil {
		return err
	}
	rest, err := labelAll(ctx, rarity, all[n:], 1)
	t.data.labelled = append(t.data.labelled, rest...)
	return err
}

func (t *Trainer) labelByReader(ctx context.Context, tasks []task) ([]labelled, error) {
	return t.labelTo(ctx, labelsFile, tasks, func() (labeller, func(), error) {
		reader, err := reconstructor.Open(t.cfg.LabelReader, torch.Fast(), 0)
		if err != nil {
			return nil, nil, config.Usagef("label_reader: %w", err)
		}
		by, err := newLabeller(t.cfg, reader)
		if err != nil {
			reader.Close()
			return nil, nil, config.Usage(err)
		}
		t.log.Info("labelling", "texts", len(tasks), "with", t.cfg.LabelWith, "reader", t.cfg.LabelReader)
		return by, reader.Close, nil
	})
}

// labelTo labels tasks one by one into a file of the run, whose lines it goes on from; who labels is opened where some are
// missing.
func (t *Trainer) labelTo(ctx context.Context, name string, tasks []task, open func() (labeller, func(), error)) ([]labelled, error) {
	file, known, err := openLabels(filepath.Join(t.cfg.OutputDir, name), tasks)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if len(known) == len(tasks) {
		return known, nil
	}
	by, done, err := open()
	if err != nil {
		return nil, err
	}
	defer done()
	for _, each := range tasks[len(known):] {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("stopped after %d labelled texts; the same command goes on: %w", len(known), context.Cause(ctx))
		}
		worth, err := by.label(ctx, each)
		if err != nil {
			return nil, fmt.Errorf("label %s: %w", each.ID, err)
		}
		if err := json.NewEncoder(file).Encode(labelLine{each.ID, worth}); err != nil {
			return nil, fmt.Errorf("write labels: %w", err)
		}
		known = append(known, labelled{text: each.text, worth: worth})
	}
	return known, nil
}

// labelLine is a text's line of labels.jsonl.
type labelLine struct {
	ID    string    `json:"id"`
	Worth []float32 `json:"worth"`
}

// openLabels reads the labels that an earlier run left for the first of the tasks, and opens their file to go on. A last
// line that was not written to its end is taken away.
func openLabels(path string, tasks []task) (*os.File, []labelled, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, nil, fmt.Errorf("output_dir: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, nil, fmt.Errorf("labels: %w", err)
	}
	known, end, err := readLabels(file, tasks)
	if err == nil && len(known) < len(tasks) { // else what follows is whole: a run that wanted more left it
		err = file.Truncate(end)
	}
	if err == nil {
		_, err = file.Seek(end, io.SeekStart)
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("labels %s: %w", path, err), file.Close())
	}
	return file, known, nil
}

// readLabels reads whole lines and where the last of them ends.
func readLabels(in io.Reader, tasks []task) (known []labelled, end int64, err error) {
	lines := bufio.NewReader(in)
	for len(known) < len(tasks) {
		row, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return known, end, nil
		}
		if err != nil {
			return nil, 0, err
		}
		var l labelLine
		t := tasks[len(known)]
		if bad := json.Unmarshal(row, &l); bad != nil || l.ID != t.ID || len(l.Worth) != len(t.text.Tokens) {
			return nil, 0, config.Usagef("line %d is not the label of %s; remove the file, or name another output_dir", len(known)+1, t.ID)
		}
		known, end = append(known, labelled{text: t.text, worth: l.Worth}), end+int64(len(row))
	}
	return known, end, nil
}
