package saliency

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/scorertest"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/transformer/encoder"
)

var encoders = []string{"encoder-bert", "encoder-roberta"}

func openEncoder(t *testing.T, name string) *encoder.MaskedLM {
	t.Helper()
	needTorch(t)
	e, err := encoder.OpenMaskedLM(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// reading is what the reference says of a text; marks have numbers too, but for attention.
type reading struct {
	Text                    string
	IDs                     []int32
	Received, Last, Rollout []float32
	Norm, Input, Asked      []float32
	MLM                     []float32
	MLMInput                []float32 `json:"mlm_input"`
	MLMAsked                []float32 `json:"mlm_asked"`
}

type readings struct {
	Question string
	Rows     []reading
}

func TestAttentionEqualsTheReference(t *testing.T) {
	for _, name := range encoders {
		e := openEncoder(t, name)
		var want readings
		readFixture(t, name, &want)
		for _, c := range []struct {
			name    string
			options AttentionOptions
			values  func(reading) []float32
		}{
			{"all layers", AttentionOptions{}, func(r reading) []float32 { return r.Received }},
			{"the last layer", AttentionOptions{First: 2, Last: 2}, func(r reading) []float32 { return r.Last }},
			{"rollout", AttentionOptions{Rollout: true}, func(r reading) []float32 { return r.Rollout }},
		} {
			t.Run(name+" "+c.name, func(t *testing.T) {
				a, err := NewAttention(e.Encoder, c.options)
				if err != nil {
					t.Fatal(err)
				}
				for _, row := range want.Rows {
					got, err := a.received(row.IDs)
					if err != nil {
						t.Fatal(err)
					}
					got = got[1 : len(got)-1]
					for i := range got {
						got[i] /= float32(len(got))
					}
					checkNear(t, row.Text, got, c.values(row), 1e-5)
				}
			})
		}
	}
}

func TestAttentionIsAScorerOfAnyTokens(t *testing.T) {
	for _, name := range encoders {
		e := openEncoder(t, name)
		for _, options := range []AttentionOptions{{}, {Rollout: true}} {
			a, err := NewAttention(e.Encoder, options)
			if err != nil {
				t.Fatal(err)
			}
			scorertest.Run(t, func() compress.Scorer { return a }, gpt2(t))
			scorertest.Run(t, func() compress.Scorer { return a }, e.Tokenizer())
		}
	}
}

func TestSignsHaveNoMoreThanWordsOnTheMean(t *testing.T) {
	text := []byte("ab, c.")
	tokens := []token.Token{{Start: 0, End: 2}, {Start: 2, End: 3}, {Start: 3, End: 5}, {Start: 5, End: 6}}
	values := []float32{1, 4, 3, 6}
	if levelSigns(text, tokens, values); !slices.Equal(values, []float32{1, 1, 3, 3}) {
		t.Errorf("%v", values)
	}
	values = []float32{5, 1, 3, 1} // signs that draw less stay where they are
	if levelSigns(text, tokens, values); !slices.Equal(values, []float32{5, 1, 3, 1}) {
		t.Errorf("%v", values)
	}
}

func TestLayersThatAreNotThereAreRefused(t *testing.T) {
	e := openEncoder(t, "encoder-bert")
	for _, o := range []AttentionOptions{{First: 0, Last: 1}, {First: 2, Last: 1}, {First: 1, Last: 3}, {First: -1, Last: 2}} {
		if _, err := NewAttention(e.Encoder, o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}
