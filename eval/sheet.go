package eval

import (
	"fmt"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval/metric"
	"github.com/project-sputnik/sputnik/probe"
)

// A sheet says how answers in words are scored. Retention is of the first score.
type sheet struct {
	scores []string
	score  func(answer string, p probe.Probe) []float64 // each 0-1, but CIDEr-D, which is 0-10
}

var (
	phrases = sheet{[]string{"f1", "exact_match"}, func(answer string, p probe.Probe) []float64 {
		right := append([]string{p.Target}, p.Also...)
		return []float64{metric.SquadF1(answer, right), metric.SquadExact(answer, right)}
	}}
	solutions = sheet{[]string{"solved"}, func(answer string, p probe.Probe) []float64 {
		return []float64{metric.Solved(answer, p.Also[0])}
	}}
	summaries = sheet{[]string{"rougeL", "rouge1", "rouge2"}, func(answer string, p probe.Probe) []float64 {
		right := append([]string{p.Target}, p.Also...)
		rouge := metric.Rouge{Stem: true}
		return []float64{rouge.L(answer, right).F, rouge.N(1, answer, right).F, rouge.N(2, answer, right).F}
	}}
)

// sentences is the sheet of CommonGen; CIDEr-D weighs words by how many of all references have them.
func sentences(tasks []probe.Task) sheet {
	var references [][]string
	for _, task := range tasks {
		for _, p := range task.Probes {
			references = append(references, append([]string{p.Target}, p.Also...))
		}
	}
	cider := metric.NewCIDEr(references)
	return sheet{[]string{"coverage", "bleu", "rougeL", "cider"}, func(answer string, p probe.Probe) []float64 {
		right := append([]string{p.Target}, p.Also...)
		return []float64{
			metric.Coverage(answer, strings.Split(p.Prompt, ", ")), metric.BLEU(answer, right) / 100,
			metric.Rouge{Stem: true}.L(answer, right).F, cider.Score(answer, right),
		}
	}}
}

// sheetOf is the one sheet that fits all probes.
func sheetOf(tasks []probe.Task) (sheet, error) {
	kinds := map[string]bool{}
	for _, task := range tasks {
		for _, p := range task.Probes {
			kinds[sheetName(p.Kind)] = true
		}
	}
	if len(kinds) > 1 {
		return sheet{}, config.Usagef("the probes are of kinds whose answers are scored differently; evaluate them apart")
	}
	switch {
	case kinds[probe.KindProblem]:
		return solutions, nil
	case kinds[probe.KindConcepts]:
		return sentences(tasks), nil
	case kinds[probe.KindSummary]:
		return summaries, nil
	}
	return phrases, nil
}

// sheetName is the kind where it has a sheet of its own.
func sheetName(kind string) string {
	if extractive(probe.Probe{Kind: kind}) {
		return ""
	}
	return kind
}

// format shows scores in a table.
func format(scores []float64) string {
	words := make([]string, len(scores))
	for i, x := range scores {
		words[i] = fmt.Sprintf("%.3f", x)
	}
	return strings.Join(words, ", ")
}
