package eval

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval/remote"
	"github.com/project-sputnik/sputnik/probe"
)

// speaker says the answer where the context holds it, and else something that shares no word with it.
type speaker struct{ asked int }

func (s *speaker) Answers(_ context.Context, readings []probe.Reading) ([]string, error) {
	s.asked += len(readings)
	answers := make([]string, len(readings))
	for i, r := range readings {
		answers[i] = "nobody knows"
		if strings.Contains(r.Context, r.Probe.Target) {
			answers[i] = "the " + r.Probe.Target + "." // SQuAD counts neither article nor full stop
		}
	}
	return answers, nil
}

func TestTheShareOfF1RetainedIsTheShareOfAnswersThatWereKept(t *testing.T) {
	e := setUp(t, &finder{}, append([]Method{Only(agentName, wanted{})}, baselines(t, "random")...)...)
	e.Answerer = &speaker{}
	r := run(t, e, 0)
	if r.AnswersNone.Scores[0] != 0 || r.AnswersFull.Scores[0] != 1 || r.AnswersFull.Scores[1] != 1 {
		t.Errorf("nothing %+v, all %+v", r.AnswersNone, r.AnswersFull)
	}
	for _, m := range r.Methods {
		for _, p := range m.Points { // finder's F is that share too
			if math.Abs(p.Answers.Retained.Value-p.Retained.Value) > 1e-9 || math.Abs(p.Answers.Scores[0]-p.Retained.Value) > 1e-9 {
				t.Errorf("%s at %g: F %v, of F1 %v, F1 %v", m.Name, p.Rate, p.Retained, p.Answers.Retained, p.Answers.Scores)
			}
		}
	}
	for _, c := range r.Comparisons {
		if math.Abs(c.Answers.Value-c.Retained.Value) > 1e-9 {
			t.Errorf("%+v", c)
		}
	}
	if page := string(r.Markdown()); !strings.Contains(page, "| whole text | 1.000, 1.000") {
		t.Error("the report has no row for the whole text")
	}
}

func TestEveryWordingOfAnAnswerIsRight(t *testing.T) {
	e := setUp(t, &finder{}, Only(agentName, wanted{}))
	for i := range e.Documents {
		p := &e.Documents[i].Probes[0]
		p.Also, p.Target = []string{p.Target}, "the same town by another name"
	}
	e.Answerer = always{}
	if r := run(t, e, 0); r.AnswersFull.Scores[1] != 1 {
		t.Errorf("%+v", r.AnswersFull)
	}
}

// always says the second wording.
type always struct{}

func (always) Answers(_ context.Context, readings []probe.Reading) ([]string, error) {
	answers := make([]string, len(readings))
	for i, r := range readings {
		answers[i] = r.Probe.Also[0]
	}
	return answers, nil
}

func TestAnswersAreInTheJournal(t *testing.T) {
	e := setUp(t, &finder{}, Only(agentName, wanted{}))
	first := &speaker{}
	e.Answerer = first
	before := run(t, e, 0)
	second := &speaker{}
	e.Answerer = second
	after := run(t, e, 0)
	if first.asked == 0 || second.asked != 0 || !slices.Equal(before.AnswersFull.Scores, after.AnswersFull.Scores) {
		t.Errorf("asked %d times, and again %d times", first.asked, second.asked)
	}
}

// fakeEndpoint answers chats as speaker does, each for 100 tokens.
func fakeEndpoint(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer := "nobody knows"
		if strings.Contains(string(body), "Ada Lovelace") {
			answer = "Ada Lovelace"
		}
		_ = json.NewEncoder(w).Encode(map[string]any{
			"choices": []any{map[string]any{"message": map[string]string{"role": "assistant", "content": answer}, "finish_reason": "stop"}},
			"usage":   map[string]int{"prompt_tokens": 90, "completion_tokens": 10},
		})
	}))
	t.Cleanup(server.Close)
	return server.URL + "/v1"
}

const oneQuestion = `{"id":"1","context":"In the year 1843 the first program was written down by Ada Lovelace for a machine that was never built.","question":"Who wrote the first program?","answers":["Ada Lovelace","Lovelace"]}` + "\n"

func TestAnEndpointAnswersAndTellsNoLosses(t *testing.T) {
	cfg := settings(t)
	cfg.Reader, cfg.BaseURL, cfg.DataPath = "openai:tiny", fakeEndpoint(t), writeFile(t, "questions.jsonl", oneQuestion)
	r, _, err := Run(t.Context(), cfg, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if r.AnswersFull.Scores[1] != 1 || r.AnswersNone.Scores[0] != 0 || r.Methods[0].Points[0].Retained != nil || r.Methods[0].Points[0].Answers == nil {
		t.Errorf("%+v, %+v, %+v", r.AnswersFull, r.AnswersNone, r.Methods[0].Points[0])
	}
	if page := string(r.Markdown()); !strings.Contains(page, "tells no losses") || strings.Contains(page, "Retained information F") {
		t.Errorf("the report reads\n%s", page)
	}
}

func TestASpentBudgetEndsTheRun(t *testing.T) {
	cfg := settings(t)
	cfg.Reader, cfg.BaseURL, cfg.DataPath, cfg.TokenBudget = "openai:tiny", fakeEndpoint(t), writeFile(t, "questions.jsonl", oneQuestion), 250
	_, _, err := Run(t.Context(), cfg, quiet)
	if !errors.Is(err, remote.ErrBudget) || !strings.Contains(err.Error(), "token_budget is spent") {
		t.Errorf("got %v", err)
	}
}

func TestAnEndpointWithoutAnAddressIsAWrongRequest(t *testing.T) {
	cfg := settings(t)
	cfg.Reader = "openai:tiny"
	_, _, err := Run(t.Context(), cfg, quiet)
	if config.ExitCode(err) != 2 || !strings.Contains(err.Error(), "BaseURL") {
		t.Errorf("got %v", err)
	}
}
