package eval

import (
	"math"
	"slices"

	"github.com/project-sputnik/sputnik/probe"
)

// A measure is a ratio of sums over documents that is not F: what a reconstructor pays, how alike texts are, what of a
// text's figures stands.
type measure struct {
	name    string // in report.json
	metric  string // of config.Eval that asks for it
	title   string
	note    string
	lower   bool // is better
	exp     bool // the measure is the exponential of the ratio, as perplexity is
	bounded bool // it is defined for nothing and for the whole text too
}

// measures, in the order of the report's tables.
var measures = []measure{
	{name: "gap_loss", metric: "reconstruction_loss", title: "Gap loss, nats a dropped token", lower: true,
		note: "Lower: what was dropped can be told from what was kept."},
	{name: "reconstruction_loss", metric: "reconstruction_loss", title: "Reconstruction loss, nats a token of the whole text", lower: true,
		note: "Kept tokens count too."},
	{name: "exact_kept", metric: "exact_kept", title: "Exact parts kept: share of the numbers, dates, identifiers and addresses that stand as they were", bounded: true,
		note: "One that lost a digit is lost."},
	{name: "answers_standing", metric: "exact_kept", title: "Answers standing: share of the answers that can be read in what is kept, word for word", bounded: true,
		note: "No reader is asked."},
	{name: "bleu_score", metric: "bleu_score", title: "BLEU against the original", note: "0-100, mean over documents of sentence BLEU (13a, exponential smoothing)."},
	{name: "chrf", metric: "chrf", title: "chrF against the original", note: "0-100, mean over documents."},
	{name: "rouge1", metric: "rouge_score", title: "ROUGE-1 against the original", note: "F, mean over documents."},
	{name: "rouge2", metric: "rouge_score", title: "ROUGE-2 against the original", note: "F, mean over documents."},
	{name: "rougeL", metric: "rouge_score", title: "ROUGE-L against the original", note: "F, mean over documents."},
	{name: "semantic_similarity", metric: "semantic_similarity", title: "Semantic similarity to the original",
		note: "Cosine of sentence embeddings, mean over documents."},
	{name: "perplexity_continuation", metric: "perplexity", title: "Perplexity of what follows in the source", lower: true, exp: true, bounded: true,
		note: "Of documents of which that is known. It rewards keeping the end of a text, so it is reported and never paid."},
	{name: "perplexity_text", metric: "perplexity", title: "Perplexity of the shortened text itself", lower: true, exp: true,
		note: "Lower reads more like text. Dropping what is easy to predict raises it."},
}

// wants says whether a metric was asked for.
func (e *Evaluation) wants(metric string) bool { return slices.Contains(e.Metrics, metric) }

// interval is the measure over cuts, less that over others where there are any. It is nil where it is not defined.
func (s *summary) interval(m measure, cuts []int, less []int) *probe.Interval {
	of := func(cuts []int) ratio {
		return ratio{s.mean(cuts, func(c cut) float64 { return c.measures[m.name].above }),
			s.mean(cuts, func(c cut) float64 { return c.measures[m.name].below }), m.exp}
	}
	if less == nil {
		return ratioInterval(s.bootstrap, of(cuts), nil)
	}
	theirs := of(less)
	return ratioInterval(s.bootstrap, of(cuts), &theirs)
}

// boundary is the measure of nothing or of the whole text, over documents.
func (s *summary) boundary(m measure, of func(*outcome) cut) *float64 {
	var above, below float64
	for i := range s.each {
		x := of(&s.each[i]).measures[m.name]
		above, below = above+x.above, below+x.below
	}
	if below == 0 {
		return nil
	}
	value := above / below
	if m.exp {
		value = math.Exp(value)
	}
	return &value
}
