//go:build cgo

package transformer_test

import (
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/safetensors"
	"github.com/project-sputnik/sputnik/torch/torchtest"
	"github.com/project-sputnik/sputnik/transformer"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

func TestMain(m *testing.M) { torchtest.Main(m) }

// tolerance is relative to the largest logit of a position. Sums are taken in another order than the reference's.
const tolerance = 1e-4

// batch is a fixture of make_fixtures.py: texts padded on the left, and the logits the reference gives them.
type batch struct {
	rows, length, vocabulary int
	ids, mask                []int64
	logits                   []float32 // [rows, length, vocabulary]
}

func readBatch(t *testing.T, dir string) batch {
	f, err := safetensors.Open(filepath.Join(dir, "fixture.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	logits, shape, err := f.Float32s("logits")
	if err != nil {
		t.Fatal(err)
	}
	return batch{int(shape[0]), int(shape[1]), int(shape[2]), int64s(t, f, "ids"), int64s(t, f, "mask"), logits}
}

func int64s(t *testing.T, f *safetensors.File, name string) []int64 {
	raw, err := f.Bytes(name)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]int64, len(raw)/8)
	for i := range out {
		out[i] = int64(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return out
}

// pad is how many ids of padding a row begins with.
func (b batch) pad(row int) int {
	return slices.Index(b.mask[row*b.length:(row+1)*b.length], 1)
}

func (b batch) at(row, column int) []float32 {
	i := (row*b.length + column) * b.vocabulary
	return b.logits[i : i+b.vocabulary]
}

func load(t *testing.T, path string) *transformer.Model {
	t.Helper()
	m, err := transformer.Load(path, transformer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// difference is the largest relative difference of got from want.
func difference(got, want []float32) float64 {
	worst, scale := 0.0, 0.0
	for i := range want {
		worst = max(worst, math.Abs(float64(got[i]-want[i])))
		scale = max(scale, math.Abs(float64(want[i])))
	}
	if math.IsNaN(worst) {
		return math.Inf(1)
	}
	return worst / scale
}

// The fixtures in every form that weights come in.
var fixtures = map[string]string{
	"testdata/tiny-gpt2": "testdata/tiny-gpt2", "testdata/tiny-gpt2-bin": "testdata/tiny-gpt2-bin",
	"testdata/tiny-llama": "testdata/tiny-llama", "testdata/tiny-llama-tied": "testdata/tiny-llama-tied",
	"gguf/testdata/llama.gguf": "testdata/tiny-llama", "gguf/testdata/gpt2.gguf": "testdata/tiny-gpt2",
}

func TestBatchesPaddedOnTheLeftHaveTheReferencesLogits(t *testing.T) {
	for path, dir := range fixtures {
		t.Run(path, func(t *testing.T) {
			m, b := load(t, path), readBatch(t, dir)
			pads := make([]int64, b.rows)
			for row := range pads {
				pads[row] = int64(b.pad(row))
			}
			got := fused(t, m, b.ids, pads, b.rows, b.length)
			for row := range b.rows {
				for column := b.pad(row); column < b.length; column++ {
					i := (row*b.length + column) * b.vocabulary
					if d := difference(got[i:i+b.vocabulary], b.at(row, column)); d > tolerance {
						t.Fatalf("row %d, position %d: off by %.2g", row, column, d)
					}
				}
			}
		})
	}
}

// fused runs one forward and returns the logits [rows, length, vocabulary].
func fused(t *testing.T, m *transformer.Model, ids, pads []int64, rows, length int) (logits []float32) {
	err := torch.NoGrad(func(s *torch.Scope) error {
		in := torch.From(s, ids, int64(rows), int64(length))
		logits = torch.Values[float32](s, m.Logits(s, m.Hidden(s, in, torch.From(s, pads, int64(rows)), nil)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return logits
}

func TestTheGraphHasTheReferencesLogits(t *testing.T) {
	for path, dir := range fixtures {
		t.Run(path, func(t *testing.T) {
			m, b := load(t, path), readBatch(t, dir)
			for row := range b.rows {
				pad := b.pad(row)
				ids := b.ids[row*b.length+pad : (row+1)*b.length]
				err := torch.Do(func(s *torch.Scope) error {
					hidden := m.Graph(s, transformer.Context{IDs: torch.From(s, ids, 1, int64(len(ids)))})
					got := torch.Values[float32](s, m.Logits(s, hidden))
					for i := range ids {
						if d := difference(got[i*b.vocabulary:(i+1)*b.vocabulary], b.at(row, pad+i)); d > tolerance {
							t.Fatalf("row %d, position %d: off by %.2g", row, i, d)
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// reference is smollm2.json.gz.
type reference struct {
	Texts []struct {
		Name, Text string
		IDs        []int32
		Rows       []struct {
			Position int
			IDs      []int32
			Logits   []float32
		}
	}
	Answers []struct {
		Question, Prompt string
		IDs, Answer      []int32
	}
}

// smollm2 returns the model that was pulled and what the reference says of it, or skips.
func smollm2(t *testing.T) (*transformer.Model, token.Tokenizer, reference) {
	dir, err := hub.Find("smollm2-135m")
	if err != nil {
		t.Skip(err)
	}
	f, err := os.Open("testdata/smollm2.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var want reference
	if err := json.NewDecoder(zip).Decode(&want); err != nil {
		t.Fatal(err)
	}
	tok, err := transformer.Tokenizer(dir)
	if err != nil {
		t.Fatal(err)
	}
	return load(t, dir), tok, want
}

func TestSmolLM2HasTheReferencesLogitsOnRealTexts(t *testing.T) {
	m, tok, want := smollm2(t)
	worst := 0.0
	for _, text := range want.Texts {
		if got := token.IDs(nil, tok.Encode(nil, []byte(text.Text))); !slices.Equal(got, text.IDs) {
			t.Fatalf("%s: tokens differ", text.Name)
		}
		ids := make([]int64, len(text.IDs))
		for i, id := range text.IDs {
			ids[i] = int64(id)
		}
		err := torch.NoGrad(func(s *torch.Scope) error {
			hidden := m.Hidden(s, torch.From(s, ids, 1, int64(len(ids))), torch.Tensor{}, nil)
			for _, row := range text.Rows {
				logits := torch.Values[float32](s, m.Logits(s, s.Narrow(hidden, 1, int64(row.Position), 1)))
				got := make([]float32, len(row.IDs))
				for i, id := range row.IDs {
					got[i] = logits[id]
				}
				worst = max(worst, difference(got, row.Logits))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if t.Logf("%d texts, off by %.2g at most", len(want.Texts), worst); worst > tolerance {
		t.Error("that is too much")
	}
}

func TestSmolLM2AnswersAsTheReference(t *testing.T) {
	m, tok, want := smollm2(t)
	end, _ := tok.ID("<|im_end|>")
	prompts := make([][]int32, len(want.Answers))
	for i, a := range want.Answers {
		if prompts[i] = token.IDs(nil, tok.Encode(nil, []byte(a.Prompt))); !slices.Equal(prompts[i], a.IDs) {
			t.Fatalf("%s: tokens differ", a.Question)
		}
	}
	got, err := m.Greedy(context.Background(), prompts, 32, func(id int32) bool { return id == end })
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range want.Answers {
		answer := a.Answer
		if n := len(answer); answer[n-1] == end {
			answer = answer[:n-1]
		}
		if !slices.Equal(got[i], answer) {
			t.Errorf("%s: %q, want %q", a.Question, tok.Decode(got[i]), tok.Decode(answer))
		}
	}
}
