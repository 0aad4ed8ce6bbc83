package probe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func texts(text string, spans []Span) []string {
	var out []string
	for _, s := range spans {
		out = append(out, s.of(text))
	}
	return out
}

func TestSentencesEndWhereAReaderWouldStop(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"two sentences":                      {"It rains. We stay.", []string{"It rains.", "We stay."}},
		"a title is no end":                  {"We met Dr. Smith. He left.", []string{"We met Dr. Smith.", "He left."}},
		"an initial is no end":               {"John F. Kennedy spoke.", []string{"John F. Kennedy spoke."}},
		"an abbreviation with points is not": {"The U.S. Army came.", []string{"The U.S. Army came."}},
		"a decimal point is no end":          {"It is 3.5 metres.", []string{"It is 3.5 metres."}},
		"quotes belong to their sentence":    {"\"Go!\" He went.", []string{"\"Go!\"", "He went."}},
		"a lower-case word goes on":          {"What? said he.", []string{"What? said he."}},
		"a line end is an end":               {"Title\n\nText here", []string{"Title", "Text here"}},
		"full-width stops end one":           {"雨。「去！」他说？好", []string{"雨。", "「去！」", "他说？", "好"}},
		"nothing has none":                   {" \n ", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, texts(test.text, Sentences(test.text))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWordsKeepWhatBelongsTogether(t *testing.T) {
	text := "Don't pay 1,250.50 for well-known (naïve) U.S. maps, at 10:30."
	want := []string{"Don't", "pay", "1,250.50", "for", "well-known", "naïve", "U", "S", "maps", "at", "10:30"}
	if diff := cmp.Diff(want, texts(text, Words(text))); diff != "" {
		t.Error(diff)
	}
}

func TestCharactersAreWordsWhereNoSpacesAre(t *testing.T) {
	text := "东京2024年、さくらbank 서울"
	want := []string{"东", "京", "2024", "年", "さ", "く", "ら", "bank", "서울"}
	if diff := cmp.Diff(want, texts(text, Words(text))); diff != "" {
		t.Error(diff)
	}
}

func TestSegmentsStayInsideAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(t, "text"))
		if rapid.Bool().Draw(t, "valid") {
			text = rapid.StringOf(rapid.RuneFrom([]rune("aB1 .!?\n\"'’-,é漢。！」"))).Draw(t, "runes")
		}
		for _, spans := range [][]Span{Words(text), Sentences(text)} {
			end := 0
			for _, s := range spans {
				if s.Start < end || s.End <= s.Start || s.End > len(text) {
					t.Fatalf("span %v after %d in %d bytes", s, end, len(text))
				}
				end = s.End
			}
		}
		Cloze("x", text, 3, 1)
		Recurrences{Window: 4, Distance: 2, Reach: 8}.Tasks("x", text, 1)
	})
}

const passage = "The lighthouse at Cape Otway was finished in 1848. It guided ships for 146 years before a solar lamp took over. " +
	"Its first keeper, James Lawrence, stayed for only three months. Sailors called the light the Beacon of Hope."

func TestClozeAsksForNumbersNamesAndRarePhrases(t *testing.T) {
	task := Cloze("x", passage, 0, 7)
	var targets []string
	for _, p := range task.Probes {
		targets = append(targets, p.Target)
		if strings.Contains(p.Prompt, p.Target) || !strings.Contains(p.Prompt, Gap) {
			t.Errorf("%q is given away by %q", p.Target, p.Prompt)
		}
		if !strings.Contains(passage, strings.Replace(p.Prompt, Gap, p.Target, 1)) {
			t.Errorf("%q does not fill %q", p.Target, p.Prompt)
		}
	}
	for _, want := range []string{"Cape Otway", "1848", "146", "James Lawrence"} {
		if !slices.Contains(targets, want) {
			t.Errorf("%q is not asked for: %q", want, targets)
		}
	}
}

func TestALimitedClozeAsksAboutDifferentSentences(t *testing.T) {
	task := Cloze("x", passage, 3, 7)
	prompts := map[string]bool{}
	for _, p := range task.Probes {
		prompts[strings.Replace(p.Prompt, Gap, p.Target, 1)] = true
	}
	if len(task.Probes) != 3 || len(prompts) != 3 {
		t.Errorf("%d probes about %d sentences", len(task.Probes), len(prompts))
	}
}

func TestTheSameSeedMakesTheSameProbes(t *testing.T) {
	if !cmp.Equal(Cloze("x", passage, 2, 1), Cloze("x", passage, 2, 1)) {
		t.Error("two runs differ")
	}
	differ := 0
	for seed := range int64(8) {
		if !cmp.Equal(Cloze("x", passage, 2, seed), Cloze("x", passage, 2, seed+1)) {
			differ++
		}
	}
	if differ == 0 {
		t.Error("the seed changes nothing")
	}
}

func TestRecurrenceAsksForWordsThatComeBackLater(t *testing.T) {
	filler := strings.Repeat("so it was and so we did. ", 4)
	text := "A walrus met a penguin. " + filler + "Nobody there ever saw the walrus again. The penguin left."
	r := Recurrences{Window: 12, Distance: 10, Reach: 40}
	tasks := r.Tasks("x", text, 1)
	want := []Probe{{Kind: KindRecurrence, Prompt: "Nobody there ever saw the", Target: "walrus"}}
	if len(tasks) != 1 || !cmp.Equal(tasks[0].Probes, want) {
		t.Errorf("got %+v", tasks)
	}
	words, marks := Recurrences{Distance: 10, Reach: 100}.Recurring(text)
	var marked []string
	for i, m := range marks {
		if m {
			marked = append(marked, words[i].of(text))
		}
	}
	if !cmp.Equal(marked, []string{"walrus", "penguin"}) {
		t.Errorf("marked %q", marked)
	}
}

func TestAnAnswerIsLabelledWhereItStandsFirst(t *testing.T) {
	const text = "Bobby met Bob, who sold 12 maps in 112 days, and Bob sold 12 more."
	for target, want := range map[string]Span{"Bob": {10, 13}, "12": {24, 26}, "maps in": {27, 34}} {
		if got, found := First(text, target); !found || got != want {
			t.Errorf("%s: %v, %v; want %v", target, got, found, want)
		}
	}
	for _, target := range []string{"", "Rob", "obby"} {
		if got, found := First(text, target); found {
			t.Errorf("%q is found at %v", target, got)
		}
	}
}

func TestQuestionsOnOneContextAreOneTask(t *testing.T) {
	rows := `{"id":"1","article":0,"context":"c","question":"p?","answers":["a","b"]}
{"id":"2","article":"x","context":"d","question":"q?","answers":["e"]}

{"id":"3","context":"c","question":"r?","answers":["f"]}`
	questions, err := ReadQuestions(strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	tasks := Tasks(questions, 0, 1)
	if len(tasks) != 2 || len(tasks[0].Probes) != 2 || tasks[0].Probes[0].Target != "a" {
		t.Errorf("got %+v", tasks)
	}
	if limited := Tasks(questions, 1, 1); len(limited[0].Probes) != 1 {
		t.Errorf("got %+v", limited)
	}
}

func TestABadQuestionIsFoundByItsLine(t *testing.T) {
	for _, row := range []string{`{"id":`, `{"id":"1","context":"c"}`, `[]`} {
		_, err := ReadQuestions(strings.NewReader(`{"id":"1","context":"c","question":"p?","answers":["a"]}` + "\n" + row))
		if err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %v", row, err)
		}
	}
}

func TestTheJudgesPromptIsWrittenOut(t *testing.T) {
	want, err := os.ReadFile("testdata/chat.txt")
	if err != nil {
		t.Fatal(err)
	}
	got := Chat(Reading{Context: "Bob won.", Probe: Probe{Kind: KindQuestion, Prompt: "Who won?"}})
	if got != string(want) {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestRetainedInformationIsARatioOfSums(t *testing.T) {
	d := Documents{None: []float64{4, 10}, Full: []float64{2, 2}}
	tests := map[string]struct {
		kept []float64
		want float64
	}{
		"all is kept":                  {[]float64{2, 2}, 1},
		"nothing is kept":              {[]float64{4, 10}, 0},
		"worse than nothing":           {[]float64{6, 10}, -0.2},
		"a document counts by its sum": {[]float64{4, 2}, 0.8},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := d.Retained(test.kept, Bootstrap{})
			if err != nil || math.Abs(got.Value-test.want) > 1e-12 {
				t.Errorf("got %v, %v; want %g", got, err, test.want)
			}
		})
	}
}

func TestTextsThatTellNothingHaveNoShareToRetain(t *testing.T) {
	_, err := Documents{None: []float64{1}, Full: []float64{1}}.Retained([]float64{1}, Bootstrap{})
	if !errors.Is(err, errNothing) {
		t.Errorf("got %v", err)
	}
}

// Pairing takes out what the documents have in common: two methods that differ by the same on each have no spread.
func TestADifferenceIsPairedByDocument(t *testing.T) {
	d := Documents{}
	var kept, other []float64
	for i := range 50 {
		x := float64(i%7) / 2
		d.None, d.Full = append(d.None, 10), append(d.Full, 0)
		kept, other = append(kept, 2+x), append(other, 3+x)
	}
	b := Bootstrap{Seed: 3, Resamples: 400}
	diff, err := d.Difference(kept, other, b)
	if err != nil || math.Abs(diff.Value-0.1) > 1e-9 || diff.High-diff.Low > 1e-9 || !diff.Excludes(0) {
		t.Errorf("got %v, %v", diff, err)
	}
	alone, _ := d.Retained(kept, b)
	if alone.High-alone.Low < 0.01 {
		t.Errorf("one method alone has no spread: %v", alone)
	}
	again, _ := d.Retained(kept, b)
	if again != alone {
		t.Error("the same seed gave another interval")
	}
}

// Of 200 intervals of 90%, about 180 hold the true value; five standard deviations of that count are 21.
func TestIntervalsHoldTheTruthAsOftenAsTheySay(t *testing.T) {
	holds := 0
	for trial := range int64(200) {
		rng := source(trial, "coverage")
		d, kept := Documents{}, []float64(nil)
		for range 60 {
			d.None, d.Full = append(d.None, 2), append(d.Full, 1)
			kept = append(kept, 1.5+0.3*rng.NormFloat64())
		}
		f, err := d.Retained(kept, Bootstrap{Resamples: 200, Level: 0.9, Seed: trial})
		if err != nil {
			t.Fatal(err)
		}
		if !f.Excludes(0.5) {
			holds++
		}
	}
	if holds < 159 {
		t.Errorf("%d of 200 hold the truth", holds)
	}
}

type broken struct{ losses []Loss }

func (b broken) Losses(context.Context, []Reading) ([]Loss, error) { return b.losses, nil }

func TestAReaderThatAnswersShortIsFound(t *testing.T) {
	tasks := []Task{{ID: "a", Text: "x", Probes: []Probe{{Target: "x"}}}}
	if _, err := Read(context.Background(), broken{}, tasks, []string{""}); err == nil {
		t.Error("a missing loss passes")
	}
	if _, err := Read(context.Background(), broken{}, tasks, nil); err == nil {
		t.Error("a missing context passes")
	}
}

func TestDistantTextIsNotAdjacent(t *testing.T) {
	var sentences []string
	for i := range 20 {
		sentences = append(sentences, fmt.Sprintf("Sentence number %d has just nine words in it.", i))
	}
	behind := strings.Join(sentences, " ")
	task := Distant("d", "A text.", behind)
	if len(task.Probes) != 1 || !strings.HasPrefix(task.Probes[0].Target, "Sentence number 8 ") {
		t.Fatalf("got %+v; want the ninth sentence, the first that 64 words stand before", task.Probes)
	}
	if n := len(Words(task.Probes[0].Target)); n != distantWords {
		t.Errorf("%d words; want %d", n, distantWords)
	}
	if near := Distant("d", "A text.", strings.Join(sentences[:7], " ")); len(near.Probes) != 0 {
		t.Errorf("got %+v; want nothing where only adjacent text is left", near.Probes)
	}
}

func TestWhoReadsWithoutAModelKnowsWhatStands(t *testing.T) {
	asked := func(target string) Probe { return Probe{Kind: KindQuestion, Prompt: "Who?", Target: target} }
	readings := []Reading{
		{"By the Duke of York, 1843.", asked("the Duke of York")}, {"By Duke York", asked("the Duke of York")}, {"By Duke", asked("the Duke of York")},
		{"", asked("the Duke of York")}, {"It was him.", asked("to her")}, {"It was her.", asked("to her")},
	}
	for byWords, want := range map[bool][]Loss{
		false: {{0, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
		true:  {{0, 1}, {0, 1}, {0.5, 1}, {1, 1}, {1, 1}, {0.5, 1}},
	} {
		losses, err := Standing{ByWords: byWords}.Losses(context.Background(), readings)
		if diff := cmp.Diff(want, losses); diff != "" || err != nil {
			t.Error(byWords, err, diff)
		}
	}
}
