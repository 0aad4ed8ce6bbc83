package train

import (
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// sale is a text with two answers, one of which stands in it twice.
func sale(t *testing.T) task {
	t.Helper()
	tokenizer, err := token.Open("smollm2")
	if err != nil {
		t.Fatal(err)
	}
	const text = "Bob sold old maps of the northern coast to Alice, and Bob bought a boat."
	return task{Task: probe.Task{ID: "sale", Text: text, Probes: []probe.Probe{
		{Kind: probe.KindQuestion, Prompt: "Who sold maps?", Target: "Bob"},
		{Kind: probe.KindQuestion, Prompt: "What did he sell?", Target: "maps of the northern coast"},
	}}, text: token.Read(tokenizer, []byte(text))}
}

// words is what the words of a text are worth: the most of their tokens.
func words(t task, worth []float32) map[string]float32 {
	all := map[string]float32{}
	for i, w := range t.text.Units {
		start, end := w.Span(t.text.Tokens)
		for at := w.First; at < w.End; at++ {
			if worth[at] > 0 {
				key := strings.TrimSpace(t.Text[start:end])
				if i > 8 {
					key += " again"
				}
				all[key] = max(all[key], worth[at])
			}
		}
	}
	return all
}

func TestAShortAnswerIsWorthMoreATokenThanALongOne(t *testing.T) {
	each := sale(t)
	counter := agent.NewCounter(1 << 16)
	counter.Add(each.text)
	worth, err := byRarity{counter.Statistics()}.label(t.Context(), each)
	if err != nil {
		t.Fatal(err)
	}
	got := words(each, worth)
	if got["Bob"] < 3*got["coast"] || got["coast"] == 0 {
		t.Errorf("got %v; want Bob, one token, worth several times a token of the coast", got)
	}
	if got["Bob again"] > 0 || got["Alice"] > 0 {
		t.Errorf("got %v; want no worth where nothing is asked, or the answer stands already", got)
	}
}

// told is a reader to whom every answer is worth as many nats a token as the context holds of its words, that credits
// the first unit with 3 nats, and every other with -1.
type toldReader struct{ target string }

func (r toldReader) Losses(_ context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	losses := make([]probe.Loss, len(readings))
	for i, each := range readings {
		losses[i] = probe.Loss{Nats: 4, Tokens: 1}
		if strings.Contains(each.Context, r.target) {
			losses[i].Nats = 0
		}
	}
	return losses, nil
}

func (r toldReader) Told(_ context.Context, tasks []probe.Task) ([][][]probe.Label, error) {
	told := make([][][]probe.Label, len(tasks))
	for i, task := range tasks {
		for _, p := range task.Probes {
			told[i] = append(told[i], []probe.Label{{Span: probe.Span{End: len(p.Target)}, Worth: 1}})
		}
	}
	return told, nil
}

func (r toldReader) Credits(_ context.Context, _ probe.Task, units []probe.Span, masks [][]bool) (losses [][]probe.Loss, credits [][]float64, err error) {
	for range masks {
		credit := make([]float64, len(units))
		for u := range credit {
			credit[u] = -1
		}
		credit[0] = 4
		credits = append(credits, credit)
	}
	return make([][]probe.Loss, len(masks)), credits, nil
}

func TestReadersLabelWhatTheyNeed(t *testing.T) {
	each := sale(t)
	random := func(task) *rand.Rand { return env.Source(1, 2, 3) }
	reader := toldReader{"coast"}
	for name, test := range map[string]struct {
		by   labeller
		want map[string]float32
	}{
		"nats told about an answer go to its first place": {byTold{reader}, map[string]float32{"Bob": .5, "maps": .5, "of": .5, "the": .5, "northern": .5, "coast": .5}},
		"credit is a mean over probes":                    {byGate{reader, 3, random}, map[string]float32{"Bob": 1}},
		"a word is worth what reading without it costs":   {byLeaveOneOut{reader}, map[string]float32{"coast": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			worth, err := test.by.label(t.Context(), each)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, words(each, worth)); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("the best mask keeps what answers", func(t *testing.T) {
		worth, err := byBestMask{reader, 8, random}.label(t.Context(), each)
		if err != nil {
			t.Fatal(err)
		}
		if words(each, worth)["coast"] != 1 {
			t.Errorf("got %v", words(each, worth))
		}
	})
}

// A run that goes on reads the labels that there are, and not the line that was being written.
func TestLabelsGoOnWhereTheyStopped(t *testing.T) {
	each := sale(t)
	path := filepath.Join(t.TempDir(), "run", labelsFile)
	file, known, err := openLabels(path, []task{each, each})
	if err != nil || len(known) != 0 {
		t.Fatal(known, err)
	}
	line := `{"id":"sale","worth":[` + strings.TrimSuffix(strings.Repeat("0.5,", len(each.text.Tokens)), ",") + "]}\n"
	if _, err := io.WriteString(file, line+line[:20]); err != nil {
		t.Fatal(err)
	}
	file.Close()
	file, known, err = openLabels(path, []task{each, each})
	if err != nil || len(known) != 1 || known[0].worth[0] != 0.5 {
		t.Fatal(known, err)
	}
	if _, err := io.WriteString(file, line); err != nil {
		t.Fatal(err)
	}
	file.Close()
	if raw, err := os.ReadFile(path); err != nil || string(raw) != line+line {
		t.Errorf("got %q, %v", raw, err)
	}
	file, known, err = openLabels(path, []task{each})
	if err != nil || len(known) != 1 {
		t.Fatal(known, err)
	}
	file.Close()
	if raw, err := os.ReadFile(path); err != nil || string(raw) != line+line {
		t.Errorf("a run that wants fewer leaves %q, %v", raw, err)
	}
	other := each
	other.ID = "other"
	if _, _, err = openLabels(path, []task{other}); err == nil {
		t.Error("labels of another text are taken")
	}
}
