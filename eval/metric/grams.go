package metric

import "slices"

// unknown numbers an n-gram that the candidate does not have.
const unknown = -1

// gram is an n-gram as the number of its first n-1 symbols, and its last symbol. Naming by pairs is exact, and costs one
// look-up a position whatever n is.
type gram struct{ prefix, last int32 }

// eachOrder visits, for n = 1..orders, the counts of the candidate's n-grams: own[g] is how often n-gram g occurs in the
// candidate, theirs[r][g] how often in reference r. The slices are valid during the visit.
func eachOrder(candidate []int32, references [][]int32, orders int, visit func(n int, own []int32, theirs [][]int32)) {
	ids := make([]int32, len(candidate)) // the number of the n-gram that begins at a position; all 0 for n = 0
	refs := make([][]int32, len(references))
	for r := range refs {
		refs[r] = make([]int32, len(references[r]))
	}
	theirs := make([][]int32, len(refs))
	for n := 1; n <= orders; n++ {
		names := map[gram]int32{}
		ids = lengthen(ids, candidate, n, func(g gram) int32 {
			id, known := names[g]
			if !known {
				id = int32(len(names))
				names[g] = id
			}
			return id
		})
		for r := range refs {
			refs[r] = lengthen(refs[r], references[r], n, func(g gram) int32 {
				if id, known := names[g]; known {
					return id
				}
				return unknown
			})
			theirs[r] = occurrences(refs[r], len(names))
		}
		visit(n, occurrences(ids, len(names)), theirs)
	}
}

// lengthen turns the numbers of (n-1)-grams into those of n-grams, in place.
func lengthen(ids, symbols []int32, n int, name func(gram) int32) []int32 {
	ids = ids[:grams(len(symbols), n)]
	for i, prefix := range ids {
		if prefix != unknown {
			ids[i] = name(gram{prefix, symbols[i+n-1]})
		}
	}
	return ids
}

func occurrences(ids []int32, distinct int) []int32 {
	out := make([]int32, distinct)
	for _, id := range ids {
		if id != unknown {
			out[id]++
		}
	}
	return out
}

// grams is how many n-grams a text of so many symbols has.
func grams(symbols, n int) int { return max(symbols-n+1, 0) }

// shared is how many n-grams two texts have in common, each as often as it occurs in both: sum min(own, theirs).
func shared(own, theirs []int32) (n int) {
	for g := range own {
		n += int(min(own[g], theirs[g]))
	}
	return n
}

// most is the largest count of every n-gram in any reference.
func most(theirs [][]int32) []int32 {
	out := slices.Clone(theirs[0])
	for _, counts := range theirs[1:] {
		for g, n := range counts {
			out[g] = max(out[g], n)
		}
	}
	return out
}
