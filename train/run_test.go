package train

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/torchtest"
)

func TestMain(m *testing.M) { torchtest.Main(m) }

// tiny is a run of a few seconds: 30 questions, an agent 16 wide, a reconstructor of one layer.
func tiny(t *testing.T) config.Train {
	t.Helper()
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	var questions, text strings.Builder
	for i := range 30 {
		context := fmt.Sprintf("In %d the city of Port %c opened its harbour to %d ships. The mayor, Ann Doe %d, gave a speech about the sea and the weather of the coast.", 1900+i, 'A'+i%26, 10*i+7, i)
		row, _ := json.Marshal(map[string]any{"id": fmt.Sprint(i), "context": context, "question": "How many ships did the harbour open to?", "answers": []string{fmt.Sprint(10*i + 7)}})
		fmt.Fprintf(&questions, "%s\n", row)
		row, _ = json.Marshal(map[string]any{"id": fmt.Sprint(i), "text": strings.Repeat(context+" ", 8)})
		fmt.Fprintf(&text, "%s\n", row)
	}
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var c config.Train
	config.Default(&c)
	c.CorpusPath, c.QAPath = write("text.jsonl", text.String()), []string{write("questions.jsonl", questions.String())}
	c.OutputDir = filepath.Join(dir, "run")
	c.ContextWindow, c.EmbeddingDim, c.PolicyHiddenDim, c.Layers = 3, 4, 16, 2
	c.AskedQuestions, c.AskedCloze = 1, 1
	c.ReconstructorLayers, c.ReconstructorDim, c.ReconstructorHeads, c.ReconstructorStart = 1, 16, 2, 4
	c.ReconstructorRate = 3e-3
	c.SupervisedEpochs, c.MaxEpochs, c.BatchSize, c.Samples, c.LogFreq = 2, 1, 6, 3, 1
	return c
}

var silent = slog.New(slog.NewTextHandler(io.Discard, nil))

// run trains until it is done or, when stop is above 0, until so many steps are.
func run(t *testing.T, c config.Train, stop int) (*Trainer, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	trainer, err := New(ctx, c, silent)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Close)
	_, err = trainer.Run(ctx, func(p Progress) {
		if p.Step == stop {
			cancel()
		}
	})
	return trainer, err
}

// parameters are all trained numbers of a run.
func parameters(t *testing.T, trainer *Trainer) map[string][]float32 {
	t.Helper()
	all := map[string][]float32{}
	err := torch.NoGrad(func(s *torch.Scope) error {
		for _, p := range append(trainer.agent.Parameters(), trainer.rebuild.Model().Parameters()...) {
			all[p.Name] = torch.Values[float32](s, p.Tensor)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// metrics reads the lines of a phase.
func metrics(t *testing.T, dir, phase string) (lines []map[string]float64) {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		var line map[string]any
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if line["phase"] != phase {
			continue
		}
		numbers := map[string]float64{}
		for name, value := range line {
			if number, ok := value.(float64); ok {
				numbers[name] = number
			}
		}
		lines = append(lines, numbers)
	}
	return lines
}

// impatient ends when it has been asked so many times whether it has.
type impatient struct {
	context.Context
	left int
}

func (c *impatient) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestAnEvaluationIsNotCutShortByASignal(t *testing.T) {
	c := tiny(t)
	c.EvalFreq = 1
	trainer, err := New(context.Background(), c, silent)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	_, err = trainer.Run(&impatient{context.Background(), 1}, func(Progress) {})
	if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "stopped after step 1, checkpoint written") {
		t.Errorf("got %v", err)
	}
	if lines := metrics(t, c.OutputDir, "validation"); len(lines) != 1 {
		t.Errorf("%d evaluations were logged", len(lines))
	}
}

func TestBothLossesFallAndEpisodesHaveSeveralDecisions(t *testing.T) {
	c := tiny(t)
	c.ReconstructorStart, c.SupervisedEpochs = 30, 8
	if _, err := run(t, c, 0); err != nil {
		t.Fatal(err)
	}
	for phase, loss := range map[string]string{"answers": "policy_loss", "rebuilding": "reconstructor_loss"} {
		lines := metrics(t, c.OutputDir, phase)
		if first, last := lines[0][loss], lines[len(lines)-1][loss]; !(last < first) {
			t.Errorf("%s: %s went from %g to %g", phase, loss, first, last)
		}
	}
	for _, line := range metrics(t, c.OutputDir, "joint") {
		episodes := float64(c.BatchSize * c.Samples)
		if line["rounds"] < 2 || line["decisions"] != float64(c.BatchSize)+episodes*(line["rounds"]-1) {
			t.Errorf("decisions %g, rounds %g", line["decisions"], line["rounds"])
		}
		if math.Abs(line["rate"]-line["rate_asked"]) > 0.05 {
			t.Errorf("kept %g of the tokens, asked for %g", line["rate"], line["rate_asked"])
		}
	}
	var weights [2][]byte
	for i, at := range []string{"best/reconstructor", "latest/reconstructor"} {
		var err error
		if weights[i], err = os.ReadFile(filepath.Join(c.OutputDir, at, "model.safetensors")); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(weights[0], weights[1]) {
		t.Error("best/ holds another reconstructor than the last")
	}
	if events, _ := filepath.Glob(filepath.Join(c.OutputDir, "events.out.tfevents.*")); len(events) != 1 {
		t.Errorf("event files %v", events)
	}
}

func TestAFolderThatHoldsARunIsRefused(t *testing.T) {
	c := tiny(t)
	if _, err := run(t, c, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, c, 0); err == nil || config.ExitCode(err) != 2 {
		t.Fatalf("got %v", err)
	}
}

func TestAStepThatIsNotFiniteChangesNothing(t *testing.T) {
	trainer, err := New(context.Background(), tiny(t), silent)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	before := parameters(t, trainer)
	bad := func(s *torch.Scope) torch.Tensor {
		return s.Scale(s.Sum(trainer.agent.Parameters()[1].Tensor), math.Inf(1))
	}
	for range maxSkipped - 1 {
		if err := trainer.move(trainer.policy, 1e-3, "policy", map[string]float64{}, bad); err != nil {
			t.Fatal(err)
		}
	}
	if trainer.state.Skipped != maxSkipped-1 || !cmp.Equal(before, parameters(t, trainer)) {
		t.Fatalf("%d steps skipped; parameters may have moved", trainer.state.Skipped)
	}
	if err := trainer.move(trainer.policy, 1e-3, "policy", map[string]float64{}, bad); err == nil {
		t.Fatal("ten in a row did not end the run")
	}
}

// What a run leaves, whichever way it is named, is an agent; one whose reconstructor was frozen, at a rate that nobody held.
func TestARunsFolderAndItsCheckpointsAreAgents(t *testing.T) {
	c := tiny(t)
	c.ReconstructorEvery, c.ExactRate, c.Rounds = 0, false, 1
	if _, err := run(t, c, 0); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "best", "latest"} {
		a, err := agent.Load(filepath.Join(c.OutputDir, name))
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		a.Close()
	}
}

// The joint loop may only take the agent away from a good start; with fewer epochs of it than lie between two evaluations
// nobody would know.
func TestTheStartOfTheJointLoopIsACandidateForTheBest(t *testing.T) {
	c := tiny(t)
	c.EvalEvery, c.SaveEvery = 5, 10
	trainer, err := run(t, c, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := trainer.phases()
	lines := metrics(t, c.OutputDir, validation)
	if len(lines) != 2 || lines[0]["step"] != float64(p.answers) || lines[1]["step"] != float64(p.total()) {
		t.Errorf("evaluated %v; want steps %d and %d", lines, p.answers, p.total())
	}
}

func TestARunGoesOnFromAnAgent(t *testing.T) {
	first := tiny(t)
	first.MaxEpochs = 0
	before, err := run(t, first, 0)
	if err != nil {
		t.Fatal(err)
	}
	second := first
	second.OutputDir = t.TempDir()
	second.PolicyPath, second.PolicyHiddenDim, second.Init, second.MaxEpochs = first.OutputDir, 32, "none", 0
	after, err := run(t, second, 0)
	if err != nil {
		t.Fatal(err)
	}
	was, is := parameters(t, before), parameters(t, after)
	for _, p := range before.Agent().Parameters() {
		if !cmp.Equal(was[p.Name], is[p.Name]) {
			t.Errorf("%s: a run without steps for the agent changed it", p.Name)
		}
	}
	if diff := cmp.Diff(before.sources(), after.sources()); diff != "" {
		t.Errorf("two runs on the same data, the second from the first's agent, are made of different things:\n%s", diff)
	}
	second.OutputDir, second.PolicyPath = t.TempDir(), filepath.Join(first.OutputDir, "best") // which does not say what it was made from
	if after, err = run(t, second, 0); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(after.sources(), func(s agent.Source) bool { return s.Name == second.PolicyPath && s.License == "" }) {
		t.Error("what goes on from an agent of unknown sources may ship")
	}
	second = tiny(t)
	second.PolicyPath, second.Init = "default", "none"
	after, err = run(t, second, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(second.OutputDir, "best", "model.safetensors")); err != nil || after.Agent().Hidden != 96 {
		t.Errorf("the agent in the binary did not go on: %v, %d wide", err, after.Agent().Hidden)
	}
	if !slices.ContainsFunc(after.sources(), func(s agent.Source) bool { return s.Name == "minilm-l6" && s.Use == "teacher" }) {
		t.Error("what the agent in the binary was made from is forgotten")
	}
}

func TestAnAgentThatCannotGoOnIsRefused(t *testing.T) {
	silentAgent := tiny(t)
	silentAgent.AskedQuestions, silentAgent.AskedCloze, silentAgent.MaxEpochs, silentAgent.SupervisedEpochs = 0, 0, 0, 1
	if _, err := run(t, silentAgent, 0); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(c *config.Train){
		"policy_path: load agent":      func(c *config.Train) { c.PolicyPath = t.TempDir() },
		"the agent reads smollm2":      func(c *config.Train) { c.PolicyPath, c.Tokenizer = "default", "gpt2" },
		"the agent takes no questions": func(c *config.Train) { c.PolicyPath = silentAgent.OutputDir },
	} {
		c := tiny(t)
		change(&c)
		if _, err := New(t.Context(), c, silent); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
