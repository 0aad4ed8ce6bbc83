package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/rewards/gradient"
	"github.com/project-sputnik/sputnik/token"
)

// What must hold of the agent in the binary, on questions that no run learns from, if its choice of words means anything.
func TestTheAgentsChoiceOfWordsMatters(t *testing.T) {
	tasks, a := heldOutTexts(t)
	random := rand.New(rand.NewPCG(1, 1))
	lead := map[float64]float64{}
	for _, rate := range []float64{0.5, 0.9, 1} {
		chosen, shuffled, swapped := stands(t, tasks, a, rate, random)
		lead[rate] = chosen - shuffled
		t.Logf("at %g: %.2f of the answers stand in what the agent keeps, %.2f when its scores are shuffled, %.2f when the words kept are swapped", rate, chosen, shuffled, swapped)
		if swapped > 0.1 {
			t.Errorf("at %g: %.2f of the answers stand in words drawn at random", rate, swapped)
		}
	}
	if lead[0.5] < 0.15 {
		t.Errorf("a shuffled mask at the same rate loses only %.2f", lead[0.5])
	}
	if lead[0.9] >= lead[0.5] || lead[1] != 0 {
		t.Errorf("the lead does not shrink to nothing: %v", lead)
	}
}

// heldOutTexts are the texts with questions in the binary that no run learns from, and the agent in it.
func heldOutTexts(t *testing.T) ([]task, *agent.Agent) {
	t.Helper()
	a, err := agent.Default()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	questions, err := corpus.Questions("sample-valid")
	if err != nil {
		t.Fatal(err)
	}
	var tasks []task
	for _, each := range probe.Tasks(questions, 0, 1) {
		tasks = append(tasks, task{Task: each, text: token.Read(a.Tokenizer(), []byte(each.Text))})
	}
	return tasks, a
}

// shuffles are how often the scores of a text are shuffled: one alone may find an answer by luck.
const shuffles = 8

// stands are the shares of the answers that stand in what the agent keeps at a rate, in what it keeps when the scores of
// each text are shuffled, and in the words of its choice swapped for random ones of all texts.
func stands(t *testing.T, tasks []task, a *agent.Agent, rate float64, random *rand.Rand) (chosen, shuffled, swapped float64) {
	t.Helper()
	var words []string
	for _, each := range tasks {
		words = append(words, strings.Fields(each.Text)...)
	}
	var shares [3]float64
	asked := 0.0
	for _, each := range tasks {
		scores, err := a.Score(t.Context(), each.text, rate)
		if err != nil {
			t.Fatal(err)
		}
		worth := env.UnitScores(nil, scores, each.text.Units)
		own := leftOf(each, worth, rate)
		others := strings.Fields(own)
		for i := range others {
			others[i] = words[random.IntN(len(words))]
		}
		asked += float64(len(each.Probes))
		shares[0] += standing(each, own)
		shares[2] += standing(each, strings.Join(others, " "))
		for range shuffles {
			random.Shuffle(len(worth), func(i, j int) { worth[i], worth[j] = worth[j], worth[i] })
			shares[1] += standing(each, leftOf(each, worth, rate)) / shuffles
		}
	}
	return shares[0] / asked, shares[1] / asked, shares[2] / asked
}

// standing counts the answers of a text that stand in what is left of it.
func standing(each task, left string) (n float64) {
	for _, p := range each.Probes {
		if strings.Contains(left, p.Target) {
			n++
		}
	}
	return n
}

// leftOf keeps the units with the highest scores.
func leftOf(each task, scores []float32, rate float64) string {
	kept := env.Choose(scores, env.UnitSizes(nil, each.text.Units), env.Budget(len(each.text.Tokens), rate), nil)
	return string(each.text.Kept(env.TokenMask(kept, each.text.Units, len(each.text.Tokens))))
}

// shuffled is an estimator that is told another mask's reward.
type shuffled struct {
	gradient.Estimator
	random *rand.Rand
}

func (s shuffled) Advantages(paid []float64) []float64 {
	paid = slices.Clone(paid)
	s.random.Shuffle(len(paid), func(i, j int) { paid[i], paid[j] = paid[j], paid[i] })
	return s.Estimator.Advantages(paid)
}

// What is learned from rewards is learned from which mask they belong to. One run may wander anywhere, since whatever rule
// it happens on holds for all texts; over seeds it is paid what an agent is that never moves, with the same draws.
func TestAnAgentTrainedOnShuffledRewardsIsNoBetterThanChance(t *testing.T) {
	const seeds, steps = 6, 32
	paid := func(seed int64, rate float64, setUp ...func(*Trainer) error) float64 {
		c := game(t, steps)
		c.RandomSeed, c.PolicyRate = seed, rate
		return average(play(t, start(t, c, cheapReader(finding), setUp...))[steps/2:], "reward")
	}
	var gains []float64
	for seed := range int64(seeds) {
		still := paid(seed, 0)
		gains = append(gains, paid(seed, 5e-3, func(trainer *Trainer) error {
			trainer.estimator = shuffled{trainer.estimator, rand.New(rand.NewPCG(uint64(seed), 1))}
			return nil
		})-still)
	}
	mean, square := 0.0, 0.0
	for _, gain := range gains {
		mean += gain / seeds
		square += gain * gain / seeds
	}
	// Four standard errors of the mean over the seeds.
	if limit := 4 * math.Sqrt((square-mean*mean)/(seeds-1)); math.Abs(mean) > limit {
		t.Errorf("shuffled rewards gain %.3f over chance; want 0 ± %.3f", mean, limit)
	}
	if told := paid(0, 5e-3); told < 0.9 {
		t.Errorf("the same training on rewards as they are is paid %.2f", told)
	}
	t.Logf("gains over chance with shuffled rewards: %.3f", gains)
}
