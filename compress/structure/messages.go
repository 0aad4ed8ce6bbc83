package structure

// A Message is text[Start:End] of a conversation: one message, and what stands between the one before it and itself. Its
// pieces count from Start.
type Message struct {
	Start, End int
	Layout
}

// Messages lays out a conversation message by message; tail is what stands behind the last one. A text that is none has an
// *Error. What is fixed in a message depends on nothing but the message: all that a user says is, since a turn does not
// know whether it will be the last.
func Messages(text []byte, words Words) (messages []Message, tail Message, err error) {
	d, broken := readJSON(text)
	if broken != nil {
		broken.Kind = Chat
		return nil, tail, broken
	}
	if d.conversations() == nil {
		return nil, tail, wrong(Chat, text, 0, `want messages with "role" and "content"`)
	}
	b := &builder{text: text}
	for _, m := range d.messages {
		start := b.at
		if m.role == "assistant" || m.role == "tool" || m.role == "function" {
			for _, v := range m.content {
				b.fix(v.start)
				addString(b, v, words, 1)
			}
		}
		messages = append(messages, b.message(start, m.end))
	}
	return messages, b.message(b.at, len(text)), nil
}

// message takes what was laid out from start on, and fixes the rest up to end.
func (b *builder) message(start, end int) Message {
	b.fix(end)
	b.tell()
	m := Message{start, end, Layout{Chat, b.pieces}}
	for i := range m.Pieces {
		m.Pieces[i].Start, m.Pieces[i].End = m.Pieces[i].Start-int32(start), m.Pieces[i].End-int32(start)
	}
	b.pieces = nil
	return m
}
