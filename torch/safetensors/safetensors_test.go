package safetensors_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/torch/safetensors"
)

func write(t testing.TB, tensors ...safetensors.Tensor) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := safetensors.Write(path, tensors, map[string]string{"format": "pt"}); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	path := write(t, safetensors.FromFloat32s("b", []float32{1, 2, 3, 4, 5, 6}, 2, 3), safetensors.FromFloat32s("a", []float32{-7}))
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	values, shape, err := f.Float32s("b")
	if err != nil || cmp.Diff([]float32{1, 2, 3, 4, 5, 6}, values) != "" || cmp.Diff([]int64{2, 3}, shape) != "" {
		t.Fatalf("got %v %v %v", values, shape, err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, f.Names()); diff != "" {
		t.Fatal(diff)
	}
}

func TestDamagedFilesAreRefusedInOneLine(t *testing.T) {
	whole, err := os.ReadFile(write(t, safetensors.FromFloat32s("a", []float32{1, 2}, 2)))
	if err != nil {
		t.Fatal(err)
	}
	header := func(json string) []byte {
		return append(binary.LittleEndian.AppendUint64(nil, uint64(len(json))), json...)
	}
	cases := map[string]struct {
		raw  []byte
		want string
	}{
		"empty":             {nil, "too short"},
		"cut in the header": {whole[:12], "cut or not safetensors"},
		"cut in the data":   {whole[:len(whole)-1], "the file is cut"},
		"bytes at the end":  {append(append([]byte{}, whole...), 0), "follow the last tensor"},
		"huge header":       {binary.LittleEndian.AppendUint64(nil, 1<<62), "cut or not safetensors"},
		"not JSON":          {header("{"), "header"},
		"negative shape":    {header(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}`), "shape"},
		"overflowing shape": {header(`{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}`), "shape"},
		"unknown type":      {header(`{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,0]}}`), "unknown type"},
		"size disagrees":    {append(header(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`), 0, 0, 0, 0), "needs 8"},
		"overlap":           {append(header(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`), 0, 0, 0), "begins at 1"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := safetensors.Parse(c.raw)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("got %v, want one line with %q", err, c.want)
			}
		})
	}
}

func TestADamagedFileFailsItsChecksum(t *testing.T) {
	path := write(t, safetensors.FromFloat32s("a", []float32{1, 2}, 2))
	dir := filepath.Dir(path)
	if err := safetensors.WriteSums(dir, "model.safetensors"); err != nil {
		t.Fatal(err)
	}
	if err := safetensors.CheckSums(dir); err != nil {
		t.Fatal(err)
	}
	raw, _ := os.ReadFile(path)
	raw[len(raw)-1] ^= 1
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := safetensors.CheckSums(dir); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Fatalf("got %v", err)
	}
}

func TestAFailedWriteLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	err := safetensors.Write(filepath.Join(dir, "x"), []safetensors.Tensor{{Name: "a", DType: "F32", Shape: []int64{3}, Data: []byte{1}}}, nil)
	if err == nil {
		t.Fatal("a tensor of the wrong size was written")
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Fatalf("left %v", left)
	}
}

func FuzzParse(f *testing.F) {
	whole, err := os.ReadFile(write(f, safetensors.FromFloat32s("a", []float32{1, 2}, 2)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:20])
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, err := safetensors.Parse(raw)
		if err != nil {
			return
		}
		for _, name := range file.Names() {
			if _, err := file.Bytes(name); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func ExampleWrite() {
	dir, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.safetensors")
	_ = safetensors.Write(path, []safetensors.Tensor{safetensors.FromFloat32s("bias", []float32{0.5, 1}, 2)}, nil)
	f, _ := safetensors.Open(path)
	defer f.Close()
	fmt.Println(f.Float32s("bias"))
	// Output: [0.5 1] [2] <nil>
}
