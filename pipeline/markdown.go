package pipeline

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Markdown writes the report for people.
func (r *Report) Markdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# %s\n\n`%s`\n\n", r.title(), r.Command)
	fmt.Fprintf(out, "| | |\n|---|---|\n")
	row := func(name, value string) { fmt.Fprintf(out, "| %s | %s |\n", name, value) }
	row("original tokens", fmt.Sprint(r.Original))
	row("processed tokens", fmt.Sprint(r.Processed))
	row("reduction", fmt.Sprintf("%.1f%%", r.Reduction))
	row("selected model", r.models())
	row("measured retention", r.Retention.String())
	row("shares removed, by complexity", r.Strategies.String())
	row("time to shorten", fmt.Sprintf("%.1f ms: features %.1f, rules %.1f, compress %.1f", r.Stages.Total, r.Stages.Features, r.Stages.Rules, r.Stages.Compress))
	row("time to measure and to answer", fmt.Sprintf("%.1f ms and %.1f ms", r.Stages.Measure, r.Stages.Answer))
	row("time to open the models", fmt.Sprintf("%.1f ms; %.2f s in all", r.Opening, r.Seconds))
	if r.Text != nil {
		r.Text.markdown(out)
	} else {
		r.classes(out)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(out, "\nNote: %s.\n", note)
	}
	return out.Flush()
}

func (r *Report) title() string {
	if r.Text != nil {
		return r.Text.ID + ", shorter"
	}
	return fmt.Sprintf("%d texts, shorter (%d of them by an earlier run, %d more unreadable)", r.Inputs, r.Resumed, r.Failed)
}

func (r *Report) models() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r.Models)) {
		if len(r.Models) == 1 {
			return name
		}
		parts = append(parts, fmt.Sprintf("%s (%d)", name, r.Models[name]))
	}
	return strings.Join(parts, ", ")
}

func (r *Report) classes(out io.Writer) {
	fmt.Fprintf(out, "\n| complexity | texts | original tokens | processed tokens | reduction |\n|---|---|---|---|---|\n")
	for _, name := range Complexities {
		if c := r.Complexity[name]; c != nil {
			fmt.Fprintf(out, "| %s | %d | %d | %d | %.1f%% |\n", name, c.Inputs, c.Original, c.Processed, 100*(1-float64(c.Processed)/float64(max(1, c.Original))))
		}
	}
}

// String says what a retention is, of how much.
func (r *Retention) String() string {
	switch {
	case r == nil:
		return "none: nothing could be asked about"
	case r.By == byLosses && r.Probes > 0:
		return fmt.Sprintf("%s of what the text tells the reader, over %d cloze questions", r.Interval, r.Probes)
	case r.By == byLosses:
		return fmt.Sprintf("%s of what the texts tell the reader, over %d texts", r.Interval, r.Documents)
	case r.Probes > 0:
		return fmt.Sprintf("%s of the answers to %d cloze questions stand", r.Interval, r.Probes)
	}
	return fmt.Sprintf("%s of the answers to cloze questions stand, over %d texts", r.Interval, r.Documents)
}

// String lists the shares in the order of complexity.
func (s Strategies) String() string {
	var parts []string
	for _, c := range Complexities {
		parts = append(parts, fmt.Sprintf("%s %.3g", c, s[c]))
	}
	return strings.Join(parts, ", ")
}

func (o *Outcome) markdown(out io.Writer) {
	fmt.Fprintf(out, "\n## Why\n\n")
	for _, why := range o.Why {
		fmt.Fprintf(out, "- %s\n", why)
	}
	for _, warning := range o.Warnings {
		fmt.Fprintf(out, "- warning: %s\n", warning)
	}
	if a := o.Answers; a != nil {
		line := func(s string) string { return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", "\\|") }
		fmt.Fprintf(out, "\n## What the reader says\n\n%s\n\n| of the original | of the shorter text |\n|---|---|\n| %s | %s |\n", line(a.Question), line(a.Original), line(a.Shorter))
	}
	if o.Text != "" {
		fmt.Fprintf(out, "\n## The shorter text\n\n%s\n", quote(o.Text))
	}
}

// quote is a text as a block quotation, so that nothing in it is taken for Markdown of ours.
func quote(text string) string {
	return "> " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n> ")
}
