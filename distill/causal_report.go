package distill

import (
	"bufio"
	"fmt"
	"io"
	"math"

	"github.com/project-sputnik/sputnik/probe"
)

// A CausalReport is what a ladder of language models came to.
type CausalReport struct {
	Command   string        `json:"command"`
	Kind      string        `json:"kind"` // causal, or masked: the nats are of words under masks
	Texts     int           `json:"texts"`
	Documents int           `json:"documents"`
	Steps     int           `json:"steps"`
	Seconds   float64       `json:"seconds"`
	Rungs     []*CausalRung `json:"rungs"`
}

// A CausalRung is a language model of the ladder.
type CausalRung struct {
	Name            string         `json:"name"`
	Folder          string         `json:"folder"` // beside the report; empty of the first
	Layers          int            `json:"layers"`
	Parameters      int64          `json:"parameters"`
	Loss            probe.Interval `json:"nats_a_token"`
	Perplexity      float64        `json:"perplexity"`
	Untaught        float64        `json:"perplexity_untaught,omitempty"` // before it learned
	TokensPerSecond float64        `json:"tokens_per_second"`             // read, with losses
}

// Markdown writes the report for people.
func (r *CausalReport) Markdown(w io.Writer) error {
	out, of := bufio.NewWriter(w), "the next word"
	if r.Kind == "masked" {
		of = "words under masks"
	}
	fmt.Fprintf(out, "# A ladder of language models\n\n`%s`\n\nLearned on %d texts for %d steps a student, measured on %d held-out texts, in %.0f s. Perplexity with its 95%% bootstrap interval, of %s.\n\n",
		r.Command, r.Texts, r.Steps, r.Documents, r.Seconds, of)
	fmt.Fprint(out, "| model | layers | parameters | perplexity | before it learned | tokens a second |\n|---|---|---|---|---|---|\n")
	for _, rung := range r.Rungs {
		before := ""
		if rung.Untaught > 0 {
			before = fmt.Sprintf("%.4g", rung.Untaught)
		}
		fmt.Fprintf(out, "| %s | %d | %d | %.4g [%.4g, %.4g] | %s | %.0f |\n", rung.Name, rung.Layers, rung.Parameters,
			rung.Perplexity, math.Exp(rung.Loss.Low), math.Exp(rung.Loss.High), before, rung.TokensPerSecond)
	}
	return out.Flush()
}
