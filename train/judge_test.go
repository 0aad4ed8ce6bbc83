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
	if err := trainer.judgedBy(t.Context(), cheapReader(words)); err != nil {
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
			losses, err := trainer.judged.readBy(t.Context(), test.reader)
			if err != nil {
				t.Fatal(err)
			}
			got := trainer.judged.agreement(losses)
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
	if err := trainer.judgedBy(t.Context(), cheapReader(finding)); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		metrics := map[string]float64{}
		if err := trainer.judge(t.Context(), metrics); err != nil {
			t.Fatal(err)
		}
		if agreement, asked := metrics["rank_agreement"]; asked != (i%2 == 0) || asked && agreement < 1-1e-12 {
			t.Errorf("evaluation %d: %v", i, metrics)
		}
		if answers, asked := metrics["answers_agreement"]; asked && answers < 1-1e-12 { // the judge looks for nothing else here
			t.Errorf("evaluation %d: %v", i, metrics)
		}
	}
}

func TestAJudgeThatIsNotThereIsReported(t *testing.T) {
	c := game(t, 8)
	c.Judge = "no/such/model"
	if _, err := New(t.Context(), c, silent); config.ExitCode(err) != 2 || !strings.HasPrefix(err.Error(), "judge: ") {
		t.Errorf("got %v", err)
	}
}
