package encoder

// window is what the model reads at once: a text, or a stretch of one that is too long.
type window struct {
	text    int       // whose
	first   int       // the token of the text behind the mark
	ids     []int32   // with a mark before and behind
	weights []float32 // of each token's hidden state in the text's embedding
}

// windows cuts the tokens of a text, which come without marks, into windows of size tokens at most. They are spread
// evenly, so that all are full and share a quarter or more with the next: a token at an edge is read in the middle
// elsewhere. A token that k windows hold weighs 1/k in each, and so do the marks, which all have. Thus the embedding of
// a text of any length is a mean in which each of its tokens counts once.
func windows(text int, tokens []int32, marks [2]int32, size int) []window {
	room := size - len(marks)
	begins := Spread(len(tokens), room)
	covers := make([]float32, len(tokens))
	for _, at := range begins {
		for i := at; i < min(at+room, len(tokens)); i++ {
			covers[i]++
		}
	}
	all := make([]window, len(begins))
	mark := 1 / float32(len(begins))
	for n, at := range begins {
		w := window{text, at, []int32{marks[0]}, []float32{mark}}
		for i := at; i < min(at+room, len(tokens)); i++ {
			w.ids, w.weights = append(w.ids, tokens[i]), append(w.weights, 1/covers[i])
		}
		all[n] = window{text, at, append(w.ids, marks[1]), append(w.weights, mark)}
	}
	return all
}

// Spread returns where stretches of room tokens begin that together hold n.
func Spread(n, room int) []int {
	if n <= room {
		return []int{0}
	}
	stride := room - room/4
	gaps := (n - room + stride - 1) / stride
	begins := make([]int, gaps+1)
	for i := range begins {
		begins[i] = i * (n - room) / gaps
	}
	return begins
}
