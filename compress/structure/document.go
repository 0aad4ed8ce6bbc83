package structure

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// document is what of a JSON text may matter: its string values, in order, and the messages that they belong to.
type document struct {
	values     []value
	messages   []message
	containers bool // whether all that it holds are objects and arrays
	foreign    bool // whether it holds what is no conversation
	roots      int  // values of JSON lines
}

// value is a string that is not a key: text[start:end] stands between its quotes.
type value struct{ start, end int }

// message is an object of a list that may be a conversation.
type message struct {
	conversation int
	role         string
	content      []value
	called       bool // whether it calls tools
	end          int  // behind its last byte
}

// frame is an open object or array.
type frame struct {
	object, wantsKey bool
	key              string // of the value that comes next or is open
	n                int    // of that value
}

// reader walks through the tokens of encoding/json, which checks the grammar and needs no stack.
type reader struct {
	text    []byte
	decoder *json.Decoder
	frames  []frame
	from    int // where text begins after a byte order mark
	document
}

var byteOrderMark = []byte("\ufeff")

// readJSON reads one JSON value, or several objects and arrays on lines of their own.
func readJSON(text []byte) (document, *Error) {
	r := &reader{text: text}
	r.containers = true
	if bytes.HasPrefix(text, byteOrderMark) {
		r.from = len(byteOrderMark)
	}
	r.decoder = json.NewDecoder(bytes.NewReader(text[r.from:]))
	r.decoder.UseNumber()
	for {
		before := r.offset()
		token, err := r.decoder.Token()
		switch {
		case errors.Is(err, io.EOF) && len(r.frames) == 0 && r.roots > 0:
			return r.document, nil
		case err != nil:
			at, reason := r.fault(before, err)
			return document{}, wrong(JSON, text, at, reason)
		}
		if len(r.frames) == 0 {
			if reason := r.root(before); reason != "" {
				return document{}, wrong(JSON, text, before, reason)
			}
		}
		r.take(token, before)
	}
}

func (r *reader) offset() int { return r.from + int(r.decoder.InputOffset()) }

// fault is the beginning of the token that could not be read after an offset, and why. The offsets of encoding/json count
// from where it last began to read.
func (r *reader) fault(before int, err error) (int, string) {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return len(r.text), "it ends too early"
	case errors.As(err, &syntax):
		for before < len(r.text) && bytes.IndexByte([]byte(" \t\r\n,:"), r.text[before]) >= 0 {
			before++
		}
		return before, syntax.Error()
	}
	return before, err.Error()
}

// root begins the next value of JSON lines.
func (r *reader) root(before int) (reason string) {
	r.roots++
	end := before + len(r.text[before:]) - len(bytes.TrimLeft(r.text[before:], " \t\r\n"))
	container := end < len(r.text) && (r.text[end] == '{' || r.text[end] == '[')
	if r.roots > 1 && (!container || !r.containers || bytes.IndexByte(r.text[before:end], '\n') < 0) {
		return "more follows after its end"
	}
	r.containers = r.containers && container
	return ""
}

// take notes a token, which begins after an offset.
func (r *reader) take(token json.Token, before int) {
	top := len(r.frames) - 1
	if delimiter, is := token.(json.Delim); is && (delimiter == '}' || delimiter == ']') {
		list := r.list()
		r.frames = r.frames[:top]
		if n := len(r.messages); list >= 0 && len(r.frames) == list+1 && n > 0 {
			r.messages[n-1].end = r.offset()
		}
		r.leave()
		return
	}
	text, isString := token.(string)
	if top >= 0 && r.frames[top].wantsKey {
		r.frames[top].key, r.frames[top].wantsKey = text, false
		return
	}
	if isString {
		start := before + bytes.IndexByte(r.text[before:], '"') + 1
		r.values = append(r.values, value{start, r.offset() - 1})
	}
	r.place(token, text, isString)
	if delimiter, is := token.(json.Delim); is {
		r.frames = append(r.frames, frame{object: delimiter == '{', wantsKey: delimiter == '{'})
		return
	}
	r.leave()
}

// leave goes on to the next value of the innermost object or array.
func (r *reader) leave() {
	if top := len(r.frames) - 1; top >= 0 {
		r.frames[top].n++
		r.frames[top].wantsKey = r.frames[top].object
	}
}
