package gguf_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/torch/safetensors"
	"github.com/project-sputnik/sputnik/transformer/gguf"
)

func open(t testing.TB, path string) *gguf.File {
	t.Helper()
	f, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestDequantisedValuesAreTheReferencesBits(t *testing.T) {
	f := open(t, "testdata/types.gguf")
	for _, name := range []string{"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"} {
		t.Run(name, func(t *testing.T) {
			got, shape, err := f.Float32s(name)
			if err != nil {
				t.Fatal(err)
			}
			want, _, err := f.Float32s(name + ".expected")
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(shape, []int64{2, 512}) {
				t.Errorf("shape %v", shape)
			}
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("value %d is %v, want %v", i, got[i], want[i])
				}
			}
		})
	}
}

func TestMetadataOfEveryKind(t *testing.T) {
	f := open(t, "testdata/types.gguf")
	text, _ := f.Str("a.text")
	number, _ := f.Uint("a.byte")
	negative, _ := f.Float("a.negative")
	double, _ := f.Float("a.double")
	truth, _ := f.Bool("a.truth")
	if text != "héllo" || number != 200 || negative != -5 || double != 0.1 || !truth {
		t.Error(text, number, negative, double, truth)
	}
	if words, numbers := f.Strings("a.words"), f.Floats("a.numbers"); !slices.Equal(words, []string{"x", "", "yz"}) ||
		!slices.Equal(numbers, []float64{1, 2, -3}) {
		t.Error(words, numbers)
	}
	if _, ok := f.Uint("a.negative"); ok {
		t.Error("a negative number was taken for a size")
	}
	if _, ok := f.Str("a.byte"); ok {
		t.Error("a number was taken for a text")
	}
}

// TestAFileIsTheFolderItWasMadeFrom compares with the safetensors that testdata/make_goldens.py wrote out as GGUF.
func TestAFileIsTheFolderItWasMadeFrom(t *testing.T) {
	for file, folder := range map[string]string{"llama.gguf": "tiny-llama", "gpt2.gguf": "tiny-gpt2"} {
		t.Run(folder, func(t *testing.T) {
			m, err := open(t, filepath.Join("testdata", file)).HuggingFace()
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join("..", "testdata", folder)
			paths, err := filepath.Glob(filepath.Join(dir, "model*.safetensors"))
			if err != nil {
				t.Fatal(err)
			}
			compared := 0
			for _, path := range paths {
				compared += compareWeights(t, m, path)
			}
			if compared != len(m.Names) {
				t.Errorf("%d weights in the folder, %d in the file", compared, len(m.Names))
			}
			compareConfig(t, m, filepath.Join(dir, "config.json"))
		})
	}
}

func compareWeights(t *testing.T, m *gguf.Model, path string) int {
	want, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	for _, name := range want.Names() {
		values, shape, err := want.Float32s(name)
		if err != nil {
			t.Fatal(err)
		}
		got, gotShape, err := m.Float32s(name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, values) || !slices.Equal(gotShape, shape) {
			t.Errorf("%s: %v %v, want %v %v", name, gotShape, got[:3], shape, values[:3])
		}
	}
	return len(want.Names())
}

func compareConfig(t *testing.T, m *gguf.Model, path string) {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var want, got map[string]any
	ours, err := json.Marshal(m.Config)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(ours, &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"model_type", "vocab_size", "hidden_size", "num_attention_heads", "num_key_value_heads",
		"rope_theta", "rms_norm_eps", "tie_word_embeddings", "n_embd", "n_layer", "layer_norm_epsilon", "max_position_embeddings"} {
		if w, ok := want[key]; ok && w != got[key] {
			t.Errorf("%s is %v, want %v", key, got[key], w)
		}
	}
}

func TestATokenizerIsMadeFromTheFile(t *testing.T) {
	f := open(t, "testdata/llama.gguf")
	tok, err := f.Tokenizer()
	if err != nil {
		t.Fatal(err)
	}
	tokens := tok.Encode(nil, []byte("ab<0>"))
	if len(tokens) != 3 || string(tok.Decode([]int32{tokens[0].ID, tokens[2].ID})) != "a<0>" {
		t.Errorf("got %v", tokens)
	}
	if eos, ok := f.Special("eos"); !ok || eos != 100 || f.ChatTemplate() != "{{ messages }}" {
		t.Errorf("eos %d, template %q", eos, f.ChatTemplate())
	}
}

func TestDamagedFilesAreRefusedInOneLine(t *testing.T) {
	whole, err := os.ReadFile("testdata/types.gguf")
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(whole); n += 1 + n/50 {
		if _, err := gguf.Parse(whole[:n]); err == nil || strings.Contains(err.Error(), "\n") {
			t.Fatalf("the first %d bytes: %v", n, err)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 { // nothing here may panic or ask for much memory
		damaged := bytes.Clone(whole)
		for range 1 + r.IntN(4) {
			damaged[r.IntN(4096)] = byte(r.IntN(256))
		}
		if f, err := gguf.Parse(damaged); err == nil {
			for _, name := range f.Names() {
				f.Float32s(name)
			}
			f.HuggingFace()
			f.Tokenizer()
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, path := range []string{"testdata/types.gguf", "testdata/llama.gguf"} {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw[:min(len(raw), 8192)])
	}
	f.Fuzz(func(_ *testing.T, raw []byte) {
		if file, err := gguf.Parse(raw); err == nil {
			for _, name := range file.Names() {
				file.Float32s(name)
			}
			file.HuggingFace()
			file.Tokenizer()
		}
	})
}

func TestAHeaderThatClaimsTooMuchIsRefused(t *testing.T) {
	claim := append([]byte("GGUF\x03\x00\x00\x00"), bytes.Repeat([]byte{0xFF}, 16)...)
	if _, err := gguf.Parse(claim); err == nil {
		t.Error("taken")
	}
}
