package train

import (
	"testing"

	"github.com/project-sputnik/sputnik/probe"
)

// Paid for answers that stand word for word, without any model that reads, a policy learns to keep them.
func TestAPolicyLearnsWithoutAReader(t *testing.T) {
	c := game(t, 96)
	c.Reader = "standing"
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
		t.Errorf("%.2f of the answers were kept, and in the end %.2f", before, after)
	}
	for _, source := range trainer.sources() {
		if source.Name == "standing" {
			t.Error("standing is listed as a source of the weights")
		}
	}
}
