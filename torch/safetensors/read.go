package safetensors

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"sort"

	"github.com/edsrzf/mmap-go"
)

// maxHeader bounds the JSON header, as the reference implementation does.
const maxHeader = 100 << 20

// Info describes one tensor of a file.
type Info struct {
	DType   string   `json:"dtype"`
	Shape   []int64  `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"` // half-open, from the end of the header
}

// File is an open safetensors file; its bytes are valid until Close.
type File struct {
	path     string
	mapped   mmap.MMap
	data     []byte
	infos    map[string]Info
	metadata map[string]string
}

// Open maps path and checks its header.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	stat, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if stat.Size() < 8 {
		return nil, fmt.Errorf("safetensors %s: %d bytes, too short for a header", path, stat.Size())
	}
	mapped, err := mmap.Map(file, mmap.RDONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", path, err)
	}
	f, err := Parse(mapped)
	if err != nil {
		_ = mapped.Unmap() // the first error is what counts
		return nil, fmt.Errorf("safetensors %s: %w", path, err)
	}
	f.path, f.mapped = path, mapped
	return f, nil
}

// Parse reads a file that is already in memory; it keeps raw.
func Parse(raw []byte) (*File, error) {
	if len(raw) < 8 {
		return nil, fmt.Errorf("%d bytes, too short for a header", len(raw))
	}
	size := binary.LittleEndian.Uint64(raw)
	if size > maxHeader || size > uint64(len(raw)-8) {
		return nil, fmt.Errorf("header of %d bytes in a file of %d; it is cut or not safetensors", size, len(raw))
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(raw[8:8+size], &entries); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	f := &File{data: raw[8+size:], infos: make(map[string]Info, len(entries))}
	for name, entry := range entries {
		if name == "__metadata__" {
			if err := json.Unmarshal(entry, &f.metadata); err != nil {
				return nil, fmt.Errorf("metadata: %w", err)
			}
			continue
		}
		var info Info
		if err := json.Unmarshal(entry, &info); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		f.infos[name] = info
	}
	return f, f.check()
}

// check holds every tensor's span against its shape, the file's end and its neighbours.
func (f *File) check() error {
	names := f.Names()
	sort.Slice(names, func(i, j int) bool {
		a, b := f.infos[names[i]].Offsets, f.infos[names[j]].Offsets
		return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
	})
	end := int64(0)
	for _, name := range names {
		info := f.infos[name]
		want, err := info.size()
		if err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		switch from, to := info.Offsets[0], info.Offsets[1]; {
		case from != end:
			return fmt.Errorf("tensor %q begins at %d, not at %d where the one before it ends", name, from, end)
		case to < from || to-from != want:
			return fmt.Errorf("tensor %q holds %d bytes, its shape %v of %s needs %d", name, to-from, info.Shape, info.DType, want)
		case to > int64(len(f.data)):
			return fmt.Errorf("tensor %q ends at %d of %d bytes; the file is cut", name, to, len(f.data))
		default:
			end = to
		}
	}
	if end != int64(len(f.data)) {
		return fmt.Errorf("%d bytes follow the last tensor", int64(len(f.data))-end)
	}
	return nil
}

func (i Info) size() (int64, error) {
	size, ok := widths[i.DType]
	if !ok {
		return 0, fmt.Errorf("unknown type %q", i.DType)
	}
	for _, dim := range i.Shape {
		if dim < 0 || dim > 0 && size > math.MaxInt64/dim {
			return 0, fmt.Errorf("shape %v", i.Shape)
		}
		size *= dim
	}
	return size, nil
}

// Names lists the tensors, sorted.
func (f *File) Names() []string {
	names := make([]string, 0, len(f.infos))
	for name := range f.infos {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Info describes the tensor called name.
func (f *File) Info(name string) (Info, bool) {
	info, ok := f.infos[name]
	return info, ok
}

// Bytes returns the tensor's bytes, little-endian; they are the file's own: do not write to them.
func (f *File) Bytes(name string) ([]byte, error) {
	info, ok := f.infos[name]
	if !ok {
		return nil, fmt.Errorf("safetensors %s: no tensor %q", f.path, name)
	}
	return f.data[info.Offsets[0]:info.Offsets[1]], nil
}

// Float32s returns a copy of a tensor of type F32 and its shape.
func (f *File) Float32s(name string) ([]float32, []int64, error) {
	raw, err := f.Bytes(name)
	if err != nil {
		return nil, nil, err
	}
	info := f.infos[name]
	if info.DType != "F32" {
		return nil, nil, fmt.Errorf("safetensors %s: tensor %q is %s, want F32", f.path, name, info.DType)
	}
	values := make([]float32, len(raw)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return values, info.Shape, nil
}

// Metadata returns the header's own strings; it may be nil.
func (f *File) Metadata() map[string]string { return f.metadata }

// Close unmaps the file.
func (f *File) Close() error {
	if f.mapped == nil {
		return nil
	}
	err := f.mapped.Unmap()
	f.mapped, f.data = nil, nil
	return err
}
