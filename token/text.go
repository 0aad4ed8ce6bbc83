package token

// Text is an input with its tokens and the words that they form.
type Text struct {
	Bytes  []byte
	Tokens []Token // their spans tile Bytes
	Units  []Unit  // their tokens tile Tokens
}

// Read tokenises text and groups its tokens into words.
func Read(t Tokenizer, text []byte) Text {
	tokens := t.Encode(make([]Token, 0, Expected(len(text))), text)
	return Text{Bytes: text, Tokens: tokens, Units: Units(make([]Unit, 0, len(tokens)), text, tokens)}
}

// Expected is somewhat more than the tokens that so many bytes of English have: room to begin with.
func Expected(bytes int) int { return bytes/4 + 16 }

// Kept is the text of the tokens whose kept is true.
func (t Text) Kept(kept []bool) []byte {
	var out []byte
	for i, each := range t.Tokens {
		if kept[i] {
			out = append(out, t.Bytes[each.Start:each.End]...)
		}
	}
	return out
}
