package gguf

import (
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"slices"

	"github.com/edsrzf/mmap-go"
)

// File is an open GGUF file.
type File struct {
	path     string
	mapped   mmap.MMap
	metadata map[string]value
	order    []string // of the tensors
	tensors  map[string]Info
	data     []byte
}

// Open maps a file and checks its header.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if info.Size() == 0 || info.IsDir() {
		return nil, fmt.Errorf("%s: not a GGUF file", path)
	}
	mapped, err := mmap.Map(f, mmap.RDONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", path, err)
	}
	file, err := Parse(mapped)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, errors.Join(err, mapped.Unmap()))
	}
	file.path, file.mapped = path, mapped
	return file, nil
}

// Close unmaps the file.
func (f *File) Close() error {
	if f.mapped == nil {
		return nil
	}
	return f.mapped.Unmap()
}

// The limits are far above any real file, and keep a made-up header from asking for memory.
const (
	maxTensors  = 1 << 20
	maxMetadata = 1 << 16
	maxDims     = 4
)

// Parse reads a file that is in memory.
func Parse(raw []byte) (*File, error) {
	r := &reader{raw: raw}
	if magic := r.take(4); string(magic) != "GGUF" {
		return nil, errors.New("not a GGUF file")
	}
	if version := r.uint32(); version != 2 && version != 3 {
		return nil, fmt.Errorf("GGUF version %d; 2 and 3 can be read", version)
	}
	tensors, pairs := r.uint64(), r.uint64()
	if r.err != nil {
		return nil, r.err
	}
	if tensors > maxTensors || pairs > maxMetadata {
		return nil, fmt.Errorf("the header claims %d tensors and %d entries", tensors, pairs)
	}
	f := &File{metadata: map[string]value{}, tensors: map[string]Info{}}
	for range pairs {
		if err := f.readEntry(r); err != nil {
			return nil, err
		}
	}
	for range tensors {
		if err := f.readInfo(r); err != nil {
			return nil, err
		}
	}
	return f, f.findData(r)
}

func (f *File) readEntry(r *reader) error {
	key := r.string()
	v := r.value(Kind(r.uint32()))
	if r.err != nil {
		return fmt.Errorf("metadata %q: %w", clip(key), r.err)
	}
	f.metadata[key] = v
	return nil
}

func (f *File) readInfo(r *reader) error {
	info := Info{Name: r.string()}
	dims := r.uint32()
	if r.err == nil && (dims == 0 || dims > maxDims) {
		return fmt.Errorf("tensor %q has %d dimensions", clip(info.Name), dims)
	}
	for range dims {
		info.Shape = append(info.Shape, int64(r.uint64()))
	}
	info.Type, info.offset = Type(r.uint32()), r.uint64()
	if r.err != nil {
		return fmt.Errorf("tensor %q: %w", clip(info.Name), r.err)
	}
	if _, twice := f.tensors[info.Name]; twice {
		return fmt.Errorf("tensor %q is there twice", clip(info.Name))
	}
	slices.Reverse(info.Shape) // the file has the fastest first
	if err := info.measure(); err != nil {
		return fmt.Errorf("tensor %q: %w", clip(info.Name), err)
	}
	f.order = append(f.order, info.Name)
	f.tensors[info.Name] = info
	return nil
}

// measure works out the bytes of a tensor. A type that cannot be read is let through until its values are asked for.
func (i *Info) measure() error {
	count := uint64(1)
	for _, d := range i.Shape {
		high, low := bits.Mul64(count, uint64(d))
		if d <= 0 || high > 0 || low > 1<<48 {
			return fmt.Errorf("shape %v", i.Shape)
		}
		count = low
	}
	l, ok := layouts[i.Type]
	if !ok {
		return nil
	}
	if row := uint64(i.Shape[len(i.Shape)-1]); row%uint64(l.values) != 0 {
		return fmt.Errorf("rows of %d values are not whole blocks of %s", row, i.Type)
	}
	i.bytes = count / uint64(l.values) * uint64(l.bytes)
	return nil
}

// findData finds where the values begin and checks that every tensor lies within them.
func (f *File) findData(r *reader) error {
	align := uint64(32)
	if v, ok := f.Uint("general.alignment"); ok {
		if v == 0 || v > 1<<20 {
			return fmt.Errorf("general.alignment is %d", v)
		}
		align = v
	}
	start := (uint64(r.pos) + align - 1) / align * align
	if len(f.order) > 0 && start > uint64(len(r.raw)) {
		return io.ErrUnexpectedEOF
	}
	f.data = r.raw[min(start, uint64(len(r.raw))):]
	for _, name := range f.order {
		i := f.tensors[name]
		if i.offset > uint64(len(f.data)) || i.bytes > uint64(len(f.data))-i.offset {
			return fmt.Errorf("tensor %q ends at byte %d of %d: the file is cut short", clip(name), i.offset+i.bytes, len(f.data))
		}
	}
	return nil
}

// Names lists the tensors in the order of the file.
func (f *File) Names() []string { return slices.Clone(f.order) }

// Info returns what is known of a tensor.
func (f *File) Info(name string) (Info, bool) {
	i, ok := f.tensors[name]
	return i, ok
}

// Float32s returns the values of a tensor, dequantised, and its shape.
func (f *File) Float32s(name string) ([]float32, []int64, error) {
	i, ok := f.tensors[name]
	if !ok {
		return nil, nil, fmt.Errorf("no tensor %q", name)
	}
	l, ok := layouts[i.Type]
	if !ok {
		return nil, nil, fmt.Errorf("tensor %q is %s, which cannot be read", name, i.Type)
	}
	raw := f.data[i.offset : i.offset+i.bytes]
	out := make([]float32, i.Count())
	if l.values == 1 {
		l.decode(out, raw)
		return out, i.Shape, nil
	}
	for b := 0; b*l.bytes < len(raw); b++ {
		l.decode(out[b*l.values:(b+1)*l.values], raw[b*l.bytes:(b+1)*l.bytes])
	}
	return out, i.Shape, nil
}

func clip(s string) string { return s[:min(len(s), 100)] }
