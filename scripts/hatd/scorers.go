package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/project-sputnik/sputnik/eval"
)

// ranked are the scorers of the table, beside the agent.
var ranked = []string{"attention", "attention:rollout", "gradient", "gradient:input", "surprisal", "surprisal:phrase", "contrastive", "random", "ngram", "frequency"}

// scorers compares all that rank tokens: F by the reader's loss of answers. How fast they are was seen in passing; speeds
// measures it.
func scorers(ctx context.Context, out io.Writer) error {
	r, err := evaluate(ctx, "scorers", 1, "--task", "squad_en", "--num_sequences", "60", "--target_ratios", "0.33,0.5,0.7",
		"--metrics", "compression_ratio,retained_information", "--random_draws", "1", "--baselines", strings.Join(ranked, ","))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "# Scorers\n\n    %s\n\n%s. F is what of the reader's knowledge of the answers is left, in brackets with its %g%%\n"+
		"bootstrap interval; behind it the agent's F less the scorer's, paired by document, where * excludes 0. Tokens a second are those\n"+
		"ranked and cut in that pass, one text after the other, beside whatever else ran; 007-speeds has those of a quiet machine.\n\n",
		r.command, r.measuredBy(), 100*r.report.Bootstrap.Level)
	fmt.Fprint(out, "| scorer |")
	for _, p := range r.report.Methods[0].Points {
		fmt.Fprintf(out, " F at %.2f | agent less it |", p.Rate)
	}
	fmt.Fprintf(out, " tokens/s |\n| --- |%s --- |\n", strings.Repeat(" --- | --- |", len(r.report.Methods[0].Points)))
	for _, m := range r.report.Methods {
		fmt.Fprintf(out, "| %s |", m.Name)
		for _, p := range m.Points {
			fmt.Fprintf(out, " %v | %s |", p.Retained, r.lessThanAgent(m.Name, p.Rate))
		}
		fmt.Fprintf(out, " %.0f |\n", r.speed(m.Name))
	}
	fmt.Fprintln(out)
	for _, note := range r.report.Notes {
		fmt.Fprintf(out, "- %s\n", note)
	}
	fmt.Fprintln(out, "- attention and gradient read minilm-l6, surprisal and contrastive the reader itself, which favours them.")
	fmt.Fprintln(out, "- gradient:mlm is left out, since minilm-l6 has no head that predicts words, and tokenclass, since no weights of a token classifier are on this machine: random ones rank at random.")
	return nil
}

// lessThanAgent is how far the agent is above a scorer at a rate, empty for itself.
func (r *run) lessThanAgent(scorer string, rate float64) string {
	for _, c := range r.report.Comparisons {
		if c.Baseline == scorer && c.Rate == rate && c.Retained != nil {
			return difference(*c.Retained)
		}
	}
	return ""
}

func difference(d eval.Difference) string {
	mark := ""
	if d.ExcludesZero {
		mark = " *"
	}
	return fmt.Sprintf("%+.3f [%+.3f, %+.3f]%s", d.Value, d.Low, d.High, mark)
}
