package speed

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// An Odd text is one that is no prose, and what it costs.
type Odd struct {
	What string `json:"what"`
	Length
}

// oddTexts make so many bytes, or a few less, of texts that take the most memory; prose is English.
var oddTexts = []struct {
	what string
	text func(prose string, size int) string
}{
	{"one line", func(prose string, size int) string {
		return strings.ReplaceAll(extended(prose, size), "\n", " ")
	}},
	{"JSON", func(prose string, size int) string { return notes(extended(prose, size*9/10)) }},
	{"Chinese", func(_ string, size int) string {
		return drawn("的一是不了在人有我他这个们中来上大为和国地到以说时，要就出会可也你对生能而子那得。", "", size)
	}},
	{"letters apart", func(_ string, size int) string { return drawn("abcdefghijklmnopqrstuvwxyz", " ", size) }},
	{"letters and signs", func(_ string, size int) string {
		return drawn("!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~", "", size)
	}},
	{"a word of letters and digits", func(_ string, size int) string { return strings.Repeat("abcdefghij0123456789", size/20) }},
	{"one character", func(_ string, size int) string { return strings.Repeat("a", size) }},
	{"NUL and stray bytes", func(_ string, size int) string { return strings.Repeat("\x00\xff\xfe", size/3) }},
	{"bytes at random", func(_ string, size int) string {
		out := make([]byte, size)
		_, _ = rand.NewChaCha8([32]byte{1}).Read(out) // it never fails
		return string(out)
	}},
}

// notes is a text as JSON, a note a paragraph.
func notes(text string) string {
	type note struct {
		ID   int    `json:"id"`
		Note string `json:"note"`
	}
	var all []note
	for i, paragraph := range strings.SplitAfter(text, "\n") {
		all = append(all, note{i, paragraph})
	}
	raw, err := json.Marshal(all)
	if err != nil {
		panic(err) // of numbers and strings
	}
	return string(raw)
}

// drawn is characters drawn from some, with something between them.
func drawn(from, between string, size int) string {
	characters, draw := []rune(from), rand.New(rand.NewPCG(1, 1))
	var out strings.Builder
	out.Grow(size + 8)
	for out.Len() < size {
		out.WriteRune(characters[draw.IntN(len(characters))])
		out.WriteString(between)
	}
	return out.String()
}

func measureOdd(ctx context.Context, o Options) (all []Odd, err error) {
	o.Patience = 0 // once each
	for _, each := range oddTexts {
		o.Progress(fmt.Sprintf("ten times the text, but of %s", each.what))
		odd := Odd{What: each.what}
		if odd.Length, err = inChild(ctx, o, each.text(o.Text, 10*o.Bytes)); err != nil {
			return all, fmt.Errorf("compress %s: %w", each.what, err)
		}
		all = append(all, odd)
	}
	return all, nil
}
