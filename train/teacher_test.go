package train

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/token"
)

var tinyBERT = filepath.Join("..", "transformer", "encoder", "testdata", "tiny-bert")

func taught(t *testing.T) config.Train {
	t.Helper()
	c := tiny(t)
	c.Teacher, c.Teachers, c.TeacherEpochs, c.TeacherRate, c.TeacherHide = tinyBERT, 1, 20, 0.02, 0
	c.TaughtTexts, c.TeacherTemperature = 5, 1
	return c
}

// What the teachers say of the questions' texts and of plain text is what the agent learns; the number of ships is what was
// asked for, here and there.
func TestTheAgentLearnsWhatTeachersSay(t *testing.T) {
	c := taught(t)
	trainer, err := New(t.Context(), c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	if len(trainer.data.labelled) != 30 || len(trainer.data.salient) != c.TaughtTexts {
		t.Fatalf("%d and %d texts are taught; want 30 and %d", len(trainer.data.labelled), len(trainer.data.salient), c.TaughtTexts)
	}
	asked, other := float32(0), float32(0)
	for _, l := range slices.Concat(trainer.data.labelled, trainer.data.salient) {
		for at, token := range l.text.Tokens {
			switch before := string(l.text.Bytes[:token.Start]); {
			case strings.HasSuffix(before, "harbour to"):
				asked += l.worth[at]
			case strings.HasSuffix(before, "the weather of the"):
				other += l.worth[at]
			}
		}
	}
	if asked < 2*other || other == 0 {
		t.Errorf("numbers are worth %.2f in all, coasts %.2f", asked, other)
	}
}

func TestARunThatCannotBeIsRefusedBeforeAnythingIsTaught(t *testing.T) {
	for want, change := range map[string]func(c *config.Train){
		"1048576 rows":                      func(c *config.Train) { c.EmbeddingRows = 1 << 20 },
		`embedding_from: model "gone" `:     func(c *config.Train) { c.EmbeddingFrom = "gone" },
		`reconstructor_path: model "gone" `: func(c *config.Train) { c.ReconstructorPath = "gone" },
		`reader: model "gone" `:             func(c *config.Train) { c.Reader = "gone" },
		`judge: model "gone" `:              func(c *config.Train) { c.Judge = "gone" },
		`reader: model "default" `:          func(c *config.Train) { c.Reader = defaultAgent },
	} {
		c := taught(t)
		change(&c)
		if _, err := New(t.Context(), c, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if exists(filepath.Join(c.OutputDir, teachersFolder)) {
			t.Errorf("%s: a teacher learned for nobody", want)
		}
	}
}

// A run that goes on has its teachers and what they said.
func TestTeachersLearnOnce(t *testing.T) {
	c := taught(t)
	c.Teachers, c.TeacherEpochs = 2, 1
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	first, err := New(t.Context(), c, quiet)
	if err != nil {
		t.Fatal(err)
	}
	first.Close()
	said := filepath.Join(c.OutputDir, taughtFile)
	before, err := os.ReadFile(said)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(said, before[:len(before)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	c.TeacherRate = 0 // whoever learns anew now says something else
	second, err := New(t.Context(), c, quiet)
	if err != nil {
		t.Fatal(err)
	}
	second.Close()
	after, err := os.ReadFile(said)
	if err != nil {
		t.Fatal(err)
	}
	if string(after) != string(before) {
		t.Error("a run that goes on is taught something else")
	}
}

func TestATeacherThatIsStoppedSaysSo(t *testing.T) {
	c := taught(t)
	teacher := c.Teacher
	c.Teacher = ""
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	trainer, err := New(t.Context(), c, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	trainer.cfg.Teacher = teacher
	if err := trainer.teach(ctx); err == nil || !strings.Contains(err.Error(), "teacher 1: stopped at its step 0") {
		t.Errorf("got %v", err)
	}
	trainer.cfg.Teacher = filepath.Join(c.OutputDir, "nowhere")
	if err := trainer.teach(t.Context()); config.ExitCode(err) != 2 {
		t.Errorf("got %v; want a wrong request", err)
	}
}

// What a teacher says is told apart near 0 too, and a word is worth more beside words that are worth something.
func TestSoftenedBesideItsNeighbours(t *testing.T) {
	tokenizer, err := token.Open("smollm2")
	if err != nil {
		t.Fatal(err)
	}
	text := token.Read(tokenizer, []byte("one two three four five"))
	said := func(neighbours float64) []float32 {
		p := make([]float32, len(text.Tokens))
		for i := range p {
			p[i] = 0.01
		}
		p[text.Units[1].First] = 0.5
		soften(text, p, 3, neighbours)
		return p
	}
	at := func(p []float32, unit int) float32 { return p[text.Units[unit].First] }
	alone, beside := said(0), said(0.4)
	if at(alone, 0) != at(alone, 4) || at(alone, 0) < 0.1 || at(alone, 1) != 0.5 {
		t.Errorf("softened alone: %v", alone)
	}
	if at(beside, 0) <= at(beside, 4) || at(beside, 2) <= at(beside, 4) || at(beside, 3) != at(beside, 4) || at(beside, 1) <= at(beside, 0) {
		t.Errorf("softened beside one another: %v", beside)
	}
	soften(token.Text{}, nil, 3, 0.4)
}
