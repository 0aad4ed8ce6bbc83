package saliency

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/scorertest"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/transformer"
)

func openCausal(t *testing.T) (*transformer.Model, token.Tokenizer) {
	t.Helper()
	needTorch(t)
	dir := filepath.Join("testdata", "causal")
	tokenizer, err := token.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := transformer.Load(dir, transformer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m, tokenizer
}

// scored are the scores of a text in the tokens that the scorer's model reads.
func scored(t *testing.T, s compress.Scorer, text string, own []token.Token) []float32 {
	t.Helper()
	scores, err := s.Score(t.Context(), token.Text{Bytes: []byte(text), Tokens: own}, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	return scores
}

func TestGradientsOfEncodersEqualAutograd(t *testing.T) {
	for _, name := range encoders {
		t.Run(name, func(t *testing.T) {
			e := openEncoder(t, name)
			var want readings
			readFixture(t, name, &want)
			product := GradientOptions{Input: true}
			for _, row := range want.Rows {
				own := e.Encode([]byte(row.Text))
				for what, c := range map[string]struct {
					scorer compress.Scorer
					want   []float32
				}{
					"norm":      {NewEmbeddingGradient(e.Encoder, GradientOptions{}), row.Norm},
					"input":     {NewEmbeddingGradient(e.Encoder, product), row.Input},
					"asked":     {NewEmbeddingGradient(e.Encoder, GradientOptions{}).Asked(want.Question), row.Asked},
					"mlm":       {NewMaskedGradient(e, GradientOptions{}), row.MLM},
					"mlm input": {NewMaskedGradient(e, product), row.MLMInput},
					"mlm asked": {NewMaskedGradient(e, GradientOptions{}).Asked(want.Question), row.MLMAsked},
				} {
					checkNear(t, what+" of "+row.Text, scored(t, c.scorer, row.Text, own), c.want[1:len(c.want)-1], 1e-4)
				}
			}
		})
	}
}

func TestGradientsOfCausalModelsEqualAutograd(t *testing.T) {
	m, tokenizer := openCausal(t)
	var want struct {
		Question string
		Rows     []struct {
			Text           string
			Norm, Input    []float32
			AskedNorm      []float32 `json:"asked_norm"`
			AskedInput     []float32 `json:"asked_input"`
			Bits, Contrast []float32
		}
	}
	readFixture(t, "causal", &want)
	product := GradientOptions{Input: true}
	for _, row := range want.Rows {
		own := tokenizer.Encode(nil, []byte(row.Text))
		for what, c := range map[string]struct {
			scorer compress.Scorer
			want   []float32
		}{
			"norm":        {NewNextGradient(m, tokenizer, GradientOptions{}), row.Norm},
			"input":       {NewNextGradient(m, tokenizer, product), row.Input},
			"asked norm":  {NewNextGradient(m, tokenizer, GradientOptions{}).Asked(want.Question), row.AskedNorm},
			"asked input": {NewNextGradient(m, tokenizer, product).Asked(want.Question), row.AskedInput},
			"bits":        {NewBits(m, tokenizer, false), row.Bits},
			"contrastive": {NewContrastive(m, tokenizer).Asked(want.Question), row.Contrast},
		} {
			checkNear(t, what+" of "+row.Text, scored(t, c.scorer, row.Text, own), c.want, 1e-4)
		}
	}
}

func TestScorersThatReadAreScorersOfAnyTokens(t *testing.T) {
	m, tokenizer := openCausal(t)
	e := openEncoder(t, "encoder-bert")
	for _, c := range []struct {
		name   string
		scorer compress.Scorer
	}{
		{"embedding gradient", NewEmbeddingGradient(e.Encoder, GradientOptions{})},
		{"masked gradient", NewMaskedGradient(e, GradientOptions{Input: true})},
		{"next gradient", NewNextGradient(m, tokenizer, GradientOptions{})},
		{"bits", NewBits(m, tokenizer, false)},
		{"phrases", NewBits(m, tokenizer, true)},
		{"contrastive", NewContrastive(m, tokenizer)},
		{"transformer_based", NewSurprisal(m, tokenizer)},
		{"iterative_surprisal", NewIterative(m, tokenizer)},
	} {
		t.Run(c.name, func(t *testing.T) { scorertest.Run(t, func() compress.Scorer { return c.scorer }, gpt2(t)) })
	}
}

func TestPhrasesStandBetweenStopWordsAndSigns(t *testing.T) {
	text := token.Read(gpt2(t), []byte("the old harbour, and Ada Byron"))
	scores := make([]float32, len(text.Tokens))
	for i := range scores {
		scores[i] = float32(i)
	}
	levelPhrases(text, scores)
	var phrases []string
	for i, each := range text.Tokens {
		word := string(text.Bytes[each.Start:each.End])
		if i > 0 && scores[i] == scores[i-1] {
			phrases[len(phrases)-1] += word
		} else {
			phrases = append(phrases, word)
		}
	}
	if want := []string{"the", " old harbour", ",", " and", " Ada Byron"}; !slices.Equal(phrases, want) {
		t.Errorf("%q; want %q", phrases, want)
	}
}
