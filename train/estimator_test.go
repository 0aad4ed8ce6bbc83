package train

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/rewards"
	"github.com/project-sputnik/sputnik/rewards/gradient"
	"github.com/project-sputnik/sputnik/torch"
)

// gatedReader finds answers, and says of every unit that the target stands in that it helps as much as it can.
type gatedReader struct{ cheapReader }

func (r gatedReader) Credits(_ context.Context, task probe.Task, units []probe.Span, masks [][]bool) ([][]probe.Loss, [][]float64, error) {
	losses, credits := make([][]probe.Loss, len(masks)), make([][]float64, len(masks))
	for m, mask := range masks {
		credits[m] = make([]float64, len(units))
		var left []string
		for u, kept := range mask {
			word := strings.TrimSpace(task.Text[units[u].Start:units[u].End])
			if kept {
				left = append(left, word)
			}
			if word == task.Probes[0].Target {
				credits[m][u] = 2.9
			}
		}
		losses[m] = []probe.Loss{{Nats: r.cheapReader(left, task.Probes[0].Target), Tokens: 1}}
	}
	return losses, credits, nil
}

// estimatedBy makes the trainer go by an estimator.
func estimatedBy(name string) func(*Trainer) error {
	return func(trainer *Trainer) error {
		trainer.cfg.GradientEstimator = name
		return trainer.makeEstimator()
	}
}

func TestEveryEstimatorLearnsWhatIsAskedFor(t *testing.T) {
	for _, name := range gradient.Names() {
		t.Run(name, func(t *testing.T) {
			trainer := start(t, game(t, 48), gatedReader{finding}, estimatedBy(name))
			before := answers(t, trainer)
			play(t, trainer)
			if after := answers(t, trainer); before > 0.5 || after < 0.9 {
				t.Errorf("%.2f of the answers were kept, and in the end %.2f", before, after)
			}
		})
	}
}

func TestTheSecondMaskOfAPairIsTheFirstsMirrorImage(t *testing.T) {
	c := game(t, 8)
	c.ExactRate = false
	trainer := start(t, c, cheapReader(finding), estimatedBy("disarm"))
	r, err := trainer.play(t.Context(), trainer.data.tasks[:3], 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	for e := 0; e < len(r.left); e += 2 {
		for u := range r.left[e] {
			if r.left[e][u] == r.left[e+1][u] { // a fresh policy is indifferent
				t.Fatalf("episodes %d and %d agree on unit %d", e, e+1, u)
			}
		}
	}
}

// An action's credit is its reward's derivative in a gate: the reader's credit times what the reward gains a nat.
func TestCreditIsInUnitsOfTheReward(t *testing.T) {
	trainer := start(t, game(t, 8), gatedReader{finding}, estimatedBy("gate"))
	r, err := trainer.play(t.Context(), trainer.data.tasks[:3], 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	trainer.state.RewardScale = 1
	trainer.pay(r)
	for _, d := range r.decisions {
		for _, a := range d.actions {
			sum := 0.0
			for _, credit := range a.Credit {
				sum += credit * trainer.state.RewardScale
			}
			// F is a share of the 2.9 nats that the whole text tells, all of which the one word does; differences give it to 1e-8.
			if len(a.Credit) != len(a.Kept) || math.Abs(sum-1) > 1e-6 {
				t.Fatalf("credits %v", a.Credit)
			}
		}
	}
}

// The reconstructor credits as it learns, and does not learn from crediting.
func TestARunGoesByTheReconstructorsOwnCredit(t *testing.T) {
	c := tiny(t)
	c.GradientEstimator, c.Rounds, c.SupervisedEpochs, c.ReconstructorStart, c.ReconstructorEvery = "gate", 1, 0, 0, 0
	trainer, err := New(t.Context(), c, silent)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	_, metrics, err := trainer.step(t.Context())
	if err != nil || metrics["policy_gradient_norm"] == 0 {
		t.Errorf("%v, %v", metrics, err)
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		for _, p := range trainer.rebuild.Model().Parameters() {
			if s.Grad(p.Tensor).Defined() {
				t.Errorf("%s has a gradient", p.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestGateCreditWantsAReaderThatGivesIt(t *testing.T) {
	trainer := start(t, game(t, 8), cheapReader(finding))
	if err := estimatedBy("gate")(trainer); config.ExitCode(err) != 2 || !strings.Contains(err.Error(), "gradient_estimator is gate") {
		t.Errorf("got %v", err)
	}
}

// silentReader gives no credit where it is asked for it.
type silentReader struct{ gatedReader }

func (silentReader) Credits(context.Context, probe.Task, []probe.Span, [][]bool) ([][]probe.Loss, [][]float64, error) {
	return nil, nil, nil
}

func TestAReaderThatLeavesCreditsOutIsReported(t *testing.T) {
	trainer := start(t, game(t, 8), silentReader{}, estimatedBy("gate"), func(trainer *Trainer) error {
		trainer.reader = gatedReader{finding}
		return nil
	})
	if _, _, err := trainer.step(t.Context()); err == nil || !strings.Contains(err.Error(), "0 losses and 0 credits of 8 masks") {
		t.Errorf("got %v", err)
	}
}

func TestAdvantagesAreInUnitsOfTheRewardsDeviation(t *testing.T) {
	trainer := &Trainer{}
	for i, test := range []struct{ deviation, scale, divisor float64 }{
		{0, 0, 1e-9}, // all masks alike: nothing is known yet
		{0.4, 0.4, 0.4},
		{0, 0.4, 0.4},
		{0.8, 0.42, 0.42},
	} {
		divisor := trainer.rescale(test.deviation)
		// sums of floats differ in the last digits
		if math.Abs(divisor-test.divisor) > 1e-12 || math.Abs(trainer.state.RewardScale-test.scale) > 1e-12 {
			t.Errorf("step %d: divided by %g, scale %g; want %g and %g", i, divisor, trainer.state.RewardScale, test.divisor, test.scale)
		}
	}
}

// The seed's information-theoretic reward is paid less for a policy that is unsure.
func TestAnOutcomeKnowsThePolicysEntropy(t *testing.T) {
	c := game(t, 8)
	c.RateMin, c.RateMax = 0.5, 0.5
	trainer := start(t, c, cheapReader(finding))
	r, err := trainer.play(t.Context(), trainer.data.tasks[:2], 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	outcomes := trainer.outcomes(r)
	for _, o := range outcomes {
		if math.Abs(o.Entropy-math.Ln2) > 1e-2 { // a fresh policy's odds are even, but for half a token of the budget
			t.Errorf("entropy %g; want log 2", o.Entropy)
		}
	}
	if sure, unsure := rewards.SeedInformation(rewards.Outcome{}, rewards.Settings{}), rewards.SeedInformation(outcomes[0], rewards.Settings{}); unsure >= sure {
		t.Errorf("paid %g, and %g for being sure", unsure, sure)
	}
}
