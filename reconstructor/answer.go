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
		return cmp.Or(cmp.Compare(limit(readings[a]), limit(readings[b])), cmp.Compare(len(prompts[a]), len(prompts[b])))
	})
	answers := make([]string, len(readings))
	for len(order) > 0 {
		n, tokens := 1, limit(readings[order[0]])
		for n < len(order) && limit(readings[order[n]]) == tokens && (n+1)*(len(prompts[order[n]])+tokens) <= answerBatch {
			n++
		}
		if err := r.answer(ctx, prompts, order[:n], tokens, answers); err != nil {
			return nil, fmt.Errorf("answer %d probes: %w", len(readings), err)
		}
		order = order[n:]
	}
	for i, reading := range readings {
		if _, lines := reading.Probe.Limit(); !lines {
			answers[i], _, _ = strings.Cut(answers[i], "\n")
		}
	}
	return answers, nil
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

func (r *Reconstructor) answer(ctx context.Context, prompts [][]int32, chosen []int, tokens int, answers []string) error {
	batch := make([][]int32, len(chosen))
	for n, i := range chosen {
		batch[n] = prompts[i]
	}
	said, err := r.model.Greedy(ctx, batch, tokens, r.ends())
	for n, ids := range said {
		answers[chosen[n]] = strings.TrimSpace(string(r.tokenizer.Decode(ids)))
	}
	return err
}

// ends tells the tokens that end an answer.
func (r *Reconstructor) ends() func(id int32) bool {
	last, chats := r.tokenizer.ID("<|im_end|>")
	return func(id int32) bool { return id == r.separator || chats && id == last }
}
