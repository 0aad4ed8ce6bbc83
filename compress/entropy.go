package compress

import (
	"bytes"
	_ "embed"
	"fmt"
	"math"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// Entropy is a linear model of how much a token surprises a large model: what a count of pairs says, put right by what
// kind of token it is and where it stands.
type Entropy struct {
	Features []string  `json:"features"`
	Weights  []float64 `json:"weights"` // nats a unit of the feature
	Explains float64   `json:"r2"`      // share of the variance of the surprisal of texts that it was not fitted on
	Pairs    float64   `json:"r2_ngram"`
	Model    string    `json:"model"` // whose surprisal it was fitted to
	Tokens   int       `json:"tokens"`
}

// fittedEntropy was written by `go run ./scripts/fit`.
//
//go:embed fitted/learned_entropy.json
var fittedEntropy []byte

var entropyWeights = mustRead[Entropy](fittedEntropy)

func learnedEntropy(text token.Text, language Language, _ int64, scores []float32) {
	for i, row := range entropyFeatures(text, language) {
		scores[i] = float32(dot(entropyWeights.Weights, row))
	}
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// entropyNames name the columns of entropyFeatures.
var entropyNames = []string{
	"one", "rarity", "surprisal", "surprisal over 4", "surprisal over 8", "word rarity", "rarity of the token before",
	"place in its word", "bytes", "capital", "digit", "mark", "stop word", "line end",
	"token stood before", "word stood before", "log of the place", "surprisal of a token that stood before",
}

// entropyFeatures describe every token: [n, len(entropyNames)].
func entropyFeatures(text token.Text, language Language) [][]float64 {
	rows := make([][]float64, len(text.Tokens))
	tokens, words := map[int32]bool{}, map[string]bool{}
	for _, u := range text.Units {
		start, end := u.Span(text.Tokens)
		word := bytes.TrimSpace(text.Bytes[start:end])
		lower := string(bytes.ToLower(word))
		for i := u.First; i < u.End; i++ {
			t := text.Tokens[i]
			rarity := float64(language.Rarity(t.ID))
			surprisal, before := rarity, 0.0
			if i > 0 {
				surprisal, before = float64(language.Surprisal(text.Tokens[i-1].ID, t.ID)), float64(language.Rarity(text.Tokens[i-1].ID))
			}
			piece := text.Bytes[t.Start:t.End]
			first, _ := utf8.DecodeRune(bytes.TrimSpace(piece))
			rows[i] = []float64{1, rarity, surprisal, math.Max(0, surprisal-4), math.Max(0, surprisal-8), float64(language.WordRarity(word)), before,
				math.Min(4, float64(i-u.First)), math.Min(12, float64(len(piece))), is(unicode.IsUpper(first)), is(unicode.IsDigit(first)),
				is(unicode.IsPunct(first) || unicode.IsSymbol(first)), is(probe.Stopword(lower)), is(bytes.ContainsRune(piece, '\n')),
				is(tokens[t.ID]), is(words[lower]), math.Log1p(float64(i)), is(tokens[t.ID]) * surprisal}
			tokens[t.ID] = true
		}
		words[lower] = true
	}
	return rows
}

func is(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// FitEntropy fits the model by ridge regression to the surprisal of texts, in nats a token, and says how much of that of
// other texts it explains.
func FitEntropy(texts, others []token.Text, surprisals, otherSurprisals [][]float32, language Language, model string) (Entropy, error) {
	x, y := design(texts, surprisals, language)
	var gram, weights mat.Dense
	gram.Mul(x.T(), x)
	for i := range entropyNames {
		gram.Set(i, i, gram.At(i, i)+1) // features of one scale, thousands of tokens: a trace of shrinkage, against collinear columns
	}
	var right mat.Dense
	right.Mul(x.T(), y)
	if err := weights.Solve(&gram, &right); err != nil {
		return Entropy{}, fmt.Errorf("fit entropy: %w", err)
	}
	e := Entropy{Features: entropyNames, Weights: weights.RawMatrix().Data, Model: model, Tokens: y.RawMatrix().Rows}
	for i, w := range e.Weights {
		e.Weights[i] = math.Round(1e4*w) / 1e4 // more digits say nothing
	}
	x, y = design(others, otherSurprisals, language)
	predicted, pairs, truth := make([]float64, y.RawMatrix().Rows), make([]float64, y.RawMatrix().Rows), y.RawMatrix().Data
	for i := range predicted {
		predicted[i], pairs[i] = dot(e.Weights, x.RawRowView(i)), x.At(i, 2)
	}
	e.Explains = math.Round(1e3*math.Pow(stat.Correlation(predicted, truth, nil), 2)) / 1e3
	e.Pairs = math.Round(1e3*math.Pow(stat.Correlation(pairs, truth, nil), 2)) / 1e3
	return e, nil
}

// design lays out features and surprisals of all tokens.
func design(texts []token.Text, surprisals [][]float32, language Language) (x, y *mat.Dense) {
	var features, targets []float64
	for i, text := range texts {
		for j, row := range entropyFeatures(text, language) {
			features, targets = append(features, row...), append(targets, float64(surprisals[i][j]))
		}
	}
	return mat.NewDense(len(targets), len(entropyNames), features), mat.NewDense(len(targets), 1, targets)
}
