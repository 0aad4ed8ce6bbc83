package compress_test

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/torch"
)

func TestWithoutLibtorchTheSameIsKept(t *testing.T) {
	inputs := nasty(t)
	for name, text := range inputs {
		inputs[name] = text[:min(len(text), 20_000)]
	}
	inputs["prose"] = []byte(prose)
	var err error
	if inputs["the demo's prompt"], err = os.ReadFile("../demo/prompt.txt"); err != nil {
		t.Fatal(err)
	}
	sameKept(t, inputs)
}

func TestWithoutLibtorchTheSameIsKeptOfEveryPublicPrompt(t *testing.T) { sameKept(t, prompts(t)) }

// sameKept compares the agent through libtorch with its forward pass in Go.
func sameKept(t *testing.T, inputs map[string][]byte) {
	t.Helper()
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	a, err := theAgent()
	if err != nil {
		t.Fatal(err)
	}
	fused, plain := compressor(t, "agent"), compressor(t, "agent")
	plain.Scorer = a.WithoutTorch()
	for name, text := range inputs {
		for _, rate := range []float64{0.2, 0.33, 0.5, 0.7} {
			o := compress.Options{Rate: rate}
			want, err := fused.Compress(context.Background(), text, o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := plain.Compress(context.Background(), text, o)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Kept, want.Kept) {
				t.Errorf("%s at %v: other words are kept without libtorch:", name, rate)
				logBorder(t, fused, plain, text, o)
			}
		}
	}
}

// logBorder names the units that only one of two keeps, with the scores of both.
func logBorder(t *testing.T, fused, plain *compress.Compressor, text []byte, o compress.Options) {
	a, err := fused.Explain(context.Background(), text, o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := plain.Explain(context.Background(), text, o)
	if err != nil || len(a.Units) != len(b.Units) {
		t.Fatalf("%v, %d and %d units", err, len(a.Units), len(b.Units))
	}
	for i, u := range a.Units {
		if v := b.Units[i]; u.Kept != v.Kept {
			t.Logf("%q: kept by libtorch %v (score %v), by Go %v (%v)", text[u.Span[0]:u.Span[1]], u.Kept, u.Score, v.Kept, v.Score)
		}
	}
}
