package eval

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/project-sputnik/sputnik/eval/metric"
	"github.com/project-sputnik/sputnik/probe"
)

// A Continuer tells what a text costs behind another; reconstructor.Reconstructor is one.
type Continuer interface {
	Continuations(ctx context.Context, before, texts []string) ([]probe.Loss, error)
}

// A Writer writes texts out again from what was kept; growth is how many tokens a kept one may become.
type Writer interface {
	Rebuild(ctx context.Context, kept []string, growth []float64) ([]string, error)
}

// An Embedder turns texts into vectors of length 1, with what the report says of it.
type Embedder struct {
	Vectors interface {
		Embed(ctx context.Context, texts []string) ([][]float32, error)
	}
	Model
}

// compareTexts measures what can be seen from the texts: what stands, how alike they are, how they read.
func (e *Evaluation) compareTexts(ctx context.Context, each []outcome) error {
	if e.wants("exact_kept") {
		standing(each)
	}
	rebuilt, err := e.candidates(ctx, each)
	if err != nil {
		return err
	}
	if err := e.similar(ctx, each, rebuilt); err != nil {
		return err
	}
	if !e.wants("perplexity") || e.Reader.Reader == nil {
		return nil
	}
	return e.perplexity(ctx, each)
}

// standing counts exact parts, and answers that a text can be read for.
func standing(each []outcome) {
	for i := range each {
		o := &each[i]
		for _, c := range o.all() {
			kept, all := metric.ExactKept(o.task.Text, c.text)
			c.add("exact_kept", float64(kept), float64(all))
			var stand, answers float64
			for _, p := range o.task.Probes {
				if right := append([]string{p.Target}, p.Also...); extractive(p) && metric.AnswerStands(o.task.Text, right) {
					answers++
					if metric.AnswerStands(c.text, right) {
						stand++
					}
				}
			}
			c.add("answers_standing", stand, answers)
		}
	}
}

// extractive probes have their answers in the text.
func extractive(p probe.Probe) bool {
	switch p.Kind {
	case probe.KindProblem, probe.KindConcepts, probe.KindSummary:
		return false
	}
	return true
}

// likeness are the metrics that compare a text with its original.
var likeness = []string{"bleu_score", "chrf", "rouge_score", "semantic_similarity"}

// candidates are what is compared with the original: the rebuilt text where there is a reconstructor, else what was kept.
func (e *Evaluation) candidates(ctx context.Context, each []outcome) ([]string, error) {
	wanted := false
	for _, name := range likeness {
		wanted = wanted || e.wants(name)
	}
	if !wanted {
		return nil, nil
	}
	var kept []string
	var growth []float64
	for i := range each {
		for _, c := range each[i].cuts {
			kept = append(kept, c.text)
			growth = append(growth, float64(each[i].whole.tokens)/math.Max(1, float64(c.tokens)))
		}
	}
	if e.Reconstructor == nil {
		return kept, nil
	}
	return e.rewrite(ctx, kept, growth)
}

func (e *Evaluation) rewrite(ctx context.Context, kept []string, growth []float64) ([]string, error) {
	keys := make([]string, len(kept))
	for i := range kept {
		keys[i] = key("rebuilt", e.Reconstructor.key(), kept[i], fmt.Sprint(growth[i]))
	}
	values, err := e.Journal.recall(keys, func(missing []int) ([]value, error) {
		begun, tokens := time.Now(), 0
		texts, grow := make([]string, len(missing)), make([]float64, len(missing))
		for n, i := range missing {
			texts[n], grow[n] = kept[i], growth[i]
			tokens += e.count(kept[i])
		}
		rebuilt, err := e.Reconstructor.Rebuild(ctx, texts, grow)
		e.timing.Rebuilding.add(len(missing), tokens, time.Since(begun))
		return textValues(rebuilt), err
	})
	rebuilt := make([]string, len(values))
	for i, v := range values {
		rebuilt[i] = v.Text
	}
	return rebuilt, err
}

// similar scores the candidates of every cut.
func (e *Evaluation) similar(ctx context.Context, each []outcome, candidates []string) error {
	if candidates == nil {
		return nil
	}
	var originals []string
	var cuts []*cut
	for i := range each {
		for c := range each[i].cuts {
			originals, cuts = append(originals, each[i].task.Text), append(cuts, &each[i].cuts[c])
		}
	}
	for i, c := range cuts {
		e.alike(c, candidates[i], originals[i])
	}
	if e.Embedder == nil || !e.wants("semantic_similarity") {
		return nil
	}
	cosines, err := e.cosines(ctx, candidates, originals)
	for i, x := range cosines {
		cuts[i].add("semantic_similarity", x, 1)
	}
	return err
}

func (e *Evaluation) alike(c *cut, candidate, original string) {
	references := []string{original}
	if e.wants("bleu_score") {
		c.add("bleu_score", metric.BLEU(candidate, references), 1)
	}
	if e.wants("chrf") {
		c.add("chrf", metric.ChrF(candidate, references), 1)
	}
	if e.wants("rouge_score") {
		c.add("rouge1", metric.Rouge{}.N(1, candidate, references).F, 1)
		c.add("rouge2", metric.Rouge{}.N(2, candidate, references).F, 1)
		c.add("rougeL", metric.Rouge{}.L(candidate, references).F, 1)
	}
}

// cosines compares texts by their embeddings.
func (e *Evaluation) cosines(ctx context.Context, candidates, originals []string) ([]float64, error) {
	keys := make([]string, len(candidates))
	for i := range keys {
		keys[i] = key("similar", e.Embedder.key(), candidates[i], originals[i])
	}
	values, err := e.Journal.recall(keys, func(missing []int) ([]value, error) {
		at, texts := map[string]int{}, []string(nil)
		place := func(text string) int {
			if _, known := at[text]; !known {
				at[text], texts = len(texts), append(texts, text)
			}
			return at[text]
		}
		for _, i := range missing {
			place(candidates[i])
			place(originals[i])
		}
		vectors, err := e.Embedder.Vectors.Embed(ctx, texts)
		if err != nil {
			return nil, fmt.Errorf("embed %d texts: %w", len(texts), err)
		}
		out := make([]value, len(missing))
		for n, i := range missing {
			out[n] = value{Values: []float64{dot(vectors[place(candidates[i])], vectors[place(originals[i])])}}
		}
		return out, nil
	})
	cosines := make([]float64, len(values))
	for i, v := range values {
		cosines[i] = v.Values[0]
	}
	return cosines, err
}

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// perplexity has the reader go through what was kept, and through what follows the text in its source behind that.
func (e *Evaluation) perplexity(ctx context.Context, each []outcome) error {
	reader, ok := e.Reader.Reader.(Continuer)
	if !ok {
		return nil
	}
	var before, texts, names []string
	var cuts []*cut
	for i := range each {
		for _, c := range each[i].all() {
			if c.text != "" && c != &each[i].nothing {
				before, texts, names, cuts = append(before, ""), append(texts, c.text), append(names, "perplexity_text"), append(cuts, c)
			}
			if after := each[i].task.After; after != "" {
				before, texts = append(before, c.text), append(texts, after)
				names, cuts = append(names, "perplexity_continuation"), append(cuts, c)
			}
		}
	}
	losses, err := e.continuations(ctx, reader, before, texts)
	for i, l := range losses {
		cuts[i].add(names[i], l.Nats, float64(l.Tokens))
	}
	return err
}

func (e *Evaluation) continuations(ctx context.Context, reader Continuer, before, texts []string) ([]probe.Loss, error) {
	keys := make([]string, len(texts))
	for i := range texts {
		keys[i] = key("continuation", e.Reader.key(), before[i], texts[i])
	}
	values, err := e.Journal.recall(keys, func(missing []int) ([]value, error) {
		begun, tokens := time.Now(), 0
		first, then := make([]string, len(missing)), make([]string, len(missing))
		for n, i := range missing {
			first[n], then[n] = before[i], texts[i]
			tokens += e.count(before[i]) + e.count(texts[i])
		}
		losses, err := reader.Continuations(ctx, first, then)
		e.timing.Reader.add(len(missing), tokens, time.Since(begun))
		return lossValues(losses), err
	})
	return valueLosses(values), err
}
