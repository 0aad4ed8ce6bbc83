package saliency

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/scorertest"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/encoder"
)

// classifiers are what make_fixtures.py wrote: XLM-R in safetensors, BERT in a pytorch_model.bin.
var classifiers = []string{"classify-xlmr", "classify-bert"}

func openClassifier(t *testing.T, name string) *encoder.Classifier {
	t.Helper()
	needTorch(t)
	c, err := encoder.OpenClassifier(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func needTorch(t *testing.T) {
	t.Helper()
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
}

// readFixture reads what the reference says of a model.
func readFixture(t *testing.T, name string, into any) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name, "fixture.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(zip).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// checkNear fails where a number is off by more than the tolerance, relative to the largest if that is above 1.
func checkNear(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers; want %d", what, len(got), len(want))
		return
	}
	scale := 1.0
	for _, v := range want {
		scale = max(scale, math.Abs(float64(v)))
	}
	for i := range want {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= tolerance*scale) {
			t.Errorf("%s: number %d is %v; want %v", what, i, got[i], want[i])
			return
		}
	}
}

func ranking(scores []float32) []int {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	return order
}

func TestTokenClassesEqualTheReference(t *testing.T) {
	for _, name := range classifiers {
		t.Run(name, func(t *testing.T) {
			c := openClassifier(t, name)
			scorer, err := NewTokenClass(c)
			if err != nil {
				t.Fatal(err)
			}
			var rows []struct {
				Text             string
				IDs              []int32
				Logits, Preserve []float32
			}
			readFixture(t, name, &rows)
			for _, row := range rows {
				text := token.Read(c.Tokenizer(), []byte(row.Text))
				if ids := token.IDs(nil, text.Tokens); !slices.Equal(ids, row.IDs) {
					t.Fatalf("%q is %v; want %v", row.Text, ids, row.IDs)
				}
				logits, err := scorer.logits(row.IDs)
				if err != nil {
					t.Fatal(err)
				}
				checkNear(t, row.Text, logits, row.Logits, 1e-4)
				own := c.Encode(text.Bytes)
				scores, err := scorer.Score(t.Context(), token.Text{Bytes: text.Bytes, Tokens: own}, 0.5)
				if err != nil {
					t.Fatal(err)
				}
				inner := slices.Clone(row.Preserve[1 : len(row.Preserve)-1])
				for i, each := range own {
					if each.Start == each.End { // of no byte, so nobody can keep it
						inner[i] = 0
					}
				}
				checkNear(t, row.Text, scores, inner, 1e-4)
				if !slices.Equal(ranking(scores), ranking(inner)) {
					t.Errorf("%q is ranked %v; want %v", row.Text, ranking(scores), ranking(inner))
				}
			}
		})
	}
}

func TestTokenClassIsAScorerOfAnyTokens(t *testing.T) {
	for _, name := range classifiers {
		scorer, err := NewTokenClass(openClassifier(t, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, tokenizer := range []token.Tokenizer{scorer.classifier.Tokenizer(), gpt2(t)} {
			scorertest.Run(t, func() compress.Scorer { return scorer }, tokenizer)
		}
	}
}

func gpt2(t *testing.T) token.Tokenizer {
	t.Helper()
	tokenizer, err := token.Open("gpt2")
	if err != nil {
		t.Fatal(err)
	}
	return tokenizer
}

func TestTheClassToPreserveIsFoundByName(t *testing.T) {
	for _, c := range []struct {
		labels []string
		want   int
	}{{[]string{"LABEL_0", "LABEL_1"}, 1}, {[]string{"drop", "preserve"}, 1}, {[]string{"Keep", "Drop"}, 0}, {[]string{"a", "b", "c"}, -1}} {
		s, err := NewTokenClass(&encoder.Classifier{Labels: c.labels})
		if (err != nil) != (c.want < 0) || err == nil && s.preserve != c.want {
			t.Errorf("%v: %+v, %v", c.labels, s, err)
		}
	}
}

func TestAModelThatIsNoTokenClassifierIsRefused(t *testing.T) {
	needTorch(t)
	if c, err := encoder.OpenClassifier(filepath.Join("testdata", "encoder-bert")); err == nil {
		c.Close()
		t.Error("a masked-LM model was taken for a token classifier")
	}
}
