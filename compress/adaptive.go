package compress

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"math"
	"strings"

	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// Adaptive is how the scorer of that name weighs what it goes by: a word is worth
//
//	rarity x (1 - Position x place) x Repeat^(copies before it)
//
// with place from 0 at the beginning of the text to 1 at its end.
type Adaptive struct {
	Position float64 `json:"position"`
	Repeat   float64 `json:"repeat"`
	Found    float64 `json:"found"`     // share of the answers' tokens that it kept where it was fitted, mean over rates
	FittedOn int     `json:"fitted_on"` // texts
}

// fittedAdaptive was written by `go run ./scripts/fit`.
//
//go:embed fitted/adaptive.json
var fittedAdaptive []byte

var adaptiveWeights = mustRead[Adaptive](fittedAdaptive)

// mustRead reads a file of the binary.
func mustRead[T any](data []byte) (v T) {
	if err := json.Unmarshal(data, &v); err != nil {
		panic(err)
	}
	return v
}

func adaptive(text token.Text, language Language, _ int64, scores []float32) {
	adaptiveWeights.score(text, language, scores)
}

func (a Adaptive) score(text token.Text, language Language, scores []float32) {
	copies := map[string]int{}
	for u, unit := range text.Units {
		start, end := unit.Span(text.Tokens)
		word := string(bytes.ToLower(bytes.TrimSpace(text.Bytes[start:end])))
		place := float64(u) / float64(len(text.Units))
		s := float64(language.WordRarity([]byte(word))) * (1 - a.Position*place) * math.Pow(a.Repeat, float64(copies[word]))
		copies[word]++
		for i := unit.First; i < unit.End; i++ {
			scores[i] = float32(s)
		}
	}
}

// FitAdaptive tries a grid of weights and returns those that keep the most of the answers to questions, mean over rates.
func FitAdaptive(tasks []probe.Task, t token.Tokenizer, language Language, rates []float64) Adaptive {
	best := Adaptive{Found: -1}
	texts := make([]token.Text, len(tasks))
	for i, task := range tasks {
		texts[i] = token.Read(t, []byte(task.Text))
	}
	for position := 0.0; position < 0.95; position += 0.1 {
		for repeat := 1.0; repeat > 0.05; repeat -= 0.1 {
			a := Adaptive{Position: math.Round(10*position) / 10, Repeat: math.Round(10*repeat) / 10, FittedOn: len(tasks)}
			for i, task := range tasks {
				for _, rate := range rates {
					a.Found += a.found(task, texts[i], language, rate) / float64(len(tasks)*len(rates))
				}
			}
			if a.Found > best.Found {
				best = a
			}
		}
	}
	return best
}

// found is the share of the tokens of a task's answers that are kept.
func (a Adaptive) found(task probe.Task, text token.Text, language Language, rate float64) float64 {
	scores := make([]float32, len(text.Tokens))
	a.score(text, language, scores)
	kept := env.TokenMask(env.Select(scores, text.Units, env.Budget(len(text.Tokens), rate), nil), text.Units, len(text.Tokens))
	n, found := 0, 0
	for _, p := range task.Probes {
		at := strings.Index(task.Text, p.Target)
		for i, t := range text.Tokens {
			if at >= 0 && int(t.Start) < at+len(p.Target) && int(t.End) > at {
				n++
				if kept[i] {
					found++
				}
			}
		}
	}
	if n == 0 {
		return 0
	}
	return float64(found) / float64(n)
}
