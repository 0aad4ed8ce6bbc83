package train

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// bytewise is a tokenizer of bytes: with so few embeddings a step takes milliseconds.
func bytewise(t *testing.T) string {
	t.Helper()
	v := token.Vocabulary{Pre: "gpt-2", Unknown: -1, Pieces: []string{"<|endoftext|>"}, Kinds: []int32{3}}
	spare := rune(256) // as GPT-2 spells the bytes that cannot be printed
	for b := range rune(256) {
		letter := b
		if b < '!' || b > '~' && b < '¡' || b == '\u00ad' {
			letter, spare = spare, spare+1
		}
		v.Pieces, v.Kinds = append(v.Pieces, string(letter)), append(v.Kinds, 1)
	}
	raw, err := v.JSON()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// quick is a run of a third of a second through every phase, in which gradients of two steps are added up.
func quick(t *testing.T) config.Train {
	t.Helper()
	c := tiny(t)
	c.Tokenizer, c.ValDataPath = bytewise(t), c.QAPath[0]
	c.MaxEpochs, c.MaxStepsPerEpoch, c.BatchSize, c.SupervisedEpochs, c.SupervisedBatch, c.SupervisedCloze = 2, 4, 3, 1, 4, 2
	c.AccumulationSteps, c.TemperatureSchedule = 2, "adaptive"
	c.EvalFreq, c.CheckpointFreq, c.Threads = 7, 5, 1
	return c
}

// remains is all that a run leaves: the numbers of both networks, their moments, the state, the generator, the metrics.
type remains struct {
	Tensors   map[string][]float32
	State     State
	Generator []byte
	Metrics   []map[string]any
}

// left is what there is of a run that has ended, but for what the clock says.
func left(t *testing.T, trainer *Trainer) remains {
	t.Helper()
	r := remains{Tensors: parameters(t, trainer), State: trainer.state, Metrics: journalled(t, trainer.cfg.OutputDir)}
	r.State.Seconds = 0
	err := torch.NoGrad(func(s *torch.Scope) error {
		for _, moment := range trainer.optimizerState() {
			r.Tensors[moment.Name] = torch.Values[float32](s, moment.Tensor)
		}
		return nil
	})
	if err == nil {
		r.Generator, err = torch.RNGState()
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// journalled is every line of a run's metrics, without what it took.
func journalled(t *testing.T, dir string) (lines []map[string]any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for row := range bytes.Lines(raw) {
		var line map[string]any
		if err := json.Unmarshal(row, &line); err != nil {
			t.Fatal(err)
		}
		maps.DeleteFunc(line, func(name string, _ any) bool {
			return strings.HasSuffix(name, "_per_second") || name == "reader_tokens"
		})
		lines = append(lines, line)
	}
	return lines
}

// cut stops a run after a step, by a signal or as kill -9 does: with nothing after the last checkpoint but lines.
func cut(t *testing.T, c config.Train, step int, killed bool) config.Train {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	trainer, err := New(ctx, c, silent)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	_, err = trainer.Run(ctx, func(p Progress) {
		if p.Step != step {
			return
		}
		if cancel(); killed {
			found := c.OutputDir
			c.OutputDir += "-as-found"
			if err := os.CopyFS(c.OutputDir, os.DirFS(found)); err != nil {
				t.Fatal(err)
			}
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped after %d: %v", step, err)
	}
	c.Resume = "latest"
	return c
}

func TestARunThatWasStoppedEndsAsIfItHadNotBeen(t *testing.T) {
	whole, err := run(t, quick(t), 0)
	if err != nil {
		t.Fatal(err)
	}
	want := left(t, whole)
	random := rand.New(rand.NewPCG(5, 0))
	for i := range 20 {
		step, killed := 1+random.IntN(want.State.Step-1), i%2 == 1
		if killed {
			step = max(step, 5) // there is a checkpoint by then
		}
		t.Run(fmt.Sprintf("after step %d, killed %t", step, killed), func(t *testing.T) {
			resumed, err := run(t, cut(t, quick(t), step, killed), 0)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, left(t, resumed)); diff != "" {
				t.Errorf("-whole +resumed: %.2000s", diff)
			}
		})
	}
}

// A reader that does not learn has forgotten what whole texts told it, and reads them anew.
func TestARunOfAReaderThatDoesNotLearnEndsAsIfItHadNotBeenStopped(t *testing.T) {
	first := quick(t)
	if _, err := run(t, first, 0); err != nil {
		t.Fatal(err)
	}
	frozen := quick(t)
	frozen.Reader, frozen.MaxEpochs = filepath.Join(first.OutputDir, "latest", "reconstructor"), 6 // every text more than once
	whole, err := run(t, frozen, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := left(t, whole)
	frozen.OutputDir = filepath.Join(t.TempDir(), "run")
	resumed, err := run(t, cut(t, frozen, want.State.Step-5, false), 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, left(t, resumed)); diff != "" {
		t.Errorf("-whole +resumed: %.2000s", diff)
	}
}

// A reconstructor that is healed learns in bfloat16 where that is fast; what is added up in float32 has to come back too.
func TestARunThatHealsItsReaderEndsAsIfItHadNotBeenStopped(t *testing.T) {
	c := quick(t)
	reader := savedReader(t, c.Tokenizer, 3)
	c.ReconstructorPath, c.ReconstructorTeacher, c.ReconstructorWithout, c.MixedPrecision = reader, reader, []int{1}, true
	whole, err := run(t, c, 0)
	if err != nil {
		t.Fatal(err)
	}
	if layers := whole.rebuild.Model().Config.Layers; layers != 2 {
		t.Errorf("%d layers", layers)
	}
	want := left(t, whole)
	for _, step := range []int{want.State.Step / 2, want.State.Step - 3} { // in the phase that heals, or soon behind it, and in the joint loop
		c.OutputDir = filepath.Join(t.TempDir(), "run")
		resumed, err := run(t, cut(t, c, step, false), 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, left(t, resumed)); diff != "" {
			t.Errorf("after step %d: -whole +resumed: %.2000s", step, diff)
		}
	}
}

// TensorBoard is told which events count no more: the package reads what metrics.jsonl holds.
func TestEventsOfARunThatWasKilledAreSuperseded(t *testing.T) {
	c := cut(t, quick(t), 8, true)
	if _, err := run(t, c, 0); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(logged(t, c.OutputDir), readByTensorBoard(t, c.OutputDir)); diff != "" {
		t.Errorf("-metrics +events:\n%s", diff)
	}
}

func TestASignalBeforeTheFirstStepLeavesACheckpoint(t *testing.T) {
	c := quick(t)
	trainer, err := New(context.Background(), c, silent)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	_, err = trainer.Run(&impatient{context.Background(), 0}, func(Progress) {})
	if diff := cmp.Diff([]int{0}, kept(t, c)); diff != "" || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %s", err, diff)
	}
	c.Resume = "latest"
	if _, err := run(t, c, 0); err != nil {
		t.Error(err)
	}
}

func TestADamagedCheckpointIsRefused(t *testing.T) {
	c := cut(t, quick(t), 3, false)
	if err := os.Truncate(filepath.Join(c.OutputDir, "latest", "optimizer.safetensors"), 100); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, c, 0); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Fatalf("got %v", err)
	}
}

// steps of the checkpoints that a run has kept.
func kept(t *testing.T, c config.Train) (steps []int) {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(c.OutputDir, "checkpoints", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		steps = append(steps, stepOf(dir))
	}
	slices.Sort(steps)
	return steps
}

func TestTheNewestCheckpointsStayAndARunMayGoBack(t *testing.T) {
	c := quick(t)
	c.CheckpointFreq, c.KeepCheckpoints = 2, 3
	c = cut(t, c, 9, false)
	if diff := cmp.Diff([]int{6, 8, 9}, kept(t, c)); diff != "" {
		t.Error(diff)
	}
	c.Resume = filepath.Join(c.OutputDir, "checkpoints", "step-6")
	again := cut(t, c, 7, false)
	if diff := cmp.Diff([]int{6, 7}, kept(t, again)); diff != "" {
		t.Errorf("what lay ahead of it: %s", diff)
	}
	if to, err := os.Readlink(filepath.Join(c.OutputDir, "latest")); err != nil || to != "checkpoints/step-7" {
		t.Errorf("latest is %s, %v", to, err)
	}
	c.OutputDir = cut(t, quick(t), 3, false).OutputDir
	if _, err := run(t, c, 0); config.ExitCode(err) != 2 || !strings.Contains(err.Error(), "another run") {
		t.Errorf("a checkpoint of one run in another's folder: %v", err)
	}
}

func TestMaxHoursEndsARunAndIsCountedOverResumes(t *testing.T) {
	c := quick(t)
	c.MaxHours = 1e-9
	for _, step := range []struct {
		hours   float64
		steps   int
		stopped string
	}{{1e-9, 1, "max_hours"}, {1e-8, 1, "max_hours"}, {0, 20, "done"}} {
		c.MaxHours = step.hours
		trainer, err := New(context.Background(), c, silent)
		if err != nil {
			t.Fatal(err)
		}
		report, err := trainer.Run(context.Background(), func(Progress) {})
		trainer.Close()
		if err != nil || report.Steps != step.steps || report.Stopped != step.stopped || report.BestStep == 0 {
			t.Errorf("max_hours %g: %+v, %v", step.hours, report, err)
		}
		if !exists(filepath.Join(c.OutputDir, "best", "model.safetensors")) || !exists(filepath.Join(c.OutputDir, "latest", "state.json")) {
			t.Errorf("max_hours %g: no best or no checkpoint", step.hours)
		}
		c.Resume = "latest"
	}
}
