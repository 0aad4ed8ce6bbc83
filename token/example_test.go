package token_test

import (
	"fmt"

	"github.com/project-sputnik/sputnik/token"
)

func Example() {
	t, err := token.Open("gpt2")
	if err != nil {
		panic(err)
	}
	text := []byte("It's about $1,250, isn't it?")
	tokens := t.Encode(nil, text)
	for _, u := range token.Units(nil, text, tokens) {
		start, end := u.Span(tokens)
		fmt.Printf("%q|", text[start:end])
	}
	fmt.Printf("\n%d tokens, decoded %q\n", len(tokens), t.Decode(token.IDs(nil, tokens)))
	// Output:
	// "It's"|" about"|" $1,250"|","|" isn't"|" it"|"?"|
	// 12 tokens, decoded "It's about $1,250, isn't it?"
}
