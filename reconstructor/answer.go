package reconstructor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/probe"
)

const (
	answerTokens = 32   // of the longest answer
	answerBatch  = 8192 // padded tokens of prompts that are answered side by side
)

// Answers writes, greedily, what the model says to each reading: up to the end of its turn, of the line, or of 32 tokens.
func (r *Reconstructor) Answers(ctx context.Context, readings []probe.Reading) ([]string, error) {
	prompts, order := make([][]int32, len(readings)), make([]int, len(readings))
	for i, reading := range readings {
		prompts[i], order[i] = r.prompt(reading), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(prompts[a]), len(prompts[b])) })
	answers := make([]string, len(readings))
	for len(order) > 0 {
		n := 1
		for n < len(order) && (n+1)*len(prompts[order[n]]) <= answerBatch {
			n++
		}
		if err := r.answer(ctx, prompts, order[:n], answers); err != nil {
			return nil, fmt.Errorf("answer %d probes: %w", len(readings), err)
		}
		order = order[n:]
	}
	return answers, nil
}

// prompt is all that comes before an answer, without its start where the model's positions do not hold it.
func (r *Reconstructor) prompt(reading probe.Reading) []int32 {
	ids := r.sequence(reading).Prompt
	return ids[max(0, len(ids)+answerTokens-r.model.Config.Positions):]
}

func (r *Reconstructor) answer(ctx context.Context, prompts [][]int32, chosen []int, answers []string) error {
	batch := make([][]int32, len(chosen))
	for n, i := range chosen {
		batch[n] = prompts[i]
	}
	said, err := r.model.Greedy(ctx, batch, answerTokens, r.ends())
	for n, ids := range said {
		line, _, _ := strings.Cut(strings.TrimSpace(string(r.tokenizer.Decode(ids))), "\n")
		answers[chosen[n]] = line
	}
	return err
}

// ends tells the tokens that end an answer.
func (r *Reconstructor) ends() func(id int32) bool {
	last, chats := r.tokenizer.ID("<|im_end|>")
	return func(id int32) bool { return id == r.separator || chats && id == last }
}
