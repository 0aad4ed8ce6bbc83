package token

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonScanner walks over JSON without building values. encoding/json takes half a second for a large vocabulary and
// makes a map nobody wants; this takes a few milliseconds and hands out slices of the input.
type jsonScanner struct {
	data []byte
	pos  int
}

var errJSON = errors.New("not valid JSON")

func (s *jsonScanner) fail() error { return fmt.Errorf("%w at byte %d", errJSON, s.pos) }

// peek skips white space and returns the next byte, or 0 at the end.
func (s *jsonScanner) peek() byte {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

func (s *jsonScanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.pos++
	return true
}

// str returns the inside of the next string, escapes and all.
func (s *jsonScanner) str() ([]byte, error) {
	if !s.take('"') {
		return nil, s.fail()
	}
	start := s.pos
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case '"':
			s.pos++
			return s.data[start : s.pos-1], nil
		case '\\':
			s.pos++
		}
		s.pos++
	}
	return nil, s.fail()
}

func (s *jsonScanner) integer() (int, error) {
	s.peek()
	start := s.pos
	for s.pos < len(s.data) && (s.data[s.pos] == '-' || s.data[s.pos] >= '0' && s.data[s.pos] <= '9') {
		s.pos++
	}
	n, err := strconv.Atoi(string(s.data[start:s.pos]))
	if err != nil {
		return 0, s.fail()
	}
	return n, nil
}

// skip passes over one value of any kind and returns its text.
func (s *jsonScanner) skip() ([]byte, error) {
	first := s.peek()
	start := s.pos
	if first == '"' {
		_, err := s.str()
		return s.data[start:s.pos], err
	}
	depth := 0
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case '"':
			if _, err := s.str(); err != nil {
				return nil, err
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				s.pos++
				return s.data[start:s.pos], nil
			}
		}
		if depth <= 0 && endsScalar(s.data[s.pos]) {
			break
		}
		s.pos++
	}
	if depth > 0 || s.pos == start {
		return nil, s.fail()
	}
	return s.data[start:s.pos], nil
}

func endsScalar(c byte) bool { return c == ',' || c == '}' || c == ']' || c <= ' ' }

// object calls field for each key of the next object, with the scanner standing before the value.
func (s *jsonScanner) object(field func(key []byte) error) error {
	return s.list('{', '}', func() error {
		key, err := s.str()
		if err != nil {
			return err
		}
		if !s.take(':') {
			return s.fail()
		}
		return field(key)
	})
}

// list calls item for each member of the next array or object.
func (s *jsonScanner) list(open, end byte, item func() error) error {
	if !s.take(open) {
		return s.fail()
	}
	if s.take(end) {
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if s.take(end) {
			return nil
		}
		if !s.take(',') {
			return s.fail()
		}
	}
}

// fields returns the values of an object, unread, by key.
func fields(data []byte) (map[string][]byte, error) {
	s := jsonScanner{data: data}
	out := map[string][]byte{}
	err := s.object(func(key []byte) error {
		value, err := s.skip()
		out[string(key)] = value
		return err
	})
	return out, err
}

// unquote appends the inside of a JSON string to dst with its escapes undone.
func unquote(dst, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 >= len(raw) {
			dst = append(dst, raw[i])
			continue
		}
		i++
		switch c := raw[i]; c {
		case 'n':
			dst = append(dst, '\n')
		case 't':
			dst = append(dst, '\t')
		case 'r':
			dst = append(dst, '\r')
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'u':
			r, size := codePoint(raw[i-1:])
			dst = utf8.AppendRune(dst, r)
			i += size - 2
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// codePoint reads \uXXXX, or two of them that make a surrogate pair.
func codePoint(raw []byte) (rune, int) {
	r := hex4(raw)
	if utf16.IsSurrogate(r) && len(raw) >= 12 && raw[6] == '\\' && raw[7] == 'u' {
		if both := utf16.DecodeRune(r, hex4(raw[6:])); both != utf8.RuneError {
			return both, 12
		}
	}
	return r, min(6, len(raw))
}

func hex4(raw []byte) rune {
	if len(raw) < 6 {
		return utf8.RuneError
	}
	n, err := strconv.ParseUint(string(raw[2:6]), 16, 32)
	if err != nil {
		return utf8.RuneError
	}
	return rune(n)
}
