package probe_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/project-sputnik/sputnik/probe"
)

// remembers is a reader that knows a target if the context holds it, and guesses at 5 nats a token if not.
type remembers struct{}

func (remembers) Losses(_ context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	losses := make([]probe.Loss, len(readings))
	for i, r := range readings {
		losses[i] = probe.Loss{Nats: 5, Tokens: 1}
		if strings.Contains(r.Context, r.Probe.Target) {
			losses[i].Nats = 1
		}
	}
	return losses, nil
}

// How much of two texts do their second halves retain?
func Example() {
	tasks := []probe.Task{
		{ID: "a", Text: "Ada wrote notes. It was 1843.", Probes: []probe.Probe{
			{Kind: probe.KindQuestion, Prompt: "Who wrote notes?", Target: "Ada"},
			{Kind: probe.KindQuestion, Prompt: "When was it?", Target: "1843"}}},
		{ID: "b", Text: "Many came. Bo won.", Probes: []probe.Probe{
			{Kind: probe.KindQuestion, Prompt: "Who won?", Target: "Bo"}}},
	}
	ctx := context.Background()
	none, _ := probe.Read(ctx, remembers{}, tasks, []string{"", ""})
	full, _ := probe.Read(ctx, remembers{}, tasks, []string{tasks[0].Text, tasks[1].Text})
	kept, _ := probe.Read(ctx, remembers{}, tasks, []string{"It was 1843.", "Bo won."})

	docs := probe.Documents{None: probe.Sum(none), Full: probe.Sum(full)}
	f, _ := docs.Retained(probe.Sum(kept), probe.Bootstrap{Seed: 1})
	fmt.Println(f)
	// Output: 0.667 [0.500, 1.000]
}
