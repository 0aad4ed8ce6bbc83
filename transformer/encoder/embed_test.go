//go:build cgo

package encoder_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/transformer/encoder"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

// embedded is a text with the reference's embedding.
type embedded struct {
	Text      string
	Tokens    int
	Embedding []float32
}

func readEmbedded(t testing.TB, path string) (rows []embedded, texts []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(zip).Decode(&rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		texts = append(texts, row.Text)
	}
	return rows, texts
}

func open(t testing.TB, name string) *encoder.Encoder {
	t.Helper()
	e, err := encoder.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// minilm opens the model that was pulled, or skips; not in CI, which has it.
func minilm(t testing.TB) *encoder.Encoder {
	t.Helper()
	if _, err := hub.Find("minilm-l6"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("CI may not pass this over: %v", err)
		}
		t.Skip(err)
	}
	return open(t, "minilm-l6")
}

func embed(t testing.TB, e *encoder.Encoder, texts ...string) [][]float32 {
	t.Helper()
	got, err := e.Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestMiniLMHasTheReferencesEmbeddings(t *testing.T) {
	e := minilm(t)
	rows, texts := readEmbedded(t, "testdata/minilm.json.gz")
	worst := 0.0
	for i, got := range embed(t, e, texts...) {
		d := furthest(got, rows[i].Embedding)
		if worst = max(worst, d); d > 1e-4 {
			t.Errorf("%.40q of %d tokens is off by %v", rows[i].Text, rows[i].Tokens, d)
		}
	}
	t.Logf("%d texts, off by %.2g at most", len(rows), worst)
}

func TestTinyModelsHaveTheReferencesEmbeddingsInWindows(t *testing.T) {
	for _, name := range []string{"tiny-bert", "tiny-roberta"} {
		e := open(t, filepath.Join("testdata", name))
		rows, texts := readEmbedded(t, filepath.Join("testdata", name, "embeddings.json.gz"))
		longest := 0
		for i, got := range embed(t, e, texts...) {
			longest = max(longest, rows[i].Tokens)
			if d := furthest(got, rows[i].Embedding); d > 1e-5 {
				t.Errorf("%s: %q of %d tokens is off by %v", name, rows[i].Text, rows[i].Tokens, d)
			}
		}
		if longest < 2*e.Model().Config.Positions {
			t.Errorf("%s: the longest text has %d tokens only", name, longest)
		}
	}
}

func TestAnEmbeddingDependsOnItsTextAlone(t *testing.T) {
	_, texts := readEmbedded(t, "testdata/minilm.json.gz")
	t.Run("tiny", func(t *testing.T) { dependsOnTextAlone(t, open(t, "testdata/tiny-bert"), texts) })
	t.Run("MiniLM", func(t *testing.T) { dependsOnTextAlone(t, minilm(t), texts[:75]) })
}

func dependsOnTextAlone(t *testing.T, e *encoder.Encoder, texts []string) {
	together := embed(t, e, texts...)
	for i, again := range embed(t, e, texts...) {
		if !slices.Equal(again, together[i]) {
			t.Fatalf("%.40q has another embedding the second time", texts[i])
		}
	}
	half := len(texts) / 2
	for i, got := range embed(t, e, texts[half:]...) {
		if d := furthest(got, together[half+i]); d > 1e-5 {
			t.Errorf("%.40q is off by %v in other company", texts[half+i], d)
		}
	}
	for i := 0; i < len(texts); i += 5 {
		if d := furthest(embed(t, e, texts[i])[0], together[i]); d > 1e-5 {
			t.Errorf("%.40q is off by %v alone", texts[i], d)
		}
	}
}

func TestAnyBytesHaveAnEmbeddingOfLengthOne(t *testing.T) {
	texts := []string{"", " ", "\x00", "\xff\xfe\xfd", "caf\xe9 au lait", "\xf0\x9f\x9a", strings.Repeat("a\xc3", 3000),
		strings.Repeat("long ", 20000), strings.Repeat("x", 5000), "[CLS][SEP][PAD]</s>"}
	for _, name := range []string{"tiny-bert", "tiny-roberta"} {
		for i, got := range embed(t, open(t, filepath.Join("testdata", name)), texts...) {
			square := 0.0
			for _, v := range got {
				square += float64(v) * float64(v)
			}
			if !(math.Abs(square-1) < 1e-6) { // nor is it no number
				t.Errorf("%s: %.20q has an embedding of length %v", name, texts[i], math.Sqrt(square))
			}
		}
	}
	if got := embed(t, open(t, "testdata/tiny-bert")); len(got) != 0 {
		t.Errorf("%d embeddings of no text", len(got))
	}
}

func TestEmbeddingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := open(t, "testdata/tiny-bert").Embed(ctx, []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestCosine(t *testing.T) {
	for _, c := range []struct {
		a, b []float32
		want float64
	}{
		{[]float32{1, 2}, []float32{2, 4}, 1}, {[]float32{1, 0}, []float32{0, 3}, 0}, {[]float32{1}, []float32{-5}, -1},
		{[]float32{0, 0}, []float32{1, 1}, 0}, {nil, nil, 0}, {[]float32{1e30, 0}, []float32{1e30, 1e30}, math.Sqrt2 / 2},
	} {
		if got := encoder.Cosine(c.a, c.b); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("cosine of %v and %v is %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
