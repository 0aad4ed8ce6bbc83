package train

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

const harbour = "In 1843 the town grew. The harbour opened to ships in 1843 after long works. Nobody came."

func TestAnAnswerIsTakenWhereTheQuestionIsAnswered(t *testing.T) {
	p := probe.Probe{Prompt: "When did the harbour open to ships?", Target: "1843"}
	if got := answerPlace(harbour, p); got.Start != strings.LastIndex(harbour, "1843") {
		t.Errorf("got %v, want the second 1843", got)
	}
	if got := answerPlace(harbour, probe.Probe{Prompt: "Who?", Target: "1844"}); got != (probe.Span{}) {
		t.Errorf("an answer that stands nowhere: %v", got)
	}
}

func TestAGapIsFoundWhereItWasCut(t *testing.T) {
	for _, p := range probe.Cloze("harbour", harbour, 0, 1).Probes {
		got := gapPlace(harbour, p)
		if harbour[got.Start:got.End] != p.Target {
			t.Errorf("%q: %q is at the gap of %q", p.Target, harbour[got.Start:got.End], p.Prompt)
		}
	}
}

func TestWhoeverAsksIsToldTheAnswerAndItsSentence(t *testing.T) {
	tokenizer, err := token.Open("smollm2")
	if err != nil {
		t.Fatal(err)
	}
	text := token.Read(tokenizer, []byte(harbour))
	counter := agent.NewCounter(tokenizer.VocabSize())
	counter.Add(text)
	d := &data{statistics: counter.Statistics()}
	p := probe.Probe{Prompt: "When did the harbour open to ships?", Target: "1843"}
	asked := task{Task: probe.Task{Text: harbour, Probes: []probe.Probe{p}}, text: text}
	l := d.toWhoeverAsks(asked, p.Prompt, answerPlace(harbour, p), config.Train{SentenceWorth: 0.1})
	if l.question != p.Prompt {
		t.Errorf("asked %q", l.question)
	}
	for i, each := range text.Tokens {
		word := strings.TrimSpace(harbour[each.Start:each.End])
		inside := int(each.Start) >= strings.Index(harbour, " The") && int(each.Start) < strings.Index(harbour, " Nobody")
		answer := inside && strings.ContainsAny(word, "1843")
		switch got := l.worth[i]; {
		case answer && got <= 0.1, inside && !answer && got != 0.1, !inside && got != 0:
			t.Errorf("%q at %d is worth %v", word, each.Start, got)
		}
	}
	asked.taught = make([]float32, len(text.Tokens))
	asked.taught[0] = 0.5
	hedged := d.toWhoeverAsks(asked, p.Prompt, answerPlace(harbour, p), config.Train{SentenceWorth: 0.1, TaughtWorth: 0.4})
	if hedged.worth[0] != 0.2 || !slices.Equal(hedged.worth[1:], l.worth[1:]) {
		t.Errorf("with a teacher %v, without %v; want them to differ in the first alone, by .2", hedged.worth, l.worth)
	}
}

func TestHalfOfAClozeHasAboutHalfOfItsWordsAndNoGap(t *testing.T) {
	prompt := strings.Repeat("one two three four ", 100) + probe.Gap
	half := halfOf(prompt, rand.New(rand.NewPCG(1, 2)))
	if n := len(strings.Fields(half)); n < 150 || n > 250 || strings.Contains(half, probe.Gap) {
		t.Errorf("%d words of 400", n)
	}
}
