package agent

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// curious is an agent that takes questions, with weights that make much of them.
func curious(t *testing.T) (*Agent, token.Text) {
	t.Helper()
	c := small
	c.Question = QuestionFeatures
	a, text := fresh(t, c)
	return saved(t, a), text
}

func TestTheForwardsAgreeOnAQuestion(t *testing.T) {
	a, text := curious(t)
	question := "Who wrote about " + string(text.Bytes[:40]) + "?"
	fused, err := a.ScoreAsked(context.Background(), text, question, 0.4)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := a.WithoutTorch().ScoreAsked(context.Background(), text, question, 0.4)
	if err != nil {
		t.Fatal(err)
	}
	var graph []float32
	if err := torch.NoGrad(func(s *torch.Scope) error {
		logits := a.Logits(s, a.NewAskedBatch(s, []token.Text{text, text}, []float64{0.4, 0.4}, []string{question, ""}))
		told, untold := s.Narrow(logits, 0, 0, 1), s.Narrow(logits, 0, 1, 1)
		graph = torch.Values[float32](s, s.Add(told, s.Scale(untold, untoldWeight)))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	embedding, err := a.embedding()
	if err != nil {
		t.Fatal(err)
	}
	part := token.Part{Text: text, To: len(text.Tokens), End: len(text.Units)}
	var l lending
	for _, u := range text.Units {
		l.word(graph, int(u.End-u.First))
	}
	l.last(graph)
	leanOf(graph, 0.4).apply(graph, part, a.asked(text, a.ask(question, embedding), embedding).lent)
	if diff := cmp.Diff(fused, plain); diff != "" {
		t.Fatalf("libtorch's bits and Go's: %s", diff)
	}
	for i := range fused { // single precision, sums of 100 terms
		if math.Abs(float64(fused[i]-graph[i])) > 1e-3 {
			t.Fatalf("token %d: fused %v, graph %v", i, fused[i], graph[i])
		}
	}
}

func TestWordsLendTheirScores(t *testing.T) {
	scores := []float32{1, 3, 10, -4, 5, 6} // words of 2, 1 and 3 tokens
	var l lending
	for _, tokens := range []int{2, 1, 3} {
		l.word(scores, tokens)
	}
	l.last(scores)
	const third = float32(7) / 3
	want := []float32{
		1 + besideWeight*(2+10)/2, 3 + besideWeight*(2+10)/2,
		10 + besideWeight*(2+third)/2,
		-4 + besideWeight*(10+third)/2, 5 + besideWeight*(10+third)/2, 6 + besideWeight*(10+third)/2,
	}
	if diff := cmp.Diff(want, scores, cmpopts.EquateApprox(0, 1e-5)); diff != "" {
		t.Error(diff)
	}
}

func TestAQuestionThatMatchesNothingChangesNothing(t *testing.T) {
	a, text := curious(t)
	want, err := a.Score(context.Background(), text, 0.4)
	if err != nil {
		t.Fatal(err)
	}
	for _, question := range []string{"", "?", "Which of the", "zyxgquv wqxjk"} {
		got, err := a.ScoreAsked(context.Background(), text, question, 0.4)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", question, diff)
		}
	}
}

func TestAnAgentWithoutFeaturesOfAQuestionTakesNone(t *testing.T) {
	a, text := fresh(t, small)
	if scores, err := a.ScoreAsked(context.Background(), text, "Who?", 0.4); scores != nil || err != nil {
		t.Errorf("got %d scores, %v; want none", len(scores), err)
	}
}

// of are the question's features of a word of a text.
func of(t *testing.T, a *Agent, text, question, word string) []float32 {
	t.Helper()
	read := token.Read(a.tokenizer, []byte(text))
	embedding, err := a.embedding()
	if err != nil {
		t.Fatal(err)
	}
	all := make([]float32, len(read.Tokens)*QuestionFeatures)
	if asked := a.asked(read, a.ask(question, embedding), embedding); asked != nil {
		asked.write(0, len(read.Tokens), all, QuestionFeatures)
	}
	for _, u := range read.Units {
		if string(wordOf(read, u)) == word {
			return all[u.First*QuestionFeatures : (u.First+1)*QuestionFeatures]
		}
	}
	t.Fatalf("%q is not in the text", word)
	return nil
}

func TestFeaturesOfAQuestion(t *testing.T) {
	a, _ := curious(t)
	const text = "Rain fell on the hills. Anna Berg founded the bank in 1882 with friends. It stood for years. Nobody knows who paid the founders."
	const question = "When was the bank founded, and by whom?"
	for word, want := range map[string]map[int]float32{
		"founded":  {1: 1, 3: 1, 7: 1, 10: 1, 12: 1},
		"bank":     {3: 1, 7: 1},
		"1882":     {0: 0, 1: 0, 7: 1, 15: 1, 17: 0},
		"Berg":     {0: 0, 15: 0, 17: 1},
		"hills":    {0: 0, 6: 0, 7: 0},
		"founders": {3: 1},
	} {
		got := of(t, a, text, question, word)
		for i, value := range want {
			if math.Abs(float64(got[i]-value)) > 1e-6 && value == 0 || value == 1 && got[i] < 0.99 && i != 1 {
				t.Errorf("%s: feature %d is %v, want %v", word, i, got[i], value)
			}
		}
	}
	if near, far := of(t, a, text, question, "1882"), of(t, a, text, question, "fell"); near[3] <= far[3] || near[4] <= far[4] {
		t.Errorf("nearness and field are %v at the answer, %v far from it", near[3:5], far[3:5])
	}
	if rest := of(t, a, text, question, "stood"); rest[8] <= 0 || rest[8] >= 1 {
		t.Errorf("the sentence behind the best is lent %v, want a share", rest[8])
	}
}

func TestFeaturesOfAQuestionAreFiniteOnOddTexts(t *testing.T) {
	a, _ := curious(t)
	for _, text := range []string{"x", "\x00\xff\xfe", strings.Repeat("bank ", 5000), strings.Repeat("a", 100_000), "北京 是 首都 bank", "\n\n\n bank"} {
		read := token.Read(a.tokenizer, []byte(text))
		scores, err := a.ScoreAsked(context.Background(), read, "Which bank was it? "+strings.Repeat("many words ", 500), 0.4)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range scores {
			if math.IsNaN(float64(s)) || math.IsInf(float64(s), 0) {
				t.Fatalf("%.20q: score %d is %v", text, i, s)
			}
		}
	}
}

func TestTheLargestBut(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		values := make([]float32, 1+draw.IntN(50))
		for i := range values {
			values[i] = float32(draw.IntN(20)-10) / 3 * float32(draw.IntN(3))
		}
		ordered, n := slices.Sorted(slices.Values(values)), draw.IntN(len(values))
		if got, want := largestBut(values, n), ordered[len(ordered)-1-n]; got != want {
			t.Fatalf("the largest but %d of %v is %v, not %v", n, values, got, want)
		}
	}
}
