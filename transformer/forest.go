package transformer

import "slices"

// A forest is sequences as one forward reads them: in order, so that those that begin alike are neighbours, each without
// what the one before it has said already. So many questions about one text cost one reading of the text, and nothing is
// padded.
type forest struct {
	ids      []int64 // of tokens in depth-first order
	parents  []int64 // where the token before each stands, -1 at the beginning of a sequence
	picked   []int64 // where a target is predicted
	targets  []int64
	readings []reading

	said []int32 // the last sequence, and where its tokens stand
	path []int64
}

// A reading is which sequence has the next so many targets.
type reading struct{ sequence, targets int }

// batchTokens bounds the tokens of one forward. Counts are rounded up to lengthStep, because libtorch prepares and remembers
// a kernel for every shape that it meets.
const (
	batchTokens = 4096
	lengthStep  = 32
)

// forests lays sequences out; those that are longer than a model's positions lose the start of their prompts.
func forests(sequences []Sequence, positions int) []*forest {
	order, fitted := make([]int, len(sequences)), make([]Sequence, len(sequences))
	for i, q := range sequences {
		order[i], fitted[i] = i, q.fit(positions)
	}
	slices.SortStableFunc(order, func(a, b int) int { return slices.Compare(fitted[a].Prompt, fitted[b].Prompt) })
	var all []*forest
	for _, i := range order {
		if n := len(all); n == 0 || !all[n-1].holds(fitted[i]) {
			all = append(all, &forest{})
		}
		all[len(all)-1].add(i, fitted[i])
	}
	return all
}

// fit cuts the start of a prompt that does not fit.
func (q Sequence) fit(positions int) Sequence {
	if over := len(q.Prompt) + len(q.Target) - positions; over > 0 {
		q.Prompt = q.Prompt[min(over, max(0, len(q.Prompt)-1)):]
	}
	return q
}

// read is all but the last token, which predicts nothing.
func (q Sequence) read() []int32 {
	all := slices.Concat(q.Prompt, q.Target)
	return all[:max(0, len(all)-1)]
}

// holds says whether one more sequence is within the bound.
func (f *forest) holds(q Sequence) bool {
	tokens := q.read()
	return len(f.ids)+len(tokens)-common(f.said, tokens) <= batchTokens
}

func (f *forest) add(sequence int, q Sequence) {
	tokens := q.read()
	shared := common(f.said, tokens)
	f.said, f.path = tokens, f.path[:shared]
	for _, id := range tokens[shared:] {
		parent := int64(-1)
		if n := len(f.path); n > 0 {
			parent = f.path[n-1]
		}
		f.path = append(f.path, int64(len(f.ids)))
		f.ids, f.parents = append(f.ids, int64(id)), append(f.parents, parent)
	}
	r := reading{sequence: sequence}
	for j, id := range q.Target {
		if place := len(q.Prompt) + j - 1; place >= 0 { // nothing precedes the first token of an empty prompt
			f.picked, f.targets = append(f.picked, f.path[place]), append(f.targets, int64(id))
			r.targets++
		}
	}
	f.readings = append(f.readings, r)
}

// stand is forests side by side, a row each. Counts are rounded up, with tokens that nobody sees and places that nobody asks
// for.
type stand struct {
	rows, length    int
	ids, parents    []int64 // [rows, length]
	picked, targets []int64 // of all rows, one after the other
}

func newStand(forests []*forest) stand {
	all := stand{rows: len(forests)}
	for _, f := range forests {
		all.length = max(all.length, (len(f.ids)+lengthStep-1)/lengthStep*lengthStep)
	}
	for row, f := range forests {
		for _, place := range f.picked {
			all.picked = append(all.picked, int64(row*all.length)+place)
		}
		all.targets = append(all.targets, f.targets...)
		all.ids, all.parents = append(all.ids, f.ids...), append(all.parents, f.parents...)
		for len(all.ids) < (row+1)*all.length {
			all.ids, all.parents = append(all.ids, 0), append(all.parents, -1)
		}
	}
	for len(all.picked)%lengthStep > 0 {
		all.picked = append(all.picked, 0)
	}
	return all
}

func common(a, b []int32) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
