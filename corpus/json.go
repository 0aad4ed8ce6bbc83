package corpus

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxLine bounds what one document may take in memory.
const maxLine = 64 << 20

// readLines reads a JSON object a line. A line without an id is named after the file and its number.
func readLines(in *bufio.Reader, field, name string, yield func(Document) bool) error {
	for n := 1; ; n++ {
		row, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if row = bytes.TrimSpace(row); len(row) > 0 {
			doc, bad := decode(row, field, fmt.Sprintf("%s:%d", name, n))
			if bad != nil {
				return fmt.Errorf("line %d: %w", n, bad)
			}
			if !yield(doc) {
				return nil
			}
		}
		if err != nil {
			return nil
		}
	}
}

// readLine returns the bytes up to and with the next line end, or what is left with io.EOF.
func readLine(in *bufio.Reader) ([]byte, error) {
	var row []byte
	for {
		part, err := in.ReadSlice('\n')
		row = append(row, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return row, err
		}
		if len(row) > maxLine {
			return nil, fmt.Errorf("longer than %d MB", maxLine>>20)
		}
	}
}

// readArray reads a JSON array of objects, or of texts, one at a time.
func readArray(in io.Reader, field, name string, yield func(Document) bool) error {
	dec := json.NewDecoder(in)
	if open, err := dec.Token(); err != nil || open != json.Delim('[') {
		return fmt.Errorf("want a JSON array of documents (%w)", cmpError(err))
	}
	for n := 1; dec.More(); n++ {
		var row json.RawMessage
		if err := dec.Decode(&row); err != nil {
			return fmt.Errorf("document %d: %w", n, err)
		}
		doc, err := decode(row, field, fmt.Sprintf("%s:%d", name, n))
		if err != nil {
			return fmt.Errorf("document %d: %w", n, err)
		}
		if !yield(doc) {
			return nil
		}
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("the array has no end: %w", err)
	}
	return nil
}

func cmpError(err error) error {
	if err == nil {
		return errors.New("it begins otherwise")
	}
	return err
}

// decode reads a document: an object with the text under field, or the text alone.
func decode(row []byte, field, fallbackID string) (Document, error) {
	if row[0] == '"' {
		doc := Document{ID: fallbackID}
		return doc, json.Unmarshal(row, &doc.Text)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(row, &object); err != nil {
		return Document{}, fmt.Errorf("want a JSON object: %w", err)
	}
	raw, ok := object[field]
	if !ok {
		return Document{}, fmt.Errorf("no field %q (--text_field names the one that holds the text)", field)
	}
	doc := Document{ID: text(object["id"]), Source: text(object["source"]), License: text(object["license"])}
	if doc.ID == "" {
		doc.ID = fallbackID
	}
	if err := json.Unmarshal(raw, &doc.Text); err != nil {
		return Document{}, fmt.Errorf("field %q: want text: %w", field, err)
	}
	return doc, nil
}

// text is a JSON string, or a number as it is written.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}
