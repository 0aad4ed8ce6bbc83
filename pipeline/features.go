package pipeline

import (
	"bytes"
	"compress/flate"
	"context"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/structure"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// Features describe a text. Counts are of the whole text; shares lie in [0, 1].
type Features struct {
	Words          int            `json:"words"`
	Sentences      int            `json:"sentences"`
	Questions      int            `json:"questions"`
	Reasoning      int            `json:"reasoning_markers"`
	Steps          int            `json:"step_markers"` // first, then, finally; lines of a numbered list
	Numbers        int            `json:"numbers"`
	Operators      int            `json:"operators"`
	Instructions   int            `json:"instruction_verbs"`
	Entities       int            `json:"entities"`        // runs of capitalised words that begin no sentence
	Code           float64        `json:"code"`            // share of lines that look like a program's
	LexicalDensity float64        `json:"lexical_density"` // share of words that are no stop words
	Repetition     float64        `json:"repetition"`      // 1 - deflated size / size: near 1 says the same over and over
	Curve          [4]float64     `json:"predicted_retention"`
	Structure      structure.Kind `json:"structure"`
}

// CurveRates are the shares kept at which an agent's expectation is read off.
var CurveRates = [4]float64{0.2, 0.33, 0.5, 0.7}

// repetitionBytes of a text are deflated: what repeats does so early.
const repetitionBytes = 1 << 16

// Read describes a text. Its predicted retention stays 0 until Predict.
func Read(text string) Features {
	f := Features{Structure: kindOf([]byte(text))}
	words := probe.Words(text)
	f.Words = len(words)
	starts := map[int]bool{}
	for _, s := range probe.Sentences(text) {
		f.Sentences++
		starts[s.Start] = true
		if strings.HasSuffix(strings.TrimRight(text[s.Start:s.End], "\"')]”’ "), "?") {
			f.Questions++
		}
	}
	f.countWords(text, words, starts)
	f.countPhrases(strings.ToLower(text))
	f.countOperators(text)
	f.countLines(text)
	f.Repetition = repetition(text)
	return f
}

// kindOf is what package compress will take the text for.
func kindOf(text []byte) structure.Kind {
	layout, err := structure.Parse(text, structure.Auto, func(plain []byte) []int { return []int{len(plain)} })
	if err != nil {
		return structure.Prose
	}
	return layout.Kind
}

func (f *Features) countWords(text string, words []probe.Span, starts map[int]bool) {
	content, named := 0, false
	for _, w := range words {
		word := text[w.Start:w.End]
		lower := strings.ToLower(word)
		if !probe.Stopword(word) {
			content++
		}
		switch first, _ := utf8.DecodeRuneInString(word); {
		case strings.ContainsFunc(word, unicode.IsDigit):
			f.Numbers++
		case unicode.IsUpper(first) && !starts[w.Start] && !probe.Stopword(word):
			if !named {
				f.Entities++
			}
			named = true
			continue
		}
		named = false
		f.Reasoning += reasoningWords[lower]
		f.Steps += stepWords[lower]
		f.Instructions += instructionVerbs[lower]
	}
	if len(words) > 0 {
		f.LexicalDensity = float64(content) / float64(len(words))
	}
}

func (f *Features) countPhrases(lower string) {
	for _, phrase := range reasoningPhrases {
		f.Reasoning += strings.Count(lower, phrase)
	}
}

// countOperators counts signs of arithmetic and comparison; a hyphen inside a word is none.
func (f *Features) countOperators(text string) {
	for i, r := range text {
		switch {
		case strings.ContainsRune("+*/=<>^%×÷≤≥≠√∑", r):
			f.Operators++
		case r == '-' && i > 0 && i+1 < len(text) && text[i-1] == ' ' && (text[i+1] == ' ' || unicode.IsDigit(rune(text[i+1]))):
			f.Operators++
		}
	}
}

func (f *Features) countLines(text string) {
	lines, code := 0, 0
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		lines++
		if looksLikeCode(line) {
			code++
		}
		if numbered(line) {
			f.Steps++
		}
	}
	if lines > 0 {
		f.Code = float64(code) / float64(lines)
	}
	if f.Structure == structure.Code {
		f.Code = 1
	}
}

func looksLikeCode(line string) bool {
	if strings.HasSuffix(line, ";") || strings.HasSuffix(line, "{") || strings.HasPrefix(line, "}") || strings.HasPrefix(line, "```") {
		return true
	}
	for _, start := range []string{"def ", "func ", "class ", "import ", "return ", "#include", "SELECT ", "const ", "var ", "let "} {
		if strings.HasPrefix(line, start) {
			return strings.ContainsAny(line, "(){}=;\"<*")
		}
	}
	return false
}

// numbered is true of "1. do this" and "Step 2: do that".
func numbered(line string) bool {
	line = strings.TrimPrefix(strings.ToLower(line), "step ")
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	return digits > 0 && digits < 3 && digits < len(line) && strings.ContainsRune(".):", rune(line[digits]))
}

func repetition(text string) float64 {
	text = text[:min(len(text), repetitionBytes)]
	if text == "" {
		return 0
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.DefaultCompression)
	if err != nil {
		return 0 // the level is valid
	}
	_, _ = w.Write([]byte(text)) // a buffer takes everything
	_ = w.Close()
	return math.Max(0, 1-float64(out.Len())/float64(len(text)))
}

// Predict fills in what a scorer expects to be retained: the share of all words' worth, sigmoid(logit) a token, that the
// best words of each rate hold.
func (f *Features) Predict(ctx context.Context, scorer compress.Scorer, text token.Text) error {
	if len(text.Tokens) == 0 {
		return nil
	}
	scores, err := scorer.Score(ctx, text, 0.5)
	if err != nil {
		return err
	}
	worth, all := make([]float64, len(scores)), 0.0
	for i, s := range scores {
		worth[i] = 1 / (1 + math.Exp(-float64(s)))
		all += worth[i]
	}
	for r, rate := range CurveRates {
		units := env.Select(scores, text.Units, env.Budget(len(text.Tokens), rate), nil)
		held := 0.0
		for i, kept := range env.TokenMask(units, text.Units, len(text.Tokens)) {
			if kept {
				held += worth[i]
			}
		}
		f.Curve[r] = held / all
	}
	return nil
}

// FeatureNames name the numbers of Vector.
var FeatureNames = []string{"log_words", "log_sentences", "questions", "reasoning", "steps", "numbers", "operators", "instructions",
	"entities", "code", "lexical_density", "repetition", "predicted_20", "predicted_33", "predicted_50", "predicted_70"}

// Vector is the features as a classifier reads them: counts a word, so that a text and its double are alike.
func (f Features) Vector() []float64 {
	words := math.Max(1, float64(f.Words))
	v := []float64{math.Log1p(float64(f.Words)), math.Log1p(float64(f.Sentences)), float64(f.Questions) / math.Max(1, float64(f.Sentences))}
	for _, n := range []int{f.Reasoning, f.Steps, f.Numbers, f.Operators, f.Instructions, f.Entities} {
		v = append(v, float64(n)/words)
	}
	v = append(v, f.Code, f.LexicalDensity, f.Repetition)
	return append(v, f.Curve[:]...)
}

var (
	reasoningWords   = ones("because therefore thus hence consequently implies implied infer deduce conclude prove proof assume suppose calculate compute derive solve equation theorem why explain compare whereas however although unless")
	stepWords        = ones("first firstly second secondly third thirdly then next afterwards finally lastly step steps")
	instructionVerbs = ones("write list summarize summarise translate describe answer give show find implement create explain compare classify extract rewrite generate complete calculate return")
	reasoningPhrases = []string{"how many", "how much", "as a result", "it follows", "step by step", "so that", "if and only if", "in total", "each of"}
)

func ones(words string) map[string]int {
	set := map[string]int{}
	for _, w := range strings.Fields(words) {
		set[w] = 1
	}
	return set
}
