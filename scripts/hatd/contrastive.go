package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/saliency"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

const (
	contrastDocuments = 40
	contrastQuestions = 3 // of each at the most
)

var contrastRates = []float64{0.33, 0.5, 0.7}

// forms are the words in which a question is put before the text; LongLLMLingua's ends with its condition.
var forms = []struct{ name, words string }{
	{"", "%s"}, {"named", "Question: %s\n\nText:"}, {"condition", "%s We can get the answer to this question in the given documents."},
}

// An asked text is what a causal model says of it, a token each.
type askedText struct {
	text     token.Text
	task     probe.Task
	plain    []float32   // bits
	contrast [][]float32 // bits that the question saves, a form each
	random   []float32
}

// A ranking is scores made of them, by name.
type ranking struct {
	name  string
	score func(a askedText) []float32
}

var rankings = []ranking{
	{"random", func(a askedText) []float32 { return a.random }},
	{"surprisal", func(a askedText) []float32 { return a.plain }},
	{"contrastive", func(a askedText) []float32 { return a.contrast[0] }},
	{"contrastive, the question named", func(a askedText) []float32 { return a.contrast[1] }},
	{"contrastive, LongLLMLingua's condition", func(a askedText) []float32 { return a.contrast[2] }},
	{"the same, sign turned", func(a askedText) []float32 { return mapped(a.contrast[2], func(x float32) float32 { return -x }) }},
	{"the same, its size", func(a askedText) []float32 {
		return mapped(a.contrast[2], func(x float32) float32 { return float32(math.Abs(float64(x))) })
	}},
	{"the same, mean of a sentence", func(a askedText) []float32 { return bySentence(a, a.contrast[2]) }},
	{"surprisal in the sentences of most contrast", func(a askedText) []float32 {
		return added(standard(a.plain), standard(bySentence(a, a.contrast[2])))
	}},
}

func mapped(values []float32, f func(float32) float32) []float32 {
	out := make([]float32, len(values))
	for i, v := range values {
		out[i] = f(v)
	}
	return out
}

func added(a, b []float32) []float32 {
	out := slices.Clone(a)
	for i := range out {
		out[i] += b[i]
	}
	return out
}

// standard brings values to mean 0 and deviation 1.
func standard(values []float32) []float32 {
	mean, square, n := 0.0, 0.0, float64(len(values))
	for _, v := range values {
		mean += float64(v) / n
	}
	for _, v := range values {
		square += (float64(v) - mean) * (float64(v) - mean) / n
	}
	return mapped(values, func(v float32) float32 { return float32((float64(v) - mean) / math.Sqrt(square+1e-12)) })
}

// bySentence gives every token the mean of its sentence.
func bySentence(a askedText, scores []float32) []float32 {
	out := slices.Clone(scores)
	for _, s := range probe.Sentences(a.task.Text) {
		sum, in := float32(0), []int{}
		for i, t := range a.text.Tokens {
			if int(t.Start) >= s.Start && int(t.Start) < s.End {
				sum, in = sum+scores[i], append(in, i)
			}
		}
		for _, i := range in {
			out[i] = sum / float32(len(in))
		}
	}
	return out
}

// controls are rankings that read no model: what keeping whole sentences is worth by itself, and the question's words.
var controls = []ranking{
	{"random", func(a askedText) []float32 { return a.random }},
	{"random, mean of a sentence", func(a askedText) []float32 { return bySentence(a, a.random) }},
	{"the question's words", asksFor},
	{"the same, mean of a sentence", func(a askedText) []float32 { return bySentence(a, asksFor(a)) }},
}

// asksFor is 1 at the words that the question has too, 0 at others; equal ones go in their order.
func asksFor(a askedText) []float32 {
	scores := make([]float32, len(a.text.Tokens))
	_, question, _ := kinds(a)
	for _, i := range question {
		scores[i] = 1
	}
	return scores
}

// contrast writes the page that says why a contrastive score keeps few answers: which tokens it puts first.
func contrast(ctx context.Context, out io.Writer) error {
	texts, err := readAsked(ctx, true)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "# Contrastive surprisal\n\n`go run ./scripts/hatd contrastive`\n\nThe first %d paragraphs of squad_en, %d questions, each with a ranking of its own by smollm2-135m. Ahead is the chance that a token of\n"+
		"the kind ranks above another word's of the text, .5 by chance: of the answer, and of the words that the question itself has (stop words are no word).\n"+
		"Kept is the share of the answers that stand, in whole words to a budget. 95%% bootstrap intervals over paragraphs.\n\n", contrastDocuments, len(texts))
	return rankTable(out, texts, rankings)
}

// contrastControls writes what rankings without a model come to on the same questions, for the end of that page.
func contrastControls(ctx context.Context, out io.Writer) error {
	texts, err := readAsked(ctx, false)
	if err != nil {
		return err
	}
	fmt.Fprint(out, "\n## Without a model\n\n`go run ./scripts/hatd contrastive-controls`, the same questions.\n\n")
	return rankTable(out, texts, controls)
}

func rankTable(out io.Writer, texts []askedText, rankings []ranking) error {
	fmt.Fprint(out, "| ranking | answer ahead | question's words ahead |")
	for _, rate := range contrastRates {
		fmt.Fprintf(out, " kept at %g |", rate)
	}
	fmt.Fprint(out, "\n|---|---|---|---|---|---|\n")
	for _, r := range rankings {
		columns := make([][]float64, 2+len(contrastRates))
		for _, a := range texts {
			for i, value := range rowOf(a, r.score(a)) {
				columns[i] = append(columns[i], value)
			}
		}
		fmt.Fprintf(out, "| %s |", r.name)
		for _, column := range columns {
			mean, err := byParagraph(texts, column)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, " %v |", mean)
		}
		fmt.Fprintln(out)
	}
	return nil
}

// rowOf is a row's numbers for one question.
func rowOf(a askedText, scores []float32) []float64 {
	answer, question, rest := kinds(a)
	values := []float64{ahead(scores, answer, slices.Concat(rest, question)), ahead(scores, question, slices.Concat(rest, answer))}
	for _, rate := range contrastRates {
		units := env.Select(scores, a.text.Units, env.Budget(len(a.text.Tokens), rate), nil)
		stands := 0.0
		if strings.Contains(string(a.text.Kept(env.TokenMask(units, a.text.Units, len(a.text.Tokens)))), a.task.Probes[0].Target) {
			stands = 1
		}
		values = append(values, stands)
	}
	return values
}

// byParagraph is the mean of values, one a question, resampled by paragraph; what is not a number does not count.
func byParagraph(texts []askedText, values []float64) (probe.Interval, error) {
	of, n := map[string]int{}, 0
	for _, a := range texts {
		if _, known := of[a.task.Text]; !known {
			of[a.task.Text] = n
			n++
		}
	}
	return probe.Bootstrap{Seed: 42}.Interval(n, func(weights []int) (float64, bool) {
		sum, all := 0.0, 0.0
		for i, v := range values {
			w := 1.0
			if weights != nil {
				w = float64(weights[of[texts[i].task.Text]])
			}
			if !math.IsNaN(v) {
				sum, all = sum+w*v, all+w
			}
		}
		return sum / all, all > 0
	})
}

// readAsked lays out the questions, and has the model read every text behind every form of each, if it is asked to.
func readAsked(ctx context.Context, read bool) (texts []askedText, err error) {
	questions, err := corpus.Questions(filepath.Join(corpus.SharedFolder(), "eval", "squad_en.jsonl"))
	if err != nil {
		return nil, err
	}
	tokenizer, err := token.Open("smollm2")
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(42, 0))
	for _, task := range probe.Tasks(questions, contrastQuestions, 42)[:contrastDocuments] {
		text := token.Read(tokenizer, []byte(task.Text))
		for _, p := range task.Probes {
			a := askedText{text: text, task: probe.Task{ID: task.ID, Text: task.Text, Probes: []probe.Probe{p}}, random: make([]float32, len(text.Tokens))}
			for i := range a.random {
				a.random[i] = random.Float32()
			}
			texts = append(texts, a)
		}
	}
	if !read {
		return texts, nil
	}
	return texts, readForms(ctx, texts)
}

func readForms(ctx context.Context, texts []askedText) error {
	r, err := reconstructor.Open("smollm2-135m", torch.Float32, 0)
	if err != nil {
		return err
	}
	defer r.Close()
	asker, plain := saliency.NewContrastive(r.Model(), r.Tokenizer()), saliency.NewBits(r.Model(), r.Tokenizer(), false)
	for i := range texts {
		a := &texts[i]
		if a.plain, err = plain.Score(ctx, a.text, 0.5); err != nil {
			return err
		}
		for _, form := range forms {
			scores, err := asker.Asked(fmt.Sprintf(form.words, strings.TrimSpace(a.task.Probes[0].Prompt))).Score(ctx, a.text, 0.5)
			if err != nil {
				return err
			}
			a.contrast = append(a.contrast, scores)
		}
	}
	return nil
}

// kinds are the tokens of the answer, of words that the question has too, and of other words.
func kinds(a askedText) (answer, question, rest []int) {
	at, _ := probe.First(a.task.Text, a.task.Probes[0].Target)
	asked := map[string]bool{}
	for _, w := range probe.Words(a.task.Probes[0].Prompt) {
		asked[probe.Stem(strings.ToLower(a.task.Probes[0].Prompt[w.Start:w.End]))] = true
	}
	for _, w := range probe.Words(a.task.Text) {
		word := a.task.Text[w.Start:w.End]
		for i, t := range a.text.Tokens {
			if int(t.Start) >= w.End || int(t.End) <= w.Start {
				continue
			}
			switch {
			case w.Start < at.End && at.Start < w.End:
				answer = append(answer, i)
			case probe.Stopword(word):
			case asked[probe.Stem(strings.ToLower(word))]:
				question = append(question, i)
			default:
				rest = append(rest, i)
			}
		}
	}
	return answer, question, rest
}

// ahead is the chance that one of the tokens scores above one of the others; half where they are equal.
func ahead(scores []float32, some, others []int) float64 {
	sum := 0.0
	for _, i := range some {
		for _, j := range others {
			sum += float64(1+cmp.Compare(scores[i], scores[j])) / 2
		}
	}
	return sum / float64(len(some)*len(others))
}
