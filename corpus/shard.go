package corpus

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// A shard holds sequences of token ids, little-endian:
//
//	0   "SPUTNIK" and the version, 1
//	8   uint32 width of an id in bytes (2 or 4), uint32 size of the vocabulary
//	16  uint64 sequences n, uint64 tokens t
//	32  t ids
//	    n + 1 uint64: where each sequence begins, in tokens, and where the last ends
//	    SHA-256 of everything before
const (
	shardMagic  = "SPUTNIK\x01"
	shardHeader = 32
)

// Shard reads a file of token ids. It is safe for concurrent use.
type Shard struct {
	file   *os.File
	width  int
	vocab  int
	starts []uint64
}

// OpenShard opens a shard and checks that it is whole, by its checksum.
func OpenShard(path string) (*Shard, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open shard: %w", err)
	}
	s := &Shard{file: f}
	if err := s.check(); err != nil {
		return nil, errors.Join(fmt.Errorf("shard %s: %w", path, err), f.Close())
	}
	return s, nil
}

// Close closes the file.
func (s *Shard) Close() error { return s.file.Close() }

// Len is the number of sequences.
func (s *Shard) Len() int { return len(s.starts) - 1 }

// VocabSize is that of the tokenizer that made the ids.
func (s *Shard) VocabSize() int { return s.vocab }

// Sequence appends the ids of the i-th sequence to dst.
func (s *Shard) Sequence(dst []int32, i int) ([]int32, error) {
	n := int(s.starts[i+1] - s.starts[i])
	raw := make([]byte, n*s.width)
	if _, err := s.file.ReadAt(raw, shardHeader+int64(s.starts[i])*int64(s.width)); err != nil {
		return dst, fmt.Errorf("sequence %d of %s: %w", i, s.file.Name(), err)
	}
	for k := range n {
		if s.width == 2 {
			dst = append(dst, int32(binary.LittleEndian.Uint16(raw[2*k:])))
		} else {
			dst = append(dst, int32(binary.LittleEndian.Uint32(raw[4*k:])))
		}
	}
	return dst, nil
}

func (s *Shard) check() error {
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	header := make([]byte, shardHeader)
	if _, err := io.ReadFull(s.file, header); err != nil || string(header[:8]) != shardMagic {
		return errors.New("it does not begin as a shard does")
	}
	s.width, s.vocab = int(binary.LittleEndian.Uint32(header[8:])), int(binary.LittleEndian.Uint32(header[12:]))
	n, t := binary.LittleEndian.Uint64(header[16:]), binary.LittleEndian.Uint64(header[24:])
	if s.width != 2 && s.width != 4 || n > 1<<40 || t > 1<<48 ||
		info.Size() != shardHeader+int64(t)*int64(s.width)+8*int64(n+1)+sha256.Size {
		return fmt.Errorf("%d bytes are not what its header promises: it is truncated or damaged", info.Size())
	}
	if err := s.checkSum(info.Size()); err != nil {
		return err
	}
	index := make([]byte, 8*(n+1))
	if _, err := s.file.ReadAt(index, shardHeader+int64(t)*int64(s.width)); err != nil {
		return err
	}
	for i := range n + 1 {
		start := binary.LittleEndian.Uint64(index[8*i:])
		if start > t || i > 0 && start < s.starts[i-1] {
			return errors.New("its index is out of order")
		}
		s.starts = append(s.starts, start)
	}
	return nil
}

func (s *Shard) checkSum(size int64) error {
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(s.file, 0, size-sha256.Size)); err != nil {
		return err
	}
	sum := make([]byte, sha256.Size)
	if _, err := s.file.ReadAt(sum, size-sha256.Size); err != nil {
		return err
	}
	if !bytes.Equal(sum, h.Sum(nil)) {
		return errors.New("its checksum is another: it is damaged")
	}
	return nil
}

// idWidth is the bytes that an id of a vocabulary takes.
func idWidth(vocab int) int {
	if vocab <= 1<<16 {
		return 2
	}
	return 4
}

func appendIDs(dst []byte, ids []int32, width int) []byte {
	for _, id := range ids {
		if width == 2 {
			dst = binary.LittleEndian.AppendUint16(dst, uint16(id))
		} else {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(id))
		}
	}
	return dst
}

// writeShard makes a shard of the ids in one file and the sequences' lengths (uint32) in another, whole or not at all.
func writeShard(path, ids, lengths string, vocab int) error {
	out, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name()) // gone already when all went well
	h := sha256.New()
	w := bufio.NewWriter(io.MultiWriter(out, h))
	err = fillShard(w, ids, lengths, vocab)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		_, err = out.Write(h.Sum(nil))
	}
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	return os.Rename(out.Name(), path)
}

func fillShard(w *bufio.Writer, ids, lengths string, vocab int) error {
	counts, err := os.ReadFile(lengths)
	if err != nil {
		return err
	}
	total := uint64(0)
	starts := binary.LittleEndian.AppendUint64(nil, 0)
	for i := 0; i+4 <= len(counts); i += 4 {
		total += uint64(binary.LittleEndian.Uint32(counts[i:]))
		starts = binary.LittleEndian.AppendUint64(starts, total)
	}
	header := []byte(shardMagic)
	header = binary.LittleEndian.AppendUint32(header, uint32(idWidth(vocab)))
	header = binary.LittleEndian.AppendUint32(header, uint32(vocab))
	header = binary.LittleEndian.AppendUint64(header, uint64(len(counts)/4))
	header = binary.LittleEndian.AppendUint64(header, total)
	if _, err := w.Write(header); err != nil {
		return err
	}
	f, err := os.Open(ids)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(w, f); err != nil {
		return err
	}
	_, err = w.Write(starts)
	return err
}
