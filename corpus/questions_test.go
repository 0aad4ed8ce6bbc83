package corpus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
)

// scribe asks "What is number N of TEXT?" about every answer, and stops the world after so many texts.
type scribe struct {
	asked *int
	most  int
	stop  context.CancelFunc
}

func (s scribe) Ask(_ context.Context, texts []string, answers [][]string) ([][]string, error) {
	questions := make([][]string, len(texts))
	for i := range texts {
		*s.asked++
		if *s.asked == s.most {
			s.stop()
		}
		for n, answer := range answers[i] {
			question := fmt.Sprintf("What is number %d here?", n)
			switch n {
			case 1:
				question = "Is it " + answer + ", or is it not?" // says it
			case 2:
				question = "No question."
			}
			questions[i] = append(questions[i], question)
		}
	}
	return questions, nil
}

// Told tells much about all answers but those in digits.
func (s scribe) Told(_ context.Context, tasks []probe.Task) ([][][]probe.Label, error) {
	told := make([][][]probe.Label, len(tasks))
	for i, t := range tasks {
		for _, p := range t.Probes {
			worth := 2.0
			if strings.ContainsAny(p.Target, "0123456789") {
				worth = 0.1
			}
			told[i] = append(told[i], []probe.Label{{Span: probe.Span{End: len(p.Target)}, Worth: worth}})
		}
	}
	return told, nil
}

func writeQuestions(t *testing.T, dir string, stopAfter int) (Written, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	asked := 0
	var cfg config.Data
	config.Default(&cfg)
	cfg.DatasetName, cfg.OutputDir, cfg.WriteQuestions, cfg.MaxSequences = "sample", dir, 4, 40
	return WriteQuestions(ctx, cfg, scribe{&asked, stopAfter, cancel}, func(int) {})
}

func TestWrittenQuestionsAreAnsweredByTheirPassages(t *testing.T) {
	dir := t.TempDir()
	n, err := writeQuestions(t, dir, 0)
	if err != nil || n.Passages != 40 || n.Questions == 0 || n.Questions >= n.Answers {
		t.Fatalf("%+v, %v", n, err)
	}
	questions, err := Questions(filepath.Join(dir, QuestionsFile))
	if err != nil || len(questions) != n.Questions {
		t.Fatalf("%d questions, %v; want %d", len(questions), err, n.Questions)
	}
	for _, q := range questions {
		answer := q.Answers[0]
		if _, found := probe.First(q.Context, answer); !found || strings.ContainsAny(answer, "0123456789") || !strings.HasPrefix(q.Question, "What") {
			t.Errorf("%q with the answer %q about %q", q.Question, answer, q.Context)
		}
	}
}

func TestWritingQuestionsGoesOnWhereItStopped(t *testing.T) {
	whole, cut := t.TempDir(), t.TempDir()
	if _, err := writeQuestions(t, whole, 0); err != nil {
		t.Fatal(err)
	}
	for _, after := range []int{9, 20} {
		if _, err := writeQuestions(t, cut, after); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after %d: %v", after, err)
		}
		file, err := os.OpenFile(filepath.Join(cut, QuestionsFile+".partial"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(file, `{"id":"half a line`)
		file.Close()
	}
	if _, err := writeQuestions(t, cut, 0); err != nil {
		t.Fatal(err)
	}
	read := func(dir string) string {
		raw, err := os.ReadFile(filepath.Join(dir, QuestionsFile))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	if diff := cmp.Diff(read(whole), read(cut)); diff != "" {
		t.Error(diff)
	}
}
