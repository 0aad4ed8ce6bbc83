package structure

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

const (
	// fewestWords is the number of words from which on a string is prose that may shrink; a name, a title or an address
	// has fewer.
	fewestWords = 6
	// deepestText is how many times text may be escaped inside of text before it is left whole.
	deepestText = 4
)

// parseJSON lays out JSON or JSON lines. Of Auto it makes Chat or JSON, and takes no lone scalar for JSON.
func parseJSON(text []byte, kind Kind, words Words) (Layout, error) {
	d, err := readJSON(text)
	if err != nil {
		err.Kind = JSON
		return Layout{}, err
	}
	conversations := d.conversations()
	switch {
	case kind == Auto && !d.containers:
		return Layout{}, wrong(JSON, text, 0, "it has neither objects nor arrays")
	case kind == Chat && conversations == nil:
		return Layout{}, wrong(Chat, text, 0, `want messages with "role" and "content"`)
	case kind == Auto && conversations != nil:
		kind = Chat
	case kind == Auto:
		kind = JSON
	}
	loose := d.values
	if kind == Chat {
		loose = nil
		for _, c := range conversations {
			loose = append(loose, c.loose()...)
		}
	}
	b := &builder{text: text}
	for _, v := range loose {
		b.fix(v.start)
		addString(b, v, words, 1)
	}
	return b.done(kind), nil
}

// addString adds the content of a string that may shrink, whose bytes without the quotes are v.
func addString(b *builder, v value, words Words, depth int) {
	source := b.text[v.start:v.end]
	plain, from, ok := unescape(source)
	if !ok {
		b.fix(v.end)
		return
	}
	if trimmed := bytes.TrimSpace(plain); len(trimmed) > 1 && bytes.IndexByte([]byte(`{["`), trimmed[0]) >= 0 {
		if d, err := readJSON(plain); err == nil {
			addNested(b, v, plain, from, d, words, depth)
			return
		}
	}
	ends := words(plain)
	if !isProse(plain, ends) {
		b.fix(v.end)
		return
	}
	at := 0
	for _, end := range ends {
		first, _ := utf8.DecodeRune(plain[at:end])
		last, _ := utf8.DecodeLastRune(plain[at:end])
		b.add(Piece{Start: int32(b.at), End: int32(v.start + from(end)), First: first, Last: last})
		at = end
	}
}

// addNested lays out a string that holds JSON itself.
func addNested(b *builder, v value, plain []byte, from func(int) int, d document, words Words, depth int) {
	if depth < deepestText {
		inner := &builder{text: plain}
		for _, each := range d.values {
			inner.fix(each.start)
			addString(inner, each, words, depth+1)
		}
		for _, p := range inner.pieces {
			p.Start, p.End = int32(v.start+from(int(p.Start))), int32(v.start+from(int(p.End)))
			b.add(p)
		}
	}
	b.fix(v.end)
}

// isProse says whether a text has words enough to lose some.
func isProse(plain []byte, ends []int) bool {
	n, at := 0, 0
	for _, end := range ends {
		if bytes.IndexFunc(plain[at:end], unicode.IsLetter) >= 0 {
			n++
		}
		at = end
		if n == fewestWords {
			return true
		}
	}
	return false
}

// unescape reads the content of a JSON string that is known to be well formed. from gives the offset in source of an
// offset in plain. It is not ok where half of a surrogate pair stands alone or a byte is not UTF-8: such a string can
// not be cut without changing what it says.
func unescape(source []byte) (plain []byte, from func(int) int, ok bool) {
	if !utf8.Valid(source) {
		return nil, nil, false
	}
	if bytes.IndexByte(source, '\\') < 0 {
		return source, func(i int) int { return i }, true
	}
	offsets := make([]int32, 0, len(source)+1)
	for i := 0; i < len(source); {
		start := i
		if source[i] != '\\' {
			plain = append(plain, source[i])
			i++
		} else {
			r, size := escape(source[i:])
			if r == utf8.RuneError && size == 0 {
				return nil, nil, false
			}
			plain = utf8.AppendRune(plain, r)
			i += size
		}
		for len(offsets) < len(plain) {
			offsets = append(offsets, int32(start))
		}
	}
	offsets = append(offsets, int32(len(source)))
	return plain, func(i int) int { return int(offsets[i]) }, true
}

// escape reads the escape that source begins with: its character and length, 0 if it is half of a surrogate pair.
func escape(source []byte) (r rune, size int) {
	if source[1] != 'u' {
		if i := bytes.IndexByte([]byte("bfnrt"), source[1]); i >= 0 {
			return rune("\b\f\n\r\t"[i]), 2
		}
		return rune(source[1]), 2
	}
	r = hex(source[2:6])
	if r < 0xd800 || r > 0xdfff {
		return r, 6
	}
	if r < 0xdc00 && len(source) >= 12 && source[6] == '\\' && source[7] == 'u' {
		if low := hex(source[8:12]); low >= 0xdc00 && low <= 0xdfff {
			return (r-0xd800)<<10 + (low - 0xdc00) + 0x10000, 12
		}
	}
	return utf8.RuneError, 0
}

func hex(digits []byte) (r rune) {
	for _, c := range digits {
		switch {
		case c <= '9':
			r = r<<4 + rune(c-'0')
		default:
			r = r<<4 + rune(c|0x20-'a') + 10
		}
	}
	return r
}
