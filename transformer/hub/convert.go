package hub

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/torch/safetensors"
	"github.com/project-sputnik/sputnik/transformer/gguf"
)

// Convert writes a GGUF file as a Hugging Face folder: config.json, model.safetensors (F32), tokenizer.json and
// tokenizer_config.json. The folder must not exist; it appears when it is whole.
func Convert(ctx context.Context, path, to string, progress Progress) error {
	return NewFolder(to, func(dir string) error {
		f, err := gguf.Open(path)
		if err != nil {
			return wrong("convert: %w", err)
		}
		defer f.Close()
		if err := writeFolder(ctx, f, dir, progress); err != nil {
			return fmt.Errorf("convert %s: %w", path, err)
		}
		return nil
	})
}

// NewFolder has a model's folder written, which must not exist and appears when it is whole.
func NewFolder(to string, write func(dir string) error) error {
	if _, err := os.Stat(to); err == nil {
		return wrong("%s exists already", to)
	}
	parent := filepath.Dir(filepath.Clean(to))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(parent, ".model-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := write(dir); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	return os.Rename(dir, to)
}

func writeFolder(ctx context.Context, f *gguf.File, dir string, progress Progress) error {
	m, err := f.HuggingFace()
	if err != nil {
		return err
	}
	v, err := f.Vocabulary()
	if err != nil {
		return err
	}
	tokenizer, err := v.JSON()
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, "tokenizer.json"), tokenizer); err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(dir, "config.json"), m.Config); err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(dir, "tokenizer_config.json"), tokenizerConfig(f, v.Pieces)); err != nil {
		return err
	}
	return writeWeights(ctx, m, filepath.Join(dir, "model.safetensors"), progress)
}

func tokenizerConfig(f *gguf.File, pieces []string) map[string]any {
	c := map[string]any{"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": false}
	if template := f.ChatTemplate(); template != "" {
		c["chat_template"] = template
	}
	for role, key := range map[string]string{"bos": "bos_token", "eos": "eos_token", "unknown": "unk_token", "padding": "pad_token"} {
		if id, ok := f.Special(role); ok && int(id) < len(pieces) {
			c[key] = pieces[id]
		}
	}
	return c
}

// writeWeights writes one weight after the other, so that the memory it takes is that of the largest.
func writeWeights(ctx context.Context, m *gguf.Model, path string, progress Progress) error {
	header, total, err := weightsHeader(m)
	if err != nil {
		return err
	}
	return safetensors.Atomically(path, func(w io.Writer) error {
		if _, err := w.Write(header); err != nil {
			return err
		}
		done := int64(0)
		for _, name := range m.Names {
			if err := ctx.Err(); err != nil {
				return err
			}
			values, _, err := m.Float32s(name)
			if err != nil {
				return err
			}
			if err := writeFloats(w, values); err != nil {
				return err
			}
			if done += 4 * int64(len(values)); progress != nil {
				progress("model.safetensors", done, total)
			}
		}
		return nil
	})
}

// weightsHeader lays the weights out in the order of the file.
func weightsHeader(m *gguf.Model) ([]byte, int64, error) {
	entries := map[string]any{"__metadata__": map[string]string{"format": "pt"}}
	at := int64(0)
	for _, name := range m.Names {
		shape, err := m.Shape(name)
		if err != nil {
			return nil, 0, err
		}
		size := int64(4)
		for _, n := range shape {
			size *= n
		}
		entries[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int64{at, at + size}}
		at += size
	}
	raw, err := json.Marshal(entries)
	if err != nil {
		return nil, 0, err
	}
	for len(raw)%8 != 0 {
		raw = append(raw, ' ')
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(raw))), raw...), at, nil
}

func writeFloats(w io.Writer, values []float32) error {
	buf := make([]byte, 0, 1<<16)
	for len(values) > 0 {
		n := min(len(values), cap(buf)/4)
		buf = buf[:0]
		for _, v := range values[:n] {
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

func writeJSON(path string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(path, append(raw, '\n'))
}

func writeFile(path string, data []byte) error {
	return safetensors.Atomically(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
