package train

import (
	"math"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/config"
)

func TestAgreementIsOfTheOrderThatMasksAreReadIn(t *testing.T) {
	words := func(words []string, _ string) float64 { return float64(len(strings.Join(words, ""))) }
	trainer := start(t, game(t, 8), cheapReader(finding))
	if err := trainer.appoint(t.Context(), cheapReader(words)); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		reader cheapReader
		want   float64
	}{
		"the judge itself":      {words, 1},
		"in another unit":       {func(w []string, target string) float64 { return math.Exp(words(w, target)) }, 1},
		"the other way round":   {func(w []string, target string) float64 { return -words(w, target) }, -1},
		"whoever sees no order": {func([]string, string) float64 { return 1 }, math.NaN()},
	} {
		t.Run(name, func(t *testing.T) {
			losses, err := trainer.randomMasks.readBy(t.Context(), test.reader)
			if err != nil {
				t.Fatal(err)
			}
			got := trainer.randomMasks.agreement(losses)
			if math.IsNaN(got.Value) != math.IsNaN(test.want) || math.Abs(got.Value-test.want) > 1e-12 || got.Low > got.Value || got.High < got.Value {
				t.Errorf("agreement %v; want %g", got, test.want)
			}
		})
	}
}

func TestTheJudgeIsAskedEverySoManyEvaluations(t *testing.T) {
	c := game(t, 8)
	c.JudgeEvery = 2
	trainer := start(t, c, cheapReader(finding))
	if err := trainer.appoint(t.Context(), cheapReader(finding)); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		metrics := map[string]float64{}
		if err := trainer.consult(t.Context(), metrics); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"rank_agreement", "answers_agreement", "rank_agreement_drawn", "answers_agreement_drawn"} { // the judge looks for nothing but answers here
			if agreement, asked := metrics[name]; asked != (i%2 == 0) || asked && agreement < 1-1e-12 {
				t.Errorf("evaluation %d, %s: %v", i, name, metrics)
			}
		}
	}
}

// An agent that is certain draws much the same masks over and over; random masks it has no part in.
func TestTheJudgeReadsWhatTheAgentDraws(t *testing.T) {
	trainer := start(t, game(t, 8), cheapReader(finding), keepLast(200, 20))
	if err := trainer.appoint(t.Context(), cheapReader(finding)); err != nil {
		t.Fatal(err)
	}
	drawn, err := trainer.judgeMasks(t.Context(), 1, trainer.scores)
	if err != nil {
		t.Fatal(err)
	}
	different := func(j *judged) (n int) {
		for from := 0; from < len(j.contexts); from += judgedMasks {
			masks := map[string]bool{}
			for _, left := range j.contexts[from : from+judgedMasks] {
				masks[left] = true
			}
			n += len(masks)
		}
		return n
	}
	if random, certain := different(trainer.randomMasks), different(drawn); certain > random/2 {
		t.Errorf("%d different masks of an agent that is certain, %d random ones", certain, random)
	}
}

func TestAJudgeThatIsNotThereIsReported(t *testing.T) {
	c := game(t, 8)
	c.Judge = "no/such/model"
	if _, err := New(t.Context(), c, silent); config.ExitCode(err) != 2 || !strings.HasPrefix(err.Error(), "judge: ") {
		t.Errorf("got %v", err)
	}
}
