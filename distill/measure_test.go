package distill

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// halving is a reader that loses 3 nats on a target it does not see, and 2 on one in a text of which a word is missing.
type halving struct{}

func (halving) Losses(_ context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	losses := make([]probe.Loss, len(readings))
	for i, r := range readings {
		losses[i] = probe.Loss{Nats: 3, Tokens: 1}
		if strings.Contains(r.Context, r.Probe.Target) {
			losses[i].Nats = 2
		}
		if strings.Contains(r.Context, "some years later") && losses[i].Nats == 2 {
			losses[i].Nats = 1
		}
	}
	return losses, nil
}

// keeping scores words by whether they hold a digit, or are early.
type keeping struct{ early bool }

func (keeping) Name() string { return "keeping" }
func (k keeping) Score(_ context.Context, text token.Text, _ float64) ([]float32, error) {
	scores := make([]float32, len(text.Tokens))
	for i, each := range text.Tokens {
		if strings.ContainsAny(string(text.Bytes[each.Start:each.End]), "0123456789") {
			scores[i] = 2
		}
		if k.early {
			scores[i] = -float32(i)
		}
	}
	return scores, nil
}

func heldOutOf(source, answer string) probe.Task {
	text := "The harbour was opened to ships in " + answer + " and closed again some years later."
	return probe.Task{ID: source + answer, Source: source, Text: text, Probes: []probe.Probe{{Kind: probe.KindQuestion, Prompt: "When?", Target: answer}}}
}

// A bench sees its documents by the reader, by the answers that stand, and by source; a source's rho is that of a bench
// which holds nothing else.
func TestViewsAreBenchesOfTheirOwn(t *testing.T) {
	tokenizer, err := token.Open("smollm2")
	if err != nil {
		t.Skip(err)
	}
	ctx, rates := context.Background(), []float64{0.4, 0.6}
	port, town := []probe.Task{heldOutOf("port", "1901"), heldOutOf("port", "1902")}, []probe.Task{heldOutOf("town", "1950"), heldOutOf("town", "1951")}
	measure := func(tasks []probe.Task) (*bench, losses, losses) {
		b, err := newBench(ctx, halving{}, tokenizer, tasks, rates, 1)
		if err != nil {
			t.Fatal(err)
		}
		best, err := b.losses(ctx, func(int) compress.Scorer { return keeping{} })
		if err != nil {
			t.Fatal(err)
		}
		worst, err := b.losses(ctx, func(int) compress.Scorer { return keeping{early: true} })
		if err != nil {
			t.Fatal(err)
		}
		return b, best, worst
	}
	b, best, worst := measure(append(port, town...))
	var names []string
	for _, v := range b.views {
		names = append(names, v.name)
	}
	if diff := cmp.Diff([]string{"", answersStand, answersWords, "port", "town"}, names); diff != "" {
		t.Error(diff)
	}
	alone, bestAlone, _ := measure(town)
	got, ok := b.area(b.views[4], best, nil)
	want, _ := alone.area(alone.views[0], bestAlone, nil)
	if got != want || !ok {
		t.Errorf("F of town is %v among others, %v alone", got, want)
	}
	for _, v := range b.views {
		rho, err := b.retention(v, best, best, worst)
		if err != nil || rho.Value != 1 {
			t.Errorf("%s: the first retains %v of itself, %v", v.name, rho, err)
		}
	}
	if stand, _ := b.area(b.views[1], best, nil); stand != 1 || got >= 1 {
		t.Errorf("answers stand %v, the reader retains %v; want all, and less", stand, got)
	}
}
