package corpus

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

const (
	textBytes = 20_000  // a text file is cut at the first empty line after so many bytes
	textLimit = 200_000 // and at any line, or inside one, after so many
)

// readText reads a text file as documents of some textBytes each, cut where a paragraph ends.
func readText(in *bufio.Reader, name string, yield func(Document) bool) error {
	var text []byte
	n := 0
	emit := func() bool {
		doc := Document{ID: fmt.Sprintf("%s:%d", name, n), Text: string(text), Source: name}
		n, text = n+1, text[:0]
		return len(bytes.TrimSpace([]byte(doc.Text))) == 0 || yield(doc)
	}
	for {
		part, err := in.ReadSlice('\n')
		text = append(text, part...)
		empty := len(bytes.TrimSpace(part)) == 0
		if full := len(text) >= textBytes && empty || len(text) >= textLimit && whole(text); full && !emit() {
			return nil
		}
		switch {
		case errors.Is(err, io.EOF):
			emit()
			return nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// whole says whether the bytes do not end inside a rune; bytes that are no UTF-8 at all are whole.
func whole(text []byte) bool {
	for i := 1; i <= min(utf8.UTFMax, len(text)); i++ {
		if b := text[len(text)-i:]; utf8.RuneStart(b[0]) {
			return utf8.FullRune(b)
		}
	}
	return true
}
