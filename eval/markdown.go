package eval

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/probe"
)

// Markdown is report.md, readable in a terminal.
func (r *Report) Markdown() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# Evaluation\n\n    %s\n\n", r.Command)
	for _, fact := range r.facts() {
		fmt.Fprintf(&out, "- %s: %s\n", fact.name, fact.value)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&out, "- Note: %s\n", note)
	}
	for _, t := range r.Tables() {
		fmt.Fprintf(&out, "\n## %s\n\n", t.Title)
		t.write(&out)
		fmt.Fprintf(&out, "\n%s\n", t.Note)
	}
	fmt.Fprintf(&out, "\n%s\n", r.intervals())
	return out.Bytes()
}

// Print writes what a terminal should show: all but the last tables, which are for the files, and the times where they
// were asked for.
func (r *Report) Print(w io.Writer) error {
	var out bytes.Buffer
	fmt.Fprintln(&out, r.subtitle())
	for _, note := range r.Notes {
		fmt.Fprintf(&out, "Note: %s\n", note)
	}
	tables := r.Tables()
	tables = tables[:len(tables)-3]
	if len(r.timing.EndToEnd) > 0 {
		tables = append(tables, r.timing.table())
	}
	for _, t := range tables {
		fmt.Fprintf(&out, "\n%s\n\n", t.Title)
		t.write(&out)
		fmt.Fprintf(&out, "\n%s\n", t.Note)
	}
	_, err := out.WriteTo(w)
	return err
}

type fact struct{ name, value string }

// facts is what the figures were measured on and by.
func (r *Report) facts() []fact {
	facts := []fact{
		{"data", fmt.Sprintf("%s (%s): %s; %d tokens of %s, %d of the reader's, %d characters, %d bytes",
			r.Data.Path, r.Data.Task, r.counts(), r.Data.Tokens, r.Tokenizer, r.Data.ReaderTokens, r.Data.Characters, r.Data.Bytes)},
		{"reader", describe(&r.Reader, "")},
		{"gap loss by", describe(r.Reconstructor, "nobody")},
		{"selection", fmt.Sprintf("whole words in the order of their mean score while they fit round(rate n) tokens of %s, the same for every scorer", r.Tokenizer)},
		{"failed documents", fmt.Sprint(len(r.Failed))},
		{"versions", r.versions()},
	}
	if len(r.Agents) == 0 {
		facts = append(facts, fact{"agent", "none: baselines only"})
	}
	for i := range r.Agents {
		facts = append(facts, fact{"agent", describe(&r.Agents[i], "")})
	}
	if r.Embedder != nil {
		facts = append(facts, fact{"similarity by", describe(r.Embedder, "")})
	}
	for _, f := range r.Failed {
		facts = append(facts, fact{"failed", f.Document + ": " + f.Reason})
	}
	return facts
}

func describe(m *Model, none string) string {
	if m == nil {
		return none
	}
	words := []string{m.Name}
	if m.Parameters > 0 {
		words = append(words, fmt.Sprintf("%d parameters", m.Parameters))
	}
	if m.Kind != "" {
		words = append(words, m.Kind)
	}
	if m.Identity != "" {
		words = append(words, "sha256 "+m.Identity[:min(12, len(m.Identity))])
	}
	return strings.Join(words, ", ")
}

// counts says how many documents and probes of which kind there are.
func (r *Report) counts() string {
	words := []string{fmt.Sprintf("%d documents", r.Data.Documents)}
	for _, kind := range slices.Sorted(maps.Keys(r.Data.Kinds)) {
		name := kind + " probes"
		if kind == probe.KindQuestion {
			name = "questions"
		}
		words = append(words, fmt.Sprintf("%d %s", r.Data.Kinds[kind], name))
	}
	return strings.Join(words, ", ")
}

func (r *Report) versions() string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
		all = append(all, name+" "+r.Versions[name])
	}
	return strings.Join(all, ", ")
}

func (r *Report) subtitle() string { return fmt.Sprintf("%s; read by %s", r.counts(), r.Reader.Name) }

func (r *Report) intervals() string {
	return fmt.Sprintf("In brackets: %g%% intervals, %d bootstrap resamples of the %d documents, seed %d.",
		100*r.Bootstrap.Level, r.Bootstrap.Resamples, r.Data.Documents, r.Bootstrap.Seed)
}
