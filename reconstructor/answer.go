package reconstructor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/probe"
)

// answerBatch is the padded tokens of prompts that are answered side by side.
const answerBatch = 8192

// Answers writes, greedily, what the model says to each reading: up to the end of its turn, or to the probe's limit.
func (r *Reconstructor) Answers(ctx context.Context, readings []probe.Reading) ([]string, error) {
	prompts, order := make([][]int32, len(readings)), make([]int, len(readings))
	for i, reading := range readings {
		prompts[i], order[i] = r.prompt(reading), i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(readings[a].Probe.Kind, readings[b].Probe.Kind), cmp.Compare(len(prompts[a]), len(prompts[b])))
	})
	answers := make([]string, len(readings))
	for len(order) > 0 {
		n, first := 1, readings[order[0]].Probe
		tokens := limit(readings[order[0]])
		for n < len(order) && readings[order[n]].Probe.Kind == first.Kind && (n+1)*(len(prompts[order[n]])+tokens) <= answerBatch {
			n++
		}
		if err := r.answer(ctx, prompts, order[:n], tokens, r.ends(end(first)), answers); err != nil {
			return nil, fmt.Errorf("answer %d probes: %w", len(readings), err)
		}
		order = order[n:]
	}
	for i, reading := range readings {
		answers[i], _, _ = strings.Cut(answers[i], end(reading.Probe))
	}
	return answers, nil
}

// end is what ends an answer, where the model does not end its turn: the line, or of one with lines that goes on from
// examples the empty line behind it; another may have as many as its limit allows.
func end(p probe.Probe) string {
	switch _, lines := p.Limit(); {
	case !lines:
		return "\n"
	case probe.Completes(p.Kind):
		return "\n\n"
	}
	return "\x00"
}

func limit(reading probe.Reading) int {
	tokens, _ := reading.Probe.Limit()
	return tokens
}

// prompt is all that comes before an answer, without its start where the model's positions do not hold it.
func (r *Reconstructor) prompt(reading probe.Reading) []int32 {
	ids := r.sequence(reading).Prompt
	return ids[max(0, len(ids)+limit(reading)-r.model.Config.Positions):]
}

func (r *Reconstructor) answer(ctx context.Context, prompts [][]int32, chosen []int, tokens int, stop func(int32) bool, answers []string) error {
	batch := make([][]int32, len(chosen))
	for n, i := range chosen {
		batch[n] = prompts[i]
	}
	said, err := r.model.Greedy(ctx, batch, tokens, stop)
	for n, ids := range said {
		answers[chosen[n]] = strings.TrimSpace(string(r.tokenizer.Decode(ids)))
	}
	return err
}

// ends tells the tokens that end an answer: that of the turn, and the one that spells its end where there is such.
func (r *Reconstructor) ends(words string) func(id int32) bool {
	turn, chats := r.tokenizer.ID("<|im_end|>")
	spelt := r.encode(words)
	return func(id int32) bool {
		return id == r.separator || chats && id == turn || len(spelt) == 1 && id == spelt[0]
	}
}
