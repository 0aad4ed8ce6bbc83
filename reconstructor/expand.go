package reconstructor

import (
	"context"
	"math"

	"github.com/project-sputnik/sputnik/torch"
)

// Piece is a token of a rebuilt text: given, or inserted with the reconstructor's probability for it.
type Piece struct {
	ID          int32
	Inserted    bool
	Probability float64
}

// mostInserted bounds the tokens put into one gap.
const mostInserted = 24

// Expand rebuilds a text from what was kept of it. Decoding can only insert: at every place the likeliest token is
// taken, and where it is the next kept one, or a gap has grown too long, or room for growth is spent, the kept one
// stands. So everything kept is in the result, in order. growth bounds the result to so many tokens a kept one.
func (r *Reconstructor) Expand(ctx context.Context, kept []int32, growth float64) ([]Piece, error) {
	room := int(math.Round(float64(len(kept)) * max(0, growth-1)))
	room = min(room, r.model.Config.Positions-2*len(kept)-2)
	cache := r.model.NewCache()
	defer cache.Close()
	input := append(append([]int32{}, kept...), r.separator)
	var pieces []Piece
	gap := 0
	for at := 0; at < len(kept); {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		likeliest, probability, ofKept, err := r.next(input, kept[at], cache)
		if err != nil {
			return nil, err
		}
		piece := Piece{ID: likeliest, Inserted: true, Probability: probability}
		if likeliest == kept[at] || likeliest == r.separator || gap == mostInserted || room <= 0 {
			piece = Piece{ID: kept[at], Probability: ofKept}
			at, gap = at+1, 0
		} else {
			gap, room = gap+1, room-1
		}
		pieces = append(pieces, piece)
		input = []int32{piece.ID}
	}
	return pieces, nil
}

// next reads input behind what the cache holds: the likeliest next token, its probability, and that of one other.
func (r *Reconstructor) next(input []int32, other int32, cache *torch.Cache) (id int32, probability, ofOther float64, err error) {
	ids := make([]int64, len(input))
	for i, v := range input {
		ids[i] = int64(v)
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		hidden := r.model.Hidden(s, torch.From(s, ids, 1, int64(len(ids))), torch.Tensor{}, cache)
		last := s.Narrow(hidden, 1, int64(len(ids))-1, 1)
		log := s.Reshape(s.LogSoftmax(s.To(r.model.Logits(s, last), torch.Float32), -1), -1)
		best := s.Item(s.ArgMax(log, 0))
		picked := torch.Values[float32](s, s.IndexSelect(log, 0, torch.From(s, []int64{int64(best), int64(other)}, 2)))
		id, probability, ofOther = int32(best), math.Exp(float64(picked[0])), math.Exp(float64(picked[1]))
		return nil
	})
	return id, probability, ofOther, err
}
