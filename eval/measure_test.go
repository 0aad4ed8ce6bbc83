package eval

import (
	"context"
	"encoding/json"
	"html"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// reads is a finder that pays ln 2 a letter for any text, and ln 8 a letter for what follows one that was cut short.
type reads struct{ finder }

func (r *reads) Continuations(_ context.Context, before, texts []string) ([]probe.Loss, error) {
	losses := make([]probe.Loss, len(texts))
	for i, text := range texts {
		price := math.Ln2
		if before[i] != "" && !strings.HasSuffix(before[i], "by the sea") {
			price = 3 * math.Ln2
		}
		losses[i] = probe.Loss{Nats: price * float64(len(text)), Tokens: len(text)}
	}
	return losses, nil
}

// letters turns a text into the share of its bytes that are vowels, as a vector of length 1.
type letters struct{}

func (letters) Embed(_ context.Context, texts []string) ([][]float32, error) {
	all := make([][]float32, len(texts))
	for i, text := range texts {
		vowels := 0
		for _, r := range text {
			if strings.ContainsRune("aeiou", r) {
				vowels++
			}
		}
		angle := float64(vowels) / float64(max(1, len(text)))
		all[i] = []float32{float32(math.Cos(angle)), float32(math.Sin(angle))}
	}
	return all, nil
}

func TestMeasuresThatCanBeWorkedOutByHand(t *testing.T) {
	e := setUp(t, &reads{}, append([]Method{Only(agentName, wanted{})}, baselines(t, "first", "last")...)...)
	e.Metrics = []string{"perplexity", "bleu_score", "rouge_score", "chrf", "semantic_similarity", "exact_kept"}
	e.Embedder = &Embedder{letters{}, Model{Name: "letters", Identity: "letters"}}
	for i := range e.Documents {
		e.Documents[i].After = "and there it ends"
	}
	r := run(t, e, 0)
	value := func(method, point int, name string) float64 {
		return r.Methods[method].Points[point].Measures[name].Value
	}
	if got := value(0, 0, "perplexity_text"); math.Abs(got-2) > 1e-9 {
		t.Errorf("ln 2 a letter is a perplexity of %g", got)
	}
	if first, last := value(1, 1, "perplexity_continuation"), value(2, 1, "perplexity_continuation"); math.Abs(first-8) > 1e-9 || math.Abs(last-2) > 1e-9 {
		t.Errorf("behind the beginnings %g, behind the ends %g", first, last)
	}
	for _, name := range []string{"bleu_score", "chrf", "rouge1", "rouge2", "rougeL", "semantic_similarity"} {
		if less, more := value(1, 0, name), value(1, 1, name); !(0 < less && less < more) && name != "semantic_similarity" {
			t.Errorf("%s is %g at .3 and %g at .7", name, less, more)
		}
	}
	if got := value(0, 0, "semantic_similarity"); got <= 0.9 || got > 1+1e-6 {
		t.Errorf("similarity %g", got)
	}
	for _, m := range r.Measures {
		if m.Name == "perplexity_continuation" && (m.Whole == nil || math.Abs(*m.Whole-2) > 1e-9 || math.Abs(*m.Nothing-2) > 1e-9) {
			t.Errorf("the bounds of %s are %v and %v", m.Name, m.Nothing, m.Whole)
		}
	}
	if c := r.Comparisons[0].Measures["perplexity_continuation"]; c == nil || c.Value > 0 {
		t.Errorf("the agent less first: %+v", c)
	}
}

func TestTheOracleKeepsWhatWillBeAsked(t *testing.T) {
	e := setUp(t, &finder{})
	e.Methods = append(baselines(t, "first"), e.Oracle())
	r := run(t, e, -1)
	if got := r.Methods[1].Points[0].Retained.Value; got != 1 {
		t.Errorf("the oracle retains %g at .3", got)
	}
}

func TestTrainingsOfOneAgentAreDraws(t *testing.T) {
	first, last := baselines(t, "first")[0], baselines(t, "last")[0]
	one, _ := first.Scorer(Draw{})
	other, _ := last.Scorer(Draw{})
	r := run(t, setUp(t, &finder{}, Seeds(agentName, []interface {
		Name() string
		Score(context.Context, token.Text, float64) ([]float32, error)
	}{one, other}), first, last), 0)
	p, a, b := r.Methods[0].Points[1], r.Methods[1].Points[1].Retained.Value, r.Methods[2].Points[1].Retained.Value
	if !slices.Equal(p.RetainedByDraw, []float64{a, b}) || math.Abs(p.Retained.Value-(a+b)/2) > 1e-12 {
		t.Errorf("%v of %v; want the mean of %g and %g", p.Retained, p.RetainedByDraw, a, b)
	}
	if page := string(r.Markdown()); !strings.Contains(page, "of "+format([]float64{a, b})) {
		t.Error("the report has not both")
	}
}

func TestWordsAreCountedByWhereAndWhatTheyAre(t *testing.T) {
	tokenizer, err := token.Open("gpt2")
	if err != nil {
		t.Fatal(err)
	}
	text := token.Read(tokenizer, []byte("In 1843 the engine of Babbage, alas, was"))
	w := whereabout(text, nil)
	sum := func(xs []int) (n int) {
		for _, x := range xs {
			n += x
		}
		return n
	}
	if sum(w.tenth[:]) != len(text.Tokens) || sum(w.class[:]) != len(text.Tokens) || slices.Contains(w.class[:], 0) {
		t.Errorf("%+v of %d tokens", w, len(text.Tokens))
	}
	for word, want := range map[string]string{" 1843": "number", "B52": "number", " Babbage": "name", " engine": "word", " the": "stop word", "In": "stop word", ",": "mark", " ": "mark"} {
		if got := WordClasses[wordClass(word)]; got != want {
			t.Errorf("%q is a %s; want %s", word, got, want)
		}
	}
}

func TestAnswersAreScoredAsTheirTaskIs(t *testing.T) {
	for _, c := range []struct {
		probe  probe.Probe
		answer string
		want   map[string]float64
	}{
		{probe.Probe{Kind: probe.KindFact, Target: "Ada Lovelace"}, "the Ada", map[string]float64{"f1": 2. / 3, "exact_match": 0}},
		{probe.Probe{Kind: probe.KindProblem, Target: "2+2=4", Also: []string{"4"}}, "It is 2+2=4.", map[string]float64{"solved": 1}},
		{probe.Probe{Kind: probe.KindConcepts, Prompt: "dog, run", Target: "A dog runs.", Also: []string{"Dogs run."}}, "A dog runs.", map[string]float64{"coverage": 1, "bleu": 1, "rougeL": 1}},
		{probe.Probe{Kind: probe.KindSummary, Target: "They chose red."}, "They chose red.", map[string]float64{"rougeL": 1, "rouge1": 1, "rouge2": 1}},
	} {
		s, err := sheetOf([]probe.Task{{Probes: []probe.Probe{c.probe}}})
		if err != nil {
			t.Fatal(err)
		}
		got := s.score(c.answer, c.probe)
		for i, name := range s.scores {
			if want, known := c.want[name]; known && math.Abs(got[i]-want) > 1e-9 {
				t.Errorf("%s: %s is %g; want %g", c.probe.Kind, name, got[i], want)
			}
		}
	}
	if _, err := sheetOf([]probe.Task{{Probes: []probe.Probe{{Kind: probe.KindFact}, {Kind: probe.KindSummary}}}}); config.ExitCode(err) != 2 {
		t.Errorf("two kinds of scores in one: %v", err)
	}
}

func TestThePageHoldsEverythingAndAsksNobody(t *testing.T) {
	e := setUp(t, &finder{}, append([]Method{Only(agentName, wanted{})}, baselines(t, "last")...)...)
	e.Examples = 2
	e.Documents[0].Text += " </script><b>&"
	dir := t.TempDir()
	r := run(t, e, 0)
	if err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(dir + "/report.html")
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	if outside := regexp.MustCompile(`(?:src|href)="(?:https?:)?//`).FindString(page); outside != "" {
		t.Errorf("the page fetches %s", outside)
	}
	_, rest, _ := strings.Cut(page, `<script id="data" type="application/json">`)
	examples, _, _ := strings.Cut(rest, "</script>")
	var back []Example
	if err := json.Unmarshal([]byte(html.UnescapeString(examples)), &back); err != nil || len(back) != 2 || back[0].Text != e.Documents[0].Text {
		t.Errorf("the examples come back as %d, %v", len(back), err)
	}
	for _, want := range []string{"prefers-color-scheme", "aria-sort", "keydown", "<th scope"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	cut := back[0].Cuts[len(back[0].Cuts)-1]
	if last := cut.Kept[len(cut.Kept)-1]; cut.Method != "last" || last[1] != len(back[0].Text) || !back[0].keeps(last[0], "last", 0.7) {
		t.Errorf("the end of the text is not in what last keeps: %+v", cut)
	}
}
