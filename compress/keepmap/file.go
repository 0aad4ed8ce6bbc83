package keepmap

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// file is a map as it is written. Spans are slices, since an array would take a list of any length.
type file struct {
	Version      int      `json:"version"`
	InputBytes   int      `json:"input_bytes"`
	InputSHA256  *hash    `json:"input_sha256"`
	OutputBytes  int      `json:"output_bytes"`
	OutputSHA256 *hash    `json:"output_sha256"`
	Settings     Settings `json:"settings"`
	Kept         [][]int  `json:"kept"`
	Original     string   `json:"original"`
}

// Write writes the map as one line of JSON.
func (m *Map) Write(w io.Writer) error {
	in, out := hash(sha256.Sum256(m.Original)), hash(sha256.Sum256(m.output))
	f := file{Version: Version, InputBytes: len(m.Original), InputSHA256: &in, OutputBytes: len(m.output), OutputSHA256: &out,
		Settings: m.Settings, Kept: make([][]int, len(m.Kept))}
	for i, s := range m.Kept {
		f.Kept[i] = []int{s[0], s[1]}
	}
	var packed bytes.Buffer
	deflate, err := flate.NewWriter(&packed, flate.BestCompression)
	if err == nil {
		_, err = deflate.Write(m.Original)
	}
	if err == nil {
		err = deflate.Close()
	}
	if err == nil {
		f.Original = base64.StdEncoding.EncodeToString(packed.Bytes())
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(f)
	}
	if err != nil {
		return fmt.Errorf("write keep-map: %w", err)
	}
	return nil
}

// mostFile is the longest file that is read: more than a map of mostBytes of any text needs.
const mostFile = 16 * mostBytes

// Read reads a map and checks all that it says.
func Read(r io.Reader) (*Map, error) {
	m, err := read(io.LimitReader(r, mostFile))
	if err != nil {
		return nil, fmt.Errorf("read keep-map: %w", err)
	}
	return m, nil
}

func read(r io.Reader) (*Map, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var head struct {
		Version *int `json:"version"`
	}
	switch err := json.Unmarshal(data, &head); {
	case err != nil:
		return nil, err
	case head.Version == nil:
		return nil, errors.New(`it has no "version"`)
	case *head.Version != Version:
		return nil, fmt.Errorf("version is %d; want %d", *head.Version, Version)
	}
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, err
	}
	return f.open()
}

// open makes a map of a file, if the file is true.
func (f file) open() (*Map, error) {
	switch {
	case f.InputBytes < 0 || f.InputBytes > mostBytes:
		return nil, fmt.Errorf("input_bytes is %d; want 0 to %d", f.InputBytes, mostBytes)
	case f.InputSHA256 == nil || f.OutputSHA256 == nil:
		return nil, errors.New("it has no input_sha256 or no output_sha256")
	}
	spans := make([]Span, len(f.Kept))
	for i, s := range f.Kept {
		if len(s) != 2 {
			return nil, fmt.Errorf("kept[%d] has %d numbers; want 2", i, len(s))
		}
		spans[i] = Span{s[0], s[1]}
	}
	switch n, err := length(spans, f.InputBytes); {
	case err != nil:
		return nil, err
	case n != f.OutputBytes:
		return nil, fmt.Errorf("output_bytes is %d; what is kept has %d", f.OutputBytes, n)
	}
	original, err := f.unpack()
	if err != nil {
		return nil, err
	}
	m, err := New(original, spans, f.Settings)
	if err == nil && hash(sha256.Sum256(m.output)) != *f.OutputSHA256 {
		err = errors.New("output_sha256 is not the hash of what is kept")
	}
	return m, err
}

// unpack inflates the original twice: to count and hash it, and only then into memory. So a few bytes that would inflate
// to a gigabyte take none.
func (f file) unpack() ([]byte, error) {
	packed, err := base64.StdEncoding.DecodeString(f.Original)
	if err != nil {
		return nil, fmt.Errorf("original: %w", err)
	}
	sum := sha256.New()
	switch n, err := io.Copy(sum, f.inflate(packed)); {
	case err != nil:
		return nil, fmt.Errorf("original: %w", err)
	case n != int64(f.InputBytes):
		return nil, fmt.Errorf("original: it has not input_bytes, which is %d", f.InputBytes)
	case hash(sum.Sum(nil)) != *f.InputSHA256:
		return nil, errors.New("input_sha256 is not the hash of the original")
	}
	text := make([]byte, f.InputBytes)
	_, err = io.ReadFull(f.inflate(packed), text)
	return text, err
}

func (f file) inflate(packed []byte) io.Reader {
	return io.LimitReader(flate.NewReader(bytes.NewReader(packed)), int64(f.InputBytes)+1)
}
