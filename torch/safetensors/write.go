package safetensors

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// widths is the number of bytes of one element.
var widths = map[string]int64{
	"BOOL": 1, "U8": 1, "I8": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
	"U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8,
}

// Tensor is one tensor to be written: little-endian bytes of the type and shape named.
type Tensor struct {
	Name  string
	DType string
	Shape []int64
	Data  []byte
}

// FromFloat32s makes a tensor of type F32.
func FromFloat32s(name string, values []float32, shape ...int64) Tensor {
	data := make([]byte, 4*len(values))
	for i, v := range values {
		binary.LittleEndian.PutUint32(data[4*i:], math.Float32bits(v))
	}
	return Tensor{Name: name, DType: "F32", Shape: shape, Data: data}
}

// Write writes the tensors, ordered by name, to path: under a temporary name first, renamed when whole and synced.
func Write(path string, tensors []Tensor, metadata map[string]string) error {
	header, ordered, err := header(tensors, metadata)
	if err != nil {
		return fmt.Errorf("safetensors %s: %w", path, err)
	}
	return Atomically(path, func(w io.Writer) error {
		if _, err := w.Write(header); err != nil {
			return err
		}
		for _, t := range ordered {
			if _, err := w.Write(t.Data); err != nil {
				return err
			}
		}
		return nil
	})
}

func header(tensors []Tensor, metadata map[string]string) ([]byte, []Tensor, error) {
	ordered := append([]Tensor(nil), tensors...)
	sort.Slice(ordered, func(i, j int) bool { return ordered[i].Name < ordered[j].Name })
	entries := make(map[string]any, len(tensors)+1)
	if len(metadata) > 0 {
		entries["__metadata__"] = metadata
	}
	offset := int64(0)
	for _, t := range ordered {
		shape := append([]int64{}, t.Shape...) // never null in JSON
		info := Info{DType: t.DType, Shape: shape, Offsets: [2]int64{offset, offset + int64(len(t.Data))}}
		want, err := info.size()
		if err != nil || want != int64(len(t.Data)) {
			return nil, nil, fmt.Errorf("tensor %q: %d bytes for shape %v of %s", t.Name, len(t.Data), t.Shape, t.DType)
		}
		if _, twice := entries[t.Name]; twice {
			return nil, nil, fmt.Errorf("tensor %q stands twice", t.Name)
		}
		entries[t.Name] = info
		offset = info.Offsets[1]
	}
	encoded, err := json.Marshal(entries) // maps are written in key order: same tensors, same bytes
	if err != nil {
		return nil, nil, err
	}
	encoded = append(encoded, bytes.Repeat([]byte{' '}, (8-len(encoded)%8)%8)...)
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(encoded))), encoded...), ordered, nil
}

// WriteJSON writes a value to path in JSON that people can read, such as the config.json beside a model, atomically.
func WriteJSON(path string, value any) error {
	return Atomically(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(value)
	})
}

// Atomically gives path what write produces, or leaves it as it was. When it returns, a crash of the system cannot undo it.
func Atomically(path string, write func(io.Writer) error) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			temp.Close()
			os.Remove(temp.Name())
		}
	}()
	buffered := bufio.NewWriterSize(temp, 1<<20)
	if err = write(buffered); err != nil {
		return err
	}
	if err = buffered.Flush(); err != nil {
		return err
	}
	if err = temp.Chmod(0o644); err != nil {
		return err
	}
	if err = temp.Sync(); err != nil {
		return err
	}
	if err = temp.Close(); err != nil {
		return err
	}
	if err = os.Rename(temp.Name(), path); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// SyncFolder writes a folder's list of names to disk: a file that is synced may still have lost its name in a crash.
func SyncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// SumsFile is the name of a folder's checksum file, in the form that sha256sum reads.
const SumsFile = "SHA256SUMS"

// WriteSums writes the checksums of the named files of dir.
func WriteSums(dir string, names ...string) error {
	return Atomically(filepath.Join(dir, SumsFile), func(w io.Writer) error {
		for _, name := range names {
			sum, err := sum(filepath.Join(dir, name))
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "%s  %s\n", sum, name); err != nil {
				return err
			}
		}
		return nil
	})
}

// CheckSums holds the files of dir against its checksum file; a folder without one is an error.
func CheckSums(dir string) error {
	listed, err := os.ReadFile(filepath.Join(dir, SumsFile))
	if err != nil {
		return err
	}
	for _, line := range strings.Split(strings.TrimSpace(string(listed)), "\n") {
		want, name, ok := strings.Cut(line, "  ")
		if !ok || !filepath.IsLocal(name) {
			return fmt.Errorf("%s in %s: bad line %q", SumsFile, dir, line)
		}
		got, err := sum(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("%s does not have the checksum in %s; it is damaged", filepath.Join(dir, name), SumsFile)
		}
	}
	return nil
}

func sum(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
