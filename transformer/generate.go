package transformer

import (
	"context"

	"github.com/project-sputnik/sputnik/torch"
)

// Greedy continues every prompt with its likeliest next token, up to limit tokens or until stop says that one ends the
// answer, which is not part of it. Prompts share forwards, padded on the left.
func (m *Model) Greedy(ctx context.Context, prompts [][]int32, limit int, stop func(id int32) bool) ([][]int32, error) {
	answers := make([][]int32, len(prompts))
	if len(prompts) == 0 || limit <= 0 {
		return answers, nil
	}
	cache := m.NewCache()
	defer cache.Close()
	ids, pads, length := padLeft(prompts)
	done := make([]bool, len(prompts))
	for range limit {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		next, err := m.step(ids, pads, len(prompts), length, cache)
		if err != nil {
			return nil, err
		}
		left := 0
		for i, id := range next {
			done[i] = done[i] || stop(int32(id))
			if !done[i] {
				answers[i] = append(answers[i], int32(id))
				left++
			}
		}
		if left == 0 {
			break
		}
		ids, length = next, 1
	}
	return answers, nil
}

// step reads ids [batch, length] behind what the cache holds and returns the likeliest next token of every row.
func (m *Model) step(ids, pads []int64, batch, length int, cache *torch.Cache) (next []int64, err error) {
	err = torch.NoGrad(func(s *torch.Scope) error {
		hidden := m.Hidden(s, torch.From(s, ids, int64(batch), int64(length)), torch.From(s, pads, int64(batch)), cache)
		last := s.Narrow(hidden, 1, int64(length)-1, 1)
		logits := s.To(m.Logits(s, last), torch.Float32) // [batch, 1, vocabulary]
		next = torch.Values[int64](s, s.ArgMax(logits, -1))
		return nil
	})
	return next, err
}

// padLeft lays prompts of any length out as rows that end together; an empty prompt is one token of padding.
func padLeft(prompts [][]int32) (ids, pads []int64, length int) {
	length = 1
	for _, p := range prompts {
		length = max(length, len(p))
	}
	ids, pads = make([]int64, len(prompts)*length), make([]int64, len(prompts))
	for i, p := range prompts {
		pads[i] = int64(min(length-len(p), length-1))
		for j, id := range p {
			ids[i*length+length-len(p)+j] = int64(id)
		}
	}
	return ids, pads, length
}
