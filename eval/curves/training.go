package curves

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/eval/figure"
)

// A quantity is what a panel shows: keys of some phases.
type quantity struct {
	title, unit string
	sources     []source
}

// A source is a key, in one phase or, where none is named, in all of training.
type source struct {
	phase, key string
	kind       figure.Kind
}

// quantities are what package train writes, in the order of the panels. The policy's loss, and
// with it its gradient, is one thing while answers are learned from labels and another in the joint loop.
var quantities = []quantity{
	{"answers kept", "share of the held-out answers that stands in what is kept", []source{{validation, "answers_kept", figure.Dotted}}},
	{"supervised loss", "cross-entropy, nats a token; dots: held-out questions", []source{
		{"recurrence", "policy_loss", figure.Solid}, {"answers", "policy_loss", figure.Solid}, {validation, "supervised_loss", figure.Dotted}}},
	{"rank agreement", "of reader and judge, Spearman over masks of a text; dashed: that the agent draws", []source{
		{validation, "rank_agreement", figure.Dotted}, {validation, "rank_agreement_drawn", figure.Dashed}}},
	{"reward", "what an episode is paid, mean of a step", []source{{"", "reward", figure.Solid}}},
	{"spread of the rewards", "standard deviation among the episodes of a text", []source{{"", "reward_deviation", figure.Solid}}},
	{"told", "nats a token of the answers that whole texts save the reader", []source{{"joint", "told", figure.Solid}}},
	{"steps waited", "so far: the reader was told too little to move the agent", []source{{"joint", "waited", figure.Solid}}},
	{"policy loss", "advantage times log probability, less the entropy's bonus", []source{{"joint", "policy_loss", figure.Solid}}},
	{"reconstructor loss", "nats a token", []source{{"", "reconstructor_loss", figure.Solid}}},
	{"rate", "share of the tokens kept; dashed: asked for", []source{{"", "rate", figure.Solid}, {"", "rate_asked", figure.Dashed}}},
	{"entropy", "of the policy, nats a word", []source{{"", "entropy", figure.Solid}}},
	{"multiplier", "what a token over the budget costs, in reward", []source{{"", "multiplier", figure.Solid}}},
	{"temperature of the reward", "no unit", []source{{"", "temperature", figure.Solid}}},
	{"gradient of the policy, supervised", "norm before it is clipped", []source{
		{"recurrence", "policy_gradient_norm", figure.Solid}, {"answers", "policy_gradient_norm", figure.Solid}}},
	{"gradient of the policy, joint", "norm before it is clipped", []source{{"joint", "policy_gradient_norm", figure.Solid}}},
	{"gradient of the reconstructor", "norm before it is clipped", []source{{"", "reconstructor_gradient_norm", figure.Solid}}},
	{"steps left out", "so far: spikes of a gradient; dashed: not finite", []source{{"", "spikes", figure.Solid}, {"", "skipped", figure.Dashed}}},
	{"speed", "tokens a second", []source{{"", "tokens_per_second", figure.Solid}}},
	{"speed of the reader", "tokens a second, while it reads", []source{{"joint", "reader_tokens_per_second", figure.Solid}}},
	{"masks", "a second", []source{{"joint", "masks_per_second", figure.Solid}}},
}

// sizes are of a step and not of what it did; nobody draws them.
var sizes = []string{"tokens", "rounds", "decisions", "masks", "reader_tokens"}

// training is all that the runs' metrics hold or, where some are named, what the panels of these keys show.
func training(runs []run, keys ...string) figure.Panels {
	p := figure.Panels{X: "step", Phases: shared(runs)}
	var words []string
	for _, r := range runs {
		p.Runs = append(p.Runs, r.name)
		words = append(words, r.words())
	}
	p.Title = "How the training went"
	if len(runs) > 1 {
		p.Title = "How the trainings went"
	}
	p.Subtitle = strings.Join(words, "; ")
	smoothed := false
	for _, q := range chosen(append(slices.Clone(quantities), others(runs)...), keys) {
		panel := figure.Panel{Title: q.title, Unit: q.unit}
		for i, r := range runs {
			for _, s := range q.sources {
				lines := r.lines(i, s)
				smoothed = smoothed || len(lines) > 0 && lines[0].Kind == figure.Pale
				panel.Lines = append(panel.Lines, lines...)
			}
		}
		p.Panels = append(p.Panels, panel)
	}
	if smoothed {
		p.Note = "Pale: as logged. Strong: running means over a twentieth of a phase, at the least 3 steps that were logged."
	}
	return p
}

// chosen are the quantities that show one of the keys; all where there is none.
func chosen(all []quantity, keys []string) []quantity {
	if len(keys) == 0 {
		return all
	}
	return slices.DeleteFunc(all, func(q quantity) bool {
		return !slices.ContainsFunc(q.sources, func(s source) bool { return slices.Contains(keys, s.key) })
	})
}

// words are how long a run was, and its phases as they were logged.
func (r run) words() string {
	steps := 0
	for _, rec := range r.records {
		steps = max(steps, rec.step)
	}
	var phases []string
	for _, phase := range r.phases() {
		phases = append(phases, fmt.Sprintf("%s to %g", phase.Name, phase.To))
	}
	return fmt.Sprintf("%s: %d steps (%s)", r.name, steps, strings.Join(phases, ", "))
}

// shared are the phases, where all runs have the same.
func shared(runs []run) []figure.Phase {
	if len(runs) == 0 {
		return nil
	}
	first := runs[0].phases()
	for _, r := range runs[1:] {
		if !slices.Equal(first, r.phases()) {
			return nil
		}
	}
	return first
}

// others are the keys that no quantity speaks of, so that what a newer version writes is drawn too.
func others(runs []run) []quantity {
	known := map[string]bool{}
	for _, q := range quantities {
		for _, s := range q.sources {
			known[s.key] = true
		}
	}
	found := map[string]quantity{}
	for _, r := range runs {
		for _, keys := range r.keys() {
			for _, key := range keys {
				if !known[key] && !slices.Contains(sizes, key) {
					found[key] = quantity{strings.ReplaceAll(key, "_", " "), "as it was logged", []source{{"", key, figure.Solid}, {validation, key, figure.Dotted}}}
				}
			}
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b quantity) int { return cmp.Compare(a.title, b.title) })
}

// fewest is how many points are drawn as they are; more are smoothed.
const fewest = 40

// lines draw a source of a run: one line a phase and, where that has many points, its running mean over it.
func (r run) lines(index int, s source) []figure.PanelLine {
	names := []string{s.phase}
	if s.phase == "" {
		names = nil
		for _, phase := range r.phases() {
			names = append(names, phase.Name)
		}
	}
	var lines []figure.PanelLine
	for _, phase := range slices.Compact(names) {
		trace := r.trace(phase, s.key)
		switch {
		case len(trace) == 0:
		case s.kind == figure.Solid && len(trace) > fewest:
			lines = append(lines, figure.PanelLine{Run: index, Kind: figure.Pale, Trace: trace}, smooth(index, s.kind, trace))
		case s.kind == figure.Dashed && len(trace) > fewest:
			lines = append(lines, smooth(index, s.kind, trace))
		default:
			lines = append(lines, figure.PanelLine{Run: index, Kind: s.kind, Trace: trace})
		}
	}
	return lines
}

// smooth is the running mean of a trace, over a twentieth of it; fewer points at the ends.
func smooth(index int, kind figure.Kind, trace []figure.XY) figure.PanelLine {
	around := max(3, len(trace)/20)
	means := make([]figure.XY, len(trace))
	for i := range trace {
		from, to := max(0, i-around/2), min(len(trace), i+around/2+1)
		sum := 0.0
		for _, p := range trace[from:to] {
			sum += p.Y
		}
		means[i] = figure.XY{X: trace[i].X, Y: sum / float64(to-from)}
	}
	return figure.PanelLine{Run: index, Kind: kind, Trace: means}
}
