package train

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/probe"
)

func TestTheNextPartIsMadeWhileOneIsUsed(t *testing.T) {
	begun := make([]chan struct{}, 4)
	for i := range begun {
		begun[i] = make(chan struct{})
	}
	var used []int
	err := overlap(len(begun), func(part int) error { close(begun[part]); return nil }, func(part int) error {
		if used = append(used, part); part+1 == len(begun) {
			return nil
		}
		select {
		case <-begun[part+1]:
			return nil
		case <-time.After(10 * time.Second):
			return errors.New("the next was not begun")
		}
	})
	if err != nil || !slices.Equal(used, []int{0, 1, 2, 3}) {
		t.Errorf("used %v, %v", used, err)
	}
}

func TestWhatFailsEndsBothHalvesOfAStep(t *testing.T) {
	broken := errors.New("broken")
	failing := func(at int) func(int) error {
		return func(part int) error {
			if part == at {
				return broken
			}
			return nil
		}
	}
	for _, at := range [][2]int{{0, 9}, {2, 9}, {9, 0}, {9, 1}, {9, 2}, {1, 0}} {
		if err := overlap(3, failing(at[0]), failing(at[1])); !errors.Is(err, broken) {
			t.Errorf("the policy fails at %d, the reader at %d: %v", at[0], at[1], err)
		}
	}
}

// A step that is played in parts is what it is whole.
func TestPartsOfAStepAreTheStep(t *testing.T) {
	c := quick(t)
	trainer, err := New(t.Context(), c, silent)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	tasks := trainer.data.tasks[:5]
	whole, err := trainer.play(t.Context(), tasks, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	trainer.parts = 3
	parts, err := trainer.play(t.Context(), tasks, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole.left, parts.left); diff != "" || !slices.Equal(whole.texts, parts.texts) || !slices.Equal(whole.rates, parts.rates) {
		t.Errorf("other masks: %s", diff)
	}
	near := cmp.Comparer(func(a, b float64) bool { return a-b < 1e-4 && b-a < 1e-4 }) // of sums of float32 in another order
	if diff := cmp.Diff([]any{whole.losses, whole.entropy}, []any{parts.losses, parts.entropy}, near); diff != "" {
		t.Errorf("other losses: %s", diff)
	}
	if whole.readTokens == 0 || len(parts.decisions) != len(parts.owner) || len(parts.decisions) != len(whole.decisions) {
		t.Errorf("%d tokens read, %d and %d decisions of %d owners", whole.readTokens, len(whole.decisions), len(parts.decisions), len(parts.owner))
	}
	for i, d := range parts.decisions {
		if e := parts.owner[i][0]; string(d.text.Bytes) != parts.tasks[e/c.Samples].Text || len(d.actions) != parts.owner[i][1] {
			t.Errorf("decision %d is of another text than episode %d", i, e)
		}
	}
}

// counting counts the readings without a context.
type counting struct {
	probe.Standing
	none int
}

func (c *counting) Losses(ctx context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	for _, r := range readings {
		if r.Context == "" {
			c.none++
		}
	}
	return c.Standing.Losses(ctx, readings)
}

// What nothing and whole texts tell a reader that does not learn is read once.
func TestAReaderThatDoesNotLearnReadsWholeTextsOnce(t *testing.T) {
	for reader, times := range map[string]int{ownReader: 2, wholeAnswers: 1} {
		c := quick(t)
		c.Reader = reader
		trainer, err := New(t.Context(), c, silent)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(trainer.Close)
		counted := &counting{}
		trainer.reader = counted
		tasks, probes := draw(trainer.data.tasks, c.BatchSize, c.RandomSeed, 0), 0
		for _, each := range tasks {
			probes += len(each.Probes)
		}
		var played [2]*rollout
		for i := range played {
			if played[i], err = trainer.play(t.Context(), tasks, 0, 1); err != nil {
				t.Fatal(err)
			}
		}
		if counted.none != times*probes || !cmp.Equal(played[0].losses, played[1].losses) {
			t.Errorf("%s: %d probes were read %d times without a text, want %d each, the same losses", reader, probes, counted.none, times)
		}
	}
}
