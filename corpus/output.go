package corpus

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// The sequences to train, select and report on, by the seed system's names.
const (
	TrainFile = "processed_data.json"
	ValFile   = "val_data.json"
	TestFile  = "test_data.json"
)

var (
	splits     = [...]string{"train", "val", "test"}
	splitFiles = [...]string{TrainFile, ValFile, TestFile}
)

// part is one split on its way: its sequences as JSON, and the ids and lengths of its open shard.
type part struct {
	dir, split, file   string
	vocab              int
	json, ids, lengths *tail
	state              partState
}

// partState is how far a part has come: with the files cut to these lengths it can be gone on from.
type partState struct {
	JSON      int64 `json:"json"`
	IDs       int64 `json:"ids"`
	Lengths   int64 `json:"lengths"`
	Shards    int   `json:"shards"` // closed ones
	Sequences int   `json:"sequences"`
	Tokens    int   `json:"tokens"`
}

// openPart opens the files of a split at the lengths of a state; what is beyond them is forgotten.
func openPart(dir string, split, vocab int, state partState) (*part, error) {
	p := &part{dir: dir, split: splits[split], file: splitFiles[split], vocab: vocab, state: state}
	var errs [3]error
	p.json, errs[0] = openTail(filepath.Join(dir, p.file), state.JSON)
	p.ids, errs[1] = openTail(filepath.Join(dir, p.split+".ids"), state.IDs)
	p.lengths, errs[2] = openTail(filepath.Join(dir, p.split+".lengths"), state.Lengths)
	return p, errors.Join(errs[:]...)
}

// row is a sequence as it stands in the JSON files.
type row struct {
	Document
	Length int `json:"length"` // in tokens
}

func (p *part) add(doc Document, s sequence) error {
	separator := ",\n"
	if p.state.Sequences == 0 {
		separator = "[\n"
	}
	var line bytes.Buffer
	line.WriteString(separator)
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(row{doc, len(s.ids)}); err != nil {
		return err
	}
	line.Truncate(line.Len() - 1) // the line end comes with what follows
	p.state.Sequences++
	p.state.Tokens += len(s.ids)
	err := p.json.write(line.Bytes())
	if err == nil {
		err = p.ids.write(appendIDs(nil, s.ids, idWidth(p.vocab)))
	}
	if err == nil {
		err = p.lengths.write(binary.LittleEndian.AppendUint32(nil, uint32(len(s.ids))))
	}
	return err
}

// sync brings everything to disk and returns the state that it is in.
func (p *part) sync() (partState, error) {
	err := errors.Join(p.json.sync(), p.ids.sync(), p.lengths.sync())
	p.state.JSON, p.state.IDs, p.state.Lengths = p.json.size, p.ids.size, p.lengths.size
	return p.state, err
}

// full says whether the open shard has reached a size in bytes.
func (p *part) full(bytes int64) bool { return p.ids.size >= bytes }

// closeShard makes a shard of the open one. The state returned begins the next; the open files must be kept until it
// has been stored.
func (p *part) closeShard() (partState, error) {
	state, err := p.sync()
	if err != nil || p.lengths.size == 0 {
		return state, err
	}
	if err := writeShard(filepath.Join(p.dir, p.shard(state.Shards)), p.ids.path(), p.lengths.path(), p.vocab); err != nil {
		return state, err
	}
	state.Shards++
	state.IDs, state.Lengths = 0, 0
	return state, nil
}

func (p *part) shard(n int) string { return fmt.Sprintf("%s-%05d.tokens", p.split, n) }

// restart forgets the ids of a shard that was closed.
func (p *part) restart(state partState) error {
	p.state = state
	return errors.Join(p.ids.cut(state.IDs), p.lengths.cut(state.Lengths))
}

// finish ends the JSON and names the files that are to appear.
func (p *part) finish() ([]string, error) {
	end := "\n]\n"
	if p.state.Sequences == 0 {
		end = "[\n]\n"
	}
	err := p.json.write([]byte(end))
	if err == nil {
		err = p.json.sync()
	}
	files := []string{p.file}
	for n := range p.state.Shards {
		files = append(files, p.shard(n))
	}
	return files, errors.Join(err, p.close())
}

func (p *part) close() error {
	var err error
	for _, t := range []*tail{p.json, p.ids, p.lengths} {
		if t != nil {
			err = errors.Join(err, t.file.Close())
		}
	}
	return err
}

// tail is a file that grows at its end.
type tail struct {
	file *os.File
	w    *bufio.Writer
	size int64 // with what is still in the buffer
}

func openTail(path string, size int64) (*tail, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	t := &tail{file: f, w: bufio.NewWriterSize(f, 1<<16)}
	if info, err := f.Stat(); err != nil || info.Size() < size {
		return nil, errors.Join(fmt.Errorf("%s is shorter than its checkpoint says", path), f.Close())
	}
	return t, t.cut(size)
}

func (t *tail) path() string { return t.file.Name() }

func (t *tail) write(b []byte) error {
	n, err := t.w.Write(b)
	t.size += int64(n)
	return err
}

func (t *tail) sync() error {
	if err := t.w.Flush(); err != nil {
		return err
	}
	return t.file.Sync()
}

// cut shortens the file to size and goes on there. Nothing may be in the buffer.
func (t *tail) cut(size int64) error {
	if err := t.file.Truncate(size); err != nil {
		return err
	}
	_, err := t.file.Seek(size, io.SeekStart)
	t.size = size
	return err
}
