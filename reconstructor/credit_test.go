package reconstructor

import (
	"math"
	"testing"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// harbour is a task about the lesson, and its words as units.
func harbour() (probe.Task, []probe.Span) {
	task := probe.Task{ID: "harbour", Text: lesson, Probes: []probe.Probe{
		{Kind: probe.KindQuestion, Prompt: "When did the harbour open?", Target: "in spring"},
		{Kind: probe.KindQuestion, Prompt: "Who gave a speech?", Target: "the mayor"},
	}}
	var units []probe.Span
	for i, w := range probe.Words(lesson) {
		if i > 0 {
			units[i-1].End = w.Start
		}
		units = append(units, probe.Span{Start: w.Start, End: len(lesson)})
	}
	return task, units
}

func all(n int) []bool {
	mask := make([]bool, n)
	for i := range mask {
		mask[i] = true
	}
	return mask
}

func TestCreditsReadTheWholeTextAsLossesDoes(t *testing.T) {
	r := untaught(t, "smollm2")
	task, units := harbour()
	losses, credits, err := r.Credits(t.Context(), task, units, [][]bool{all(len(units))})
	if err != nil {
		t.Fatal(err)
	}
	want, err := probe.Read(t.Context(), r, []probe.Task{task}, []string{task.Text})
	if err != nil {
		t.Fatal(err)
	}
	for p := range task.Probes {
		if got := losses[0][p]; got.Tokens != want[0][p].Tokens || math.Abs(got.Nats-want[0][p].Nats) > 1e-4 {
			t.Errorf("probe %d: %+v; want %+v", p, got, want[0][p])
		}
	}
	if len(credits[0]) != len(units) {
		t.Errorf("%d credits for %d units", len(credits[0]), len(units))
	}
}

// A gate's credit is the slope that moving it a little finds.
func TestCreditsAgreeWithFiniteDifferences(t *testing.T) {
	r := untaught(t, "smollm2")
	task, units := harbour()
	mask := all(len(units))
	mask[1], mask[7] = false, false
	_, credits, err := r.Credits(t.Context(), task, units, [][]bool{mask})
	if err != nil {
		t.Fatal(err)
	}
	g, err := r.gated(task, units)
	if err != nil {
		t.Fatal(err)
	}
	at := func(unit int, by float64) (total float64) {
		err := torch.NoGrad(func(s *torch.Scope) error {
			logs := g.gates(mask)
			for i, u := range g.unit {
				if u == unit {
					logs[i] = float32(math.Log(math.Exp(float64(logs[i])) * (1 + by)))
				}
			}
			each := torch.Values[float32](s, r.gatedNats(s, g, torch.From(s, logs, 1, int64(len(logs))), g.positions(mask)))
			for i, w := range g.weights() {
				total += float64(w) * float64(each[i])
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return total
	}
	const by = 0.05
	for _, unit := range []int{0, 1, 5, 7} {
		gate := 1.0
		if !mask[unit] {
			gate = droppedGate
		}
		want := -(at(unit, by) - at(unit, -by)) / (2 * by * gate)
		if math.Abs(credits[0][unit]-want) > 0.02*math.Abs(want)+1e-3 { // float32 losses of 10 nats, differenced
			t.Errorf("unit %d: credit %g; finite difference %g", unit, credits[0][unit], want)
		}
	}
}

// Gates stand for removal: what is read behind a mask's gates costs about what it costs behind the kept text alone.
func TestGatesStandForRemoval(t *testing.T) {
	r := untaught(t, "smollm2")
	if _, err := teach(r, 30); err != nil {
		t.Fatal(err)
	}
	task, units := harbour()
	text := token.Read(r.Tokenizer(), []byte(lesson))
	mask, left := all(len(units)), ""
	for i, u := range units {
		mask[i] = i%3 != 1
		if mask[i] {
			left += lesson[u.Start:u.End]
		}
	}
	if len(text.Units) < len(units) {
		t.Fatal("a word is no unit")
	}
	gated, _, err := r.Credits(t.Context(), task, units, [][]bool{mask})
	if err != nil {
		t.Fatal(err)
	}
	removed, err := probe.Read(t.Context(), r, []probe.Task{task}, []string{left})
	if err != nil {
		t.Fatal(err)
	}
	for p := range task.Probes {
		if a, b := gated[0][p].Mean(), removed[0][p].Mean(); math.Abs(a-b) > 0.1*b {
			t.Errorf("probe %d: %g nats a token behind gates, %g behind what is kept", p, a, b)
		}
	}
}

// What a text tells about a target is what reading it takes off its loss.
func TestToldAddsUpToTheLossThatReadingSaves(t *testing.T) {
	r := untaught(t, "smollm2")
	task, _ := harbour()
	told, err := r.Told(t.Context(), []probe.Task{task})
	if err != nil {
		t.Fatal(err)
	}
	losses, err := probe.Read(t.Context(), r, []probe.Task{task, task}, []string{"", task.Text})
	if err != nil {
		t.Fatal(err)
	}
	for p, labels := range told[0] {
		sum := 0.0
		for _, l := range labels {
			sum += l.Worth
		}
		if want := losses[0][p].Nats - losses[1][p].Nats; math.Abs(sum-want) > 1e-3 {
			t.Errorf("probe %d: told %g nats; want %g", p, sum, want)
		}
		if end := labels[len(labels)-1].End; end != len(task.Probes[p].Target) {
			t.Errorf("probe %d: the last token ends at %d of %q", p, end, task.Probes[p].Target)
		}
	}
}
