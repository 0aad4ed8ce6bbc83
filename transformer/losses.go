package transformer

import (
	"context"
	"math"
	"sort"

	"github.com/project-sputnik/sputnik/torch"
)

// Sequence is a prompt and what follows it.
type Sequence struct {
	Prompt, Target []int32
}

// ropeFrequencies are theta^(-2i/d) for i = 0 .. d/2-1, in radians a position.
func ropeFrequencies(c Config) []float32 {
	frequencies := make([]float32, c.HeadDim/2)
	for i := range frequencies {
		frequencies[i] = float32(math.Pow(c.RopeTheta, -2*float64(i)/float64(c.HeadDim)))
	}
	return frequencies
}

// batchTokens bounds the padded tokens of one forward; lengths are rounded up to lengthStep, because libtorch prepares
// and remembers a kernel for every shape that it meets.
const (
	batchTokens = 4096
	lengthStep  = 32
)

// Losses returns, for every sequence, the nats of each target token: -log p(target_i | prompt, target_<i). Sequences of
// like length share a forward, those that begin alike share the reading of their beginning; what a sequence costs
// depends on it alone, up to rounding. One that is longer than the model's positions keeps the end of its prompt.
func (m *Model) Losses(ctx context.Context, sequences []Sequence) ([][]float32, error) {
	losses := make([][]float32, len(sequences))
	var alone []int
	var together []pack
	for _, p := range packs(sequences, m.Config.Positions) {
		if len(p.sequences) == 1 {
			alone = append(alone, p.sequences[0])
		} else {
			together = append(together, p)
		}
	}
	sort.SliceStable(alone, func(a, b int) bool { return sequences[alone[a]].length() < sequences[alone[b]].length() })
	err := inBatches(ctx, len(alone), func(i int) int { return sequences[alone[i]].length() },
		func(start, end int) error { return m.batchLosses(sequences, alone[start:end], losses) })
	if err != nil {
		return nil, err
	}
	return losses, inBatches(ctx, len(together), func(i int) int { return together[i].length },
		func(start, end int) error { return m.packedLosses(sequences, together[start:end], losses) })
}

// inBatches runs rows of ascending length, as many at a time as their padded tokens allow.
func inBatches(ctx context.Context, n int, length func(i int) int, run func(start, end int) error) error {
	for start := 0; start < n; {
		if err := ctx.Err(); err != nil {
			return err
		}
		end := start + 1
		for end < n && (end-start+1)*length(end) <= batchTokens {
			end++
		}
		if err := run(start, end); err != nil {
			return err
		}
		start = end
	}
	return nil
}

func (q Sequence) length() int { return len(q.Prompt) + len(q.Target) }

// fit cuts the start of a prompt that does not fit.
func (q Sequence) fit(positions int) Sequence {
	if over := q.length() - positions; over > 0 {
		q.Prompt = q.Prompt[min(over, max(0, len(q.Prompt)-1)):]
	}
	return q
}

// batchLosses pads on the right, where causal rows never look.
func (m *Model) batchLosses(sequences []Sequence, chosen []int, losses [][]float32) error {
	longest := 0
	fitted := make([]Sequence, len(chosen))
	for row, i := range chosen {
		fitted[row] = sequences[i].fit(m.Config.Positions)
		longest = max(longest, fitted[row].length()-1) // the last token predicts nothing
	}
	longest = (longest + lengthStep - 1) / lengthStep * lengthStep
	ids := make([]int64, len(chosen)*max(longest, 1))
	var rows, targets []int64
	for row, q := range fitted {
		at := row * longest
		for j, id := range append(append([]int32{}, q.Prompt...), q.Target...)[:max(0, q.length()-1)] {
			ids[at+j] = int64(id)
		}
		for j, id := range q.Target {
			if place := len(q.Prompt) + j - 1; place >= 0 { // nothing precedes the first token of an empty prompt
				rows, targets = append(rows, int64(at+place)), append(targets, int64(id))
			}
		}
	}
	flat, err := m.lossesAt(ids, len(chosen), longest, rows, targets)
	if err != nil {
		return err
	}
	for row, i := range chosen {
		n := len(fitted[row].Target)
		if len(fitted[row].Prompt) == 0 {
			n--
		}
		n = max(n, 0)
		losses[i], flat = flat[:n:n], flat[n:]
	}
	return nil
}

func (m *Model) lossesAt(ids []int64, batch, length int, rows, targets []int64) (losses []float32, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		hidden := m.Hidden(s, torch.From(s, ids, int64(batch), int64(length)), torch.Tensor{}, nil)
		flat := s.Reshape(hidden, int64(batch*length), int64(m.Config.Width))
		picked := s.IndexSelect(flat, 0, torch.From(s, rows, int64(len(rows))))
		losses = torch.Values[float32](s, s.HeadLosses(picked, m.head, torch.From(s, targets, int64(len(targets)))))
		return nil
	})
	return losses, err
}
