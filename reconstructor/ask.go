package reconstructor

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
)

// askExamples show the model what is wanted: texts of ours, with questions for answers that stand in them.
//
//go:embed ask.txt
var askExamples string

const (
	askTokens = 24   // of a question
	askBatch  = 8192 // padded tokens of texts that are asked about side by side
)

// Ask writes, for every answer that a text holds, the question that the model thinks it answers, or nothing where it
// writes none: [text][answer]. Questions about one text follow one another, so that each sees those before it.
func (r *Reconstructor) Ask(ctx context.Context, texts []string, answers [][]string) ([][]string, error) {
	prompts, turns := make([][]int32, len(texts)), make([][][]int32, len(texts))
	for i, text := range texts {
		line := strings.Join(strings.Fields(text), " ")
		prompts[i] = r.encode(strings.TrimSuffix(strings.Replace(askExamples, "{{text}}", line, 1), "\n"))
		for _, answer := range answers[i] {
			turns[i] = append(turns[i], r.encode("\nAnswer: "+strings.Join(strings.Fields(answer), " ")+"\nQuestion:"))
		}
	}
	stop := r.ends("\n")
	questions := make([][]string, len(texts))
	for from := 0; from < len(texts); {
		to := askTogether(prompts, from)
		said, err := r.model.Turns(ctx, prompts[from:to], turns[from:to], askTokens, stop)
		if err != nil {
			return nil, fmt.Errorf("ask about %d texts: %w", len(texts), err)
		}
		for i, each := range said {
			for _, ids := range each {
				questions[from+i] = append(questions[from+i], strings.TrimSpace(string(r.tokenizer.Decode(ids))))
			}
		}
		from = to
	}
	return questions, nil
}

// askTogether is the end of the prompts from one on that are read side by side.
func askTogether(prompts [][]int32, from int) int {
	longest, to := len(prompts[from]), from+1
	for to < len(prompts) {
		longest = max(longest, len(prompts[to]))
		if (to+1-from)*longest > askBatch {
			break
		}
		to++
	}
	return to
}
