package transformer

import (
	"cmp"
	"slices"

	"github.com/project-sputnik/sputnik/torch"
)

// A pack is sequences that begin alike, read as one row: the beginning once, then what is left of each, which sees the
// beginning and itself. So many questions about one text cost one reading of the text.
type pack struct {
	sequences []int // the first shares tokens with all others
	shared    int   // leading tokens that they have in common
	length    int   // of the row
}

// The least that is worth sharing, and the longest row: attention in a row grows with its square.
const (
	leastShared = 24
	longestPack = 768
)

// packs groups sequences that begin alike, the shortest rows first. What does not fit a model's positions stays alone.
func packs(sequences []Sequence, positions int) []pack {
	order := make([]int, len(sequences))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return slices.Compare(sequences[a].Prompt, sequences[b].Prompt) })
	var all []pack
	for _, i := range order {
		if n := len(all); n > 0 && all[n-1].take(sequences, i, positions) {
			continue
		}
		q := sequences[i]
		all = append(all, pack{[]int{i}, max(0, len(q.Prompt)-1), q.length() - 1})
	}
	slices.SortStableFunc(all, func(a, b pack) int { return cmp.Compare(a.length, b.length) })
	return all
}

// take adds a sequence if it says, for its better half, what the others said, and leaves them most of what they share.
func (p *pack) take(sequences []Sequence, i, positions int) bool {
	first, q := sequences[p.sequences[0]], sequences[i]
	shared := min(p.shared, common(first.Prompt, q.Prompt), len(q.Prompt)-1)
	enough := 2*shared >= len(q.Prompt)
	if len(p.sequences) > 1 {
		enough = 4*shared >= 3*p.shared
	}
	length := q.length() - 1
	for _, j := range p.sequences {
		length += sequences[j].length() - 1 - shared
	}
	if !enough || shared < leastShared || length > longestPack || max(first.length(), q.length()) > positions {
		return false
	}
	p.sequences, p.shared, p.length = append(p.sequences, i), shared, length
	return true
}

func common(a, b []int32) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// packedLosses reads rows of packs in one forward.
func (m *Model) packedLosses(sequences []Sequence, rows []pack, losses [][]float32) error {
	longest := 0
	for _, p := range rows {
		longest = max(longest, p.length)
	}
	longest = (longest + lengthStep - 1) / lengthStep * lengthStep
	l := packedRows{length: longest, ids: make([]int64, len(rows)*longest), positions: make([]int64, len(rows)*longest),
		mask: make([]float32, len(rows)*longest*longest)}
	for row, p := range rows {
		l.add(row, p, sequences)
	}
	var flat []float32
	err := torch.NoGrad(func(s *torch.Scope) error {
		batch, length := int64(len(rows)), int64(longest)
		bias := s.To(torch.From(s, l.mask, batch, 1, length, length), m.Kind)
		hidden := m.Graph(s, Context{IDs: torch.From(s, l.ids, batch, length), Positions: torch.From(s, l.positions, batch, length), Bias: bias})
		picked := s.IndexSelect(s.Reshape(hidden, batch*length, int64(m.Config.Width)), 0, torch.From(s, l.picked, int64(len(l.picked))))
		flat = torch.Values[float32](s, s.HeadLosses(picked, m.head, torch.From(s, l.targets, int64(len(l.targets)))))
		return nil
	})
	if err != nil {
		return err
	}
	for _, p := range rows {
		for _, i := range p.sequences {
			n := len(sequences[i].Target)
			losses[i], flat = flat[:n:n], flat[n:]
		}
	}
	return nil
}

// packedRows are packs as the model reads them.
type packedRows struct {
	length          int
	ids, positions  []int64   // [rows, length]
	mask            []float32 // [rows, length, length]: unseen where a token does not see another
	picked, targets []int64   // places whose next token is a target, and the targets
}

// unseen is added to the score of what a token does not see; finite, so that a whole row of it is no NaN.
const unseen = -1e30

func (l *packedRows) add(row int, p pack, sequences []Sequence) {
	at := row * l.length
	end := 0
	for n, i := range p.sequences {
		q := sequences[i]
		tokens := append(append([]int32{}, q.Prompt...), q.Target...)
		tokens = tokens[:len(tokens)-1] // the last predicts nothing
		from := p.shared
		if n == 0 {
			from = 0
		}
		begin := end - from // where token 0 of the sequence would stand, were it not shared
		for j, id := range tokens[from:] {
			place := begin + from + j
			l.ids[at+place], l.positions[at+place] = int64(id), int64(from+j)
			l.see(row, place, p.shared, begin)
		}
		for j, id := range q.Target {
			l.picked, l.targets = append(l.picked, int64(at+begin+len(q.Prompt)+j-1)), append(l.targets, int64(id))
		}
		end = begin + len(tokens)
	}
	for place := end; place < l.length; place++ {
		l.see(row, place, 0, place)
	}
}

// see lets a place look at the shared beginning and at what its own sequence said up to itself.
func (l *packedRows) see(row, place, shared, begin int) {
	line := l.mask[(row*l.length+place)*l.length:][:l.length]
	for i := range line {
		if i > place || i >= shared && i < begin+shared {
			line[i] = unseen
		}
	}
}
