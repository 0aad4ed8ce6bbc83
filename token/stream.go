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
	take   func([]Token) bool
	some   bool // whether something was taken
	sated  bool // whether take wants no more
	buffer []Token
}

// passOn gives away what is in dst if that is enough, and returns what is left: the last token, whose end may depend on the
// next, as tile has it.
func (s *sink) passOn(dst []Token) []Token {
	if s.take == nil || len(dst) < fullBatch {
		return dst
	}
	last := len(dst) - 1
	s.give(dst[:last], int(dst[last].Start))
	return append(dst[:0], dst[last])
}

// give gives tokens away that end at an offset, stretched over what lies between them.
func (s *sink) give(tokens []Token, end int) {
	if s.sated {
		return
	}
	if !s.some {
		tokens[0].Start = 0
	}
	for i := range tokens[1:] {
		tokens[i].End = tokens[i+1].Start
	}
	tokens[len(tokens)-1].End = int32(end)
	s.some, s.sated = true, !s.take(tokens)
}

// through gives the tokens that encode appends to batch, as it goes.
func (m *merger) through(batch func([]Token) bool, text []byte, unknown int32, encode func(dst []Token) []Token) {
	m.sink = sink{take: batch, buffer: m.buffer}
	defer func() { m.sink = sink{buffer: m.buffer} }() // though batch panics: the merger is pooled
	m.buffer = encode(m.buffer[:0])
	m.finish(m.buffer, len(text), unknown)
}

// finish gives the rest of a text of n bytes away, or what stands for one in which there is nothing to see.
func (s *sink) finish(dst []Token, n int, unknown int32) {
	if len(dst) == 0 && n > 0 {
		dst = append(dst, newToken(unknown, 0, n))
	}
	if len(dst) > 0 {
		s.give(dst, n)
	}
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
		for _, t := range batch {
			visit(int(t.Start))
		}
		return true
	})
}
