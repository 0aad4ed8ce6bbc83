package reconstructor

import (
	"context"
	"math"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// Piece is a token of a rebuilt text: given, or inserted. Probability is what the reconstructor gave it.
type Piece struct {
	ID          int32
	Bytes       []byte
	Inserted    bool
	Probability float64
}

const (
	mostInserted = 16   // tokens put into one gap
	leastSure    = 0.05 // a guess that is less likely than this is no guess
	window       = 256  // kept tokens read at once: more than the texts that a reconstructor learns from
)

// Expand rebuilds a text from what was kept of it, which Tokenizer has read. Decoding can only insert, and only in front
// of a word: there the likeliest token is taken, and where it is the next kept one or not likely at all, or a gap has
// grown too long, or room for growth is spent, the kept word stands. So everything kept is in the result, in order and byte for byte, and what
// is inserted in one place is valid UTF-8. growth bounds the result to so many tokens a kept one.
func (r *Reconstructor) Expand(ctx context.Context, kept token.Text, growth float64) ([]Piece, error) {
	growth = max(1, growth)
	most := min(window, int(float64(r.model.Config.Positions-1)/(1+growth)))
	var pieces []Piece
	for first := 0; first < len(kept.Units); {
		last := first + 1
		for last < len(kept.Units) && int(kept.Units[last].End-kept.Units[first].First) <= most {
			last++
		}
		if err := r.expand(ctx, kept, kept.Units[first:last], growth, &pieces); err != nil {
			return nil, err
		}
		first = last
	}
	return pieces, nil
}

// expand rebuilds the words of one window.
func (r *Reconstructor) expand(ctx context.Context, kept token.Text, words []token.Unit, growth float64, out *[]Piece) error {
	first := words[0].First
	given := kept.Tokens[first:words[len(words)-1].End]
	starts := make([]bool, len(given)) // a word
	for _, w := range words {
		starts[w.First-first] = true
	}
	room := int(math.Round(float64(len(given)) * (growth - 1)))
	room = min(room, r.model.Config.Positions-2*len(given)-1)
	cache := r.model.NewCache()
	defer func() { cache.Close() }()
	read := append(token.IDs(nil, given), r.separator) // what stands so far
	input, gap, closed := read, []Piece(nil), false    // what the cache lacks; what may come in; whether it may not
	for at := 0; at < len(given); {
		t := given[at]
		if room < 0 { // a word longer than the model can read
			*out = append(*out, Piece{ID: t.ID, Bytes: kept.Bytes[t.Start:t.End]})
			at++
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		likeliest, probability, ofKept, err := r.next(input, t.ID, cache)
		if err != nil {
			return err
		}
		inserted := r.tokenizer.Decode([]int32{likeliest})
		wanted := likeliest != t.ID && likeliest != r.separator && probability >= leastSure && len(inserted) > 0
		if starts[at] && !closed && wanted && len(gap) < min(mostInserted, room) {
			gap = append(gap, Piece{ID: likeliest, Bytes: inserted, Inserted: true, Probability: probability})
			input = []int32{likeliest}
			continue
		}
		if len(gap) > 0 && (likeliest != t.ID || !utf8.Valid(join(gap))) { // forget it
			cache.Close()
			cache, input, gap, closed = r.model.NewCache(), read, nil, true
			continue
		}
		for _, p := range append(gap, Piece{ID: t.ID, Bytes: kept.Bytes[t.Start:t.End], Probability: ofKept}) {
			*out, read = append(*out, p), append(read, p.ID)
		}
		room -= len(gap)
		input, gap, closed, at = []int32{t.ID}, nil, false, at+1
	}
	return nil
}

func join(pieces []Piece) (all []byte) {
	for _, p := range pieces {
		all = append(all, p.Bytes...)
	}
	return all
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
