package token

// A streamer encodes a text in batches, so that nobody has to hold all of its tokens. stream passes them on, as Encode would
// append them, until batch says no; it is not ok, and passes nothing on, where the tokenizer has to see the whole text.
// A batch is good until the next.
type streamer interface {
	stream(text []byte, batch func([]Token) bool) (ok bool)
}

// fullBatch is the number of tokens from which on a batch is passed on.
const fullBatch = 4096

// sink is who takes the tokens of an encoding batch by batch; nobody, if take is nil.
type sink struct {
	take  func([]Token) bool
	sated bool // take wants no more
}

// passOn gives away what is in dst if that is enough, and returns what is left.
func (s *sink) passOn(dst []Token) []Token {
	if s.take == nil || len(dst) < fullBatch {
		return dst
	}
	return s.flush(dst)
}

func (s *sink) flush(dst []Token) []Token {
	if !s.sated && len(dst) > 0 {
		s.sated = !s.take(dst)
	}
	return dst[:0]
}

// each calls visit with the tokens of text in batches, until it says no.
func each(t Tokenizer, text []byte, visit func([]Token) bool) {
	if s, streams := t.(streamer); streams && s.stream(text, visit) {
		return
	}
	visit(t.Encode(make([]Token, 0, Expected(len(text))), text))
}

// Count is the number of tokens of text, of which it holds few at a time where the tokenizer allows it.
func Count(t Tokenizer, text []byte) int {
	n := 0
	each(t, text, func(batch []Token) bool {
		n += len(batch)
		return true
	})
	return n
}

// Starts calls visit with where each token of text begins, in order.
func Starts(t Tokenizer, text []byte, visit func(start int)) {
	each(t, text, func(batch []Token) bool {
		for _, each := range batch {
			visit(int(each.Start))
		}
		return true
	})
}
