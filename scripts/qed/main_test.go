package main

import "testing"

func TestTokensAreWrittenAsTextHasThem(t *testing.T) {
	for tokens, want := range map[string]string{
		"It ran ( 1986 -- 1987 ) , did n't it ?":        "It ran (1986 -- 1987), didn't it?",
		"The `` King 's Speech '' is one - of - a kind": `The "King's Speech" is one-of-a kind`,
		"the 19 th of -LRB- May -RRB- , $ 5 / day":      "the 19th of (May), $5/day",
	} {
		if is := natural(tokens); is != want {
			t.Errorf("%q is written %q, not %q", tokens, is, want)
		}
	}
}

func TestARowIsAQuestionInTheProjectsForm(t *testing.T) {
	q := row{ID: 7, Text: "It was `` Moon River '' , by Mercer .", Question: "who wrote it", Answers: []string{"Mercer", "not in it", "`` Moon River ''"}}.question()
	if q.ID != "nq-7" || q.Question != "Who wrote it?" || len(q.Answers) != 2 || q.Answers[0] != "Mercer" || q.Answers[1] != `"Moon River"` {
		t.Errorf("%+v", q)
	}
}

func TestThirteenWordsInARowAreShared(t *testing.T) {
	h := held{rows: map[[8]byte]bool{}}
	h.add("one two three four five six seven eight nine ten eleven twelve thirteen fourteen")
	if !h.shares("And: TWO three four, five six seven eight nine ten eleven twelve thirteen fourteen!") {
		t.Error("13 words of another text are not found")
	}
	if h.shares("three four five six seven eight nine ten eleven twelve thirteen fourteen") {
		t.Error("12 words are taken for 13")
	}
}
