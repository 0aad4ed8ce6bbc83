package agent

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

func TestDemonstrationsAreFound(t *testing.T) {
	const (
		sums      = "Problem: 2 and 3?\nSolution: 2+3=5\nThe answer is 5.\n\nProblem: 1 and 1?\nSolution: 1+1=2\n\nProblem: 4 and 4?\nSolution: 8"
		thoughts  = "Q: 2 and 3?\nA: That is 5. The answer is 5.\n\nQ: 1 and 1?\nA: The answer is 2.\n\nQ: 4 and 4?\nA: The answer is 8.\n"
		steps     = "Question: 2 and 3?\nLet us think.\n2+3=5\nThe answer is 5.\n\nQuestion: 1?\nSo: 1.\nThe answer is 1.\n\nQuestion: 4?\n4\nThe answer is 4.\n"
		questions = "Q: When do you open?\nA: At nine.\n\nQ: Where are you?\nA: In Bath.\n\nQ: Who are you?\nA: A shop.\n"
	)
	for _, each := range []struct{ text, want string }{
		{"", ""},
		{sums, sums},
		{strings.ReplaceAll(sums, "\n", "\r\n"), strings.ReplaceAll(sums, "\n", "\r\n")},
		{thoughts, thoughts},
		{questions, ""},
		{"Add them up.\n\n" + sums + "\n\nProblem: 7 and 2?\nSolution:", sums + "\n\nProblem: 7 and 2?\nSolution:"},
		{"Add them up.\n\n" + sums + "\n\nProblem: 7 and 2?\n\nThink.", sums + "\n\nProblem: 7 and 2?\n"},
		{"Add them up.\n\n" + sums + "\n\nThink.", sums + "\n"},
		{steps, steps},
		{"Problem: 2 and 3?\nSolution: 5\n\nProblem: 1 and 1?\nSolution: 2", ""},                                                                          // two are no series
		{"Problem: 2?\nSolution: 5\n\nProblem: 1?\nSolution: 2\n\nSo it goes.\n\nProblem: 1?\nSolution: 2", ""},                                           // nor are these
		{"Input: a\nOutput: b\n\nInput: a\nOutput: b\n\n" + sums, sums},                                                                                   // the first that is long enough
		{"User: Hello\nAssistant: Hello\n\nUser: Why?\nAssistant: Why not?\n\nUser: I see\nAssistant: Good", ""},                                          // talk
		{"name: a\nkind: b\n\nname: c\nkind: d\n\nname: e\nkind: f", ""},                                                                                  // records
		{"Problem: 2?\nDay: 1\nSolution: 5\n\nProblem: 1?\nDay: 1\nSolution: 2\n\nProblem: 1?\nDay: 1\nSolution: 2", ""},                                  // another label between
		{strings.Repeat("Words: a,\xff b\nSentence: A b.\n \n", 3), strings.TrimSuffix(strings.Repeat("Words: a,\xff b\nSentence: A b.\n \n", 3), " \n")}, // blank, not empty
	} {
		span := demonstrations([]byte(each.text))
		if got := each.text[span.Start:span.End]; got != each.want {
			t.Errorf("%q:\ngot  %q\nwant %q", each.text, got, each.want)
		}
	}
}

func TestDemonstrationsAreCutFromTheFirstOn(t *testing.T) {
	a, _ := curious(t)
	const before, behind = "Add up what is said about the bank. ", "\n\nHow much did the bank pay in all?"
	shown := strings.TrimSpace(strings.Repeat("Problem: The bank paid 2 and then 3.\nSolution: It paid 5 in all.\n\n", 50))
	text := token.Read(a.tokenizer, []byte(before+"\n\n"+shown+behind))
	span := demonstrations(text.Bytes)
	if span == (probe.Span{}) {
		t.Fatal("no demonstrations are found")
	}
	from := slices.IndexFunc(text.Tokens, func(t token.Token) bool { return int(t.Start) >= span.Start })
	to := slices.IndexFunc(text.Tokens, func(t token.Token) bool { return int(t.Start) >= span.End })
	for _, question := range []string{"", "What did the bank pay?"} {
		w := &walk{text: text.Bytes, rate: 0.4, question: question}
		_, passes := a.walk(w)
		if want := map[bool]int{true: 2, false: 4}[question == ""]; len(passes) != want {
			t.Fatalf("%q: %d passes, want %d", question, len(passes), want)
		}
		got, err := a.ScoreAsked(context.Background(), text, question, 0.4)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSorted(got[from:to]) {
			t.Errorf("%q: an earlier word of the demonstrations is worth more than a later one", question)
		}
		if slices.IsSorted(got[:from]) || slices.IsSorted(got[to:]) {
			t.Errorf("%q: what stands around them is dealt out too", question)
		}
		var inParts []float32 // as compress reads a long text
		margin, passes := a.Walk(text.Bytes, 0.4, question)
		for _, pass := range passes {
			inParts = inParts[:0]
			for part := range token.Parts(a.tokenizer, text.Bytes, 64, margin) {
				scores, err := pass(context.Background(), part)
				if err != nil {
					t.Fatal(err)
				}
				inParts = append(inParts, scores...)
			}
		}
		if diff := cmp.Diff(got, inParts); diff != "" {
			t.Errorf("%q: whole and in parts: %s", question, diff)
		}
	}
}
