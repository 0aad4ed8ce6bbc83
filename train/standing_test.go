package train

import (
	"testing"

	"github.com/project-sputnik/sputnik/probe"
)

// Paid for answers that stand, whole or by their words, without any model that reads, a policy learns to keep them.
func TestAPolicyLearnsWithoutAReader(t *testing.T) {
	for _, reader := range []string{wholeAnswers, answerWords} {
		c := game(t, 96)
		c.Reader = reader
		trainer, err := New(t.Context(), c, silent)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(trainer.Close)
		if _, is := trainer.reader.(probe.Standing); !is {
			t.Fatalf("the reader is a %T", trainer.reader)
		}
		before := answers(t, trainer)
		play(t, trainer)
		if after := answers(t, trainer); before > 0.6 || after < 0.95 {
			t.Errorf("%s: %.2f of the answers were kept, and in the end %.2f", reader, before, after)
		}
		for _, source := range trainer.sources() {
			if source.Name == reader {
				t.Errorf("%s is listed as a source of the weights", reader)
			}
		}
	}
}
