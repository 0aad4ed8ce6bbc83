package encoder

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/project-sputnik/sputnik/torch"
)

// batchTokens bounds the padded tokens of one forward: more gain nothing, they only leave the cache (BenchmarkEmbed).
const batchTokens = 1024

// Embed returns the embedding of every text, of length 1: the mean of the hidden states of all its tokens, its two marks
// included, as sentence-transformers pools all-MiniLM-L6-v2 (Sentence-BERT, arXiv 1908.10084, section 3). A text that
// is longer than the model's positions is read in overlapping windows, where every token still counts once (see
// windows). Texts are read in batches of like length; what else is in a batch changes an embedding by rounding only.
func (e *Encoder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	var all []window
	for i, text := range texts {
		all = append(all, e.windows(i, text)...)
	}
	slices.SortStableFunc(all, func(a, b window) int { return cmp.Compare(len(a.ids), len(b.ids)) })
	sums := make([][]float64, len(texts))
	for i := range sums {
		sums[i] = make([]float64, e.model.Config.Width)
	}
	for len(all) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := 1
		for n < len(all) && (n+1)*len(all[n].ids) <= batchTokens {
			n++
		}
		if err := e.addPooled(all[:n], sums); err != nil {
			return nil, fmt.Errorf("embed: %w", err)
		}
		all = all[n:]
	}
	embeddings := make([][]float32, len(texts))
	for i, sum := range sums {
		embeddings[i] = normed(sum)
	}
	return embeddings, nil
}

// addPooled reads a batch of windows and adds to each text's sum its weighted hidden states.
func (e *Encoder) addPooled(batch []window, sums [][]float64) error {
	rows, length := int64(len(batch)), int64(len(batch[len(batch)-1].ids))
	ids, mask, weights := make([]int64, rows*length), make([]int64, rows*length), make([]float32, rows*length)
	for row, w := range batch {
		at := row * int(length)
		copy(weights[at:], w.weights)
		for i, id := range w.ids {
			ids[at+i], mask[at+i] = int64(id), 1
		}
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		var padding torch.Tensor
		if slices.Contains(mask, 0) {
			padding = torch.From(s, mask, rows, length)
		}
		hidden := e.model.Hidden(s, torch.From(s, ids, rows, length), padding)
		pooled := torch.Values[float32](s, s.MatMul(torch.From(s, weights, rows, 1, length), hidden)) // [rows, 1, width]
		width := e.model.Config.Width
		for row, w := range batch {
			for i, v := range pooled[row*width:][:width] {
				sums[w.text][i] += float64(v)
			}
		}
		return nil
	})
}

// normed scales a vector to length 1, which makes a mean of a sum; nothing but zeros stays that.
func normed(sum []float64) []float32 {
	square := 0.0
	for _, v := range sum {
		square += v * v
	}
	scale := 1 / max(math.Sqrt(square), math.SmallestNonzeroFloat32)
	out := make([]float32, len(sum))
	for i, v := range sum {
		out[i] = float32(v * scale)
	}
	return out
}

// Cosine is a b / (|a| |b|), from -1 to 1, of two vectors of one length; 0 if one is nothing but zeros.
func Cosine(a, b []float32) float64 {
	if len(a) != len(b) {
		panic(fmt.Sprintf("encoder: the cosine of %d and %d numbers", len(a), len(b)))
	}
	var dot, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return dot / math.Sqrt(aa*bb)
}
