package reconstructor

import (
	"context"
	"fmt"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/transformer"
)

// Rebuild writes texts out again from what was kept of each; growth bounds the result to so many tokens a kept one.
func (r *Reconstructor) Rebuild(ctx context.Context, kept []string, growth []float64) ([]string, error) {
	rebuilt := make([]string, len(kept))
	for i, text := range kept {
		pieces, err := r.Expand(ctx, token.Read(r.tokenizer, []byte(text)), growth[i])
		if err != nil {
			return nil, fmt.Errorf("rebuild %d texts: %w", len(kept), err)
		}
		var all []byte
		for _, p := range pieces {
			all = append(all, p.Bytes...)
		}
		rebuilt[i] = string(all)
	}
	return rebuilt, nil
}

// Continuations is what each text costs behind another, read as one text without any prompt. Nothing before is the
// start of a document.
func (r *Reconstructor) Continuations(ctx context.Context, before, texts []string) ([]probe.Loss, error) {
	sequences := make([]transformer.Sequence, len(texts))
	for i, text := range texts {
		q := transformer.Sequence{Prompt: []int32{r.separator}}
		if before[i] != "" {
			q.Prompt = append(q.Prompt, r.encode(before[i])...)
			text = " " + text
		}
		q.Target = r.encode(text)
		sequences[i] = q
	}
	losses, err := r.losses(ctx, sequences)
	if err != nil {
		return nil, fmt.Errorf("read %d texts: %w", len(texts), err)
	}
	return losses, nil
}
