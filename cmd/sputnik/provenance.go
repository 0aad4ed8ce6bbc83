package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/project-sputnik/sputnik"
	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

// described is the agent in the binary, and where it comes from.
type described struct {
	hub.Description
	Provenance agent.Provenance `json:"provenance"`
}

func describeDefault(w io.Writer, asJSON bool) error {
	a, err := agent.Default()
	if err != nil {
		return err
	}
	defer a.Close()
	p, err := agent.DefaultProvenance()
	if err != nil {
		return err
	}
	d := described{hub.Description{
		Name: sputnik.Default, Source: "in the binary", License: strings.Join(licences(p.Data), "; "), Architecture: agent.ModelType,
		Parameters: p.Weights.Parameters, Bytes: p.Weights.Bytes, Tokenizer: a.Tokenizer().Name(), Vocabulary: a.Vocabulary,
	}, p}
	if asJSON {
		return json.NewEncoder(w).Encode(d)
	}
	return d.print(w)
}

// licences of the data, each once: what the weights are under depends on them.
func licences(data []agent.Source) []string {
	var all []string
	for _, s := range data {
		all = append(all, s.License)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (d described) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	p := d.Provenance
	fmt.Fprintf(w, "name\t%s, %s\n", d.Name, d.Source)
	fmt.Fprintf(w, "architecture\t%s\n", d.Architecture)
	fmt.Fprintf(w, "parameters\t%s\n", millions(d.Parameters))
	fmt.Fprintf(w, "size\t%s, with the statistics of the corpus\n", megabytes(d.Bytes))
	fmt.Fprintf(w, "tokenizer\t%s\n", tokenizerLine(d.Description))
	fmt.Fprintf(w, "sha256\t%s\n", p.Weights.SHA256)
	fmt.Fprintf(w, "in reports\tsha256 %s, of all its files\n", p.Weights.Identity)
	rows(w, "data", p.Data, sourceLine)
	rows(w, "figures", p.Figures, figuresLine)
	if err := training(w, &p); err != nil {
		return err
	}
	for at := p.Start; at != nil; at = at.Start {
		fmt.Fprintf(w, "went on from\tan agent, sha256 %s, in reports %s, made by:\n", at.Weights.SHA256, at.Weights.Identity)
		if err := training(w, at); err != nil {
			return err
		}
	}
	return w.Flush()
}

// training says what a training took and how it was set.
func training(w io.Writer, p *agent.Provenance) error {
	c := p.Compute
	fmt.Fprintf(w, "compute\t%d steps, the best of them %d, in %s on %s, %d threads; it ended for: %s\n",
		c.Steps, c.BestStep, time.Duration(c.Seconds*float64(time.Second)).Round(time.Second), c.Machine, c.Threads, c.Stopped)
	fmt.Fprintf(w, "seeds\t%s\n", strings.Trim(fmt.Sprint(p.Seeds), "[]"))
	changed, err := ownSettings(p.Config)
	if err != nil {
		return err
	}
	rows(w, "config", changed, func(line string) string { return line })
	return nil
}

// rows writes one line each, the first behind the name of them all.
func rows[T any](w io.Writer, name string, all []T, line func(T) string) {
	for _, each := range all {
		fmt.Fprintf(w, "%s\t%s\n", name, line(each))
		name = ""
	}
}

func sourceLine(s agent.Source) string {
	words := []string{s.Use + ": " + s.Name}
	if s.Documents > 0 {
		words = append(words, fmt.Sprintf("%d documents", s.Documents))
	}
	if s.Probes > 0 {
		words = append(words, fmt.Sprintf("%d questions", s.Probes))
	}
	if s.Bytes > 0 {
		words = append(words, fmt.Sprintf("%d kB", (s.Bytes+999)/1000))
	}
	if s.From != "" {
		words = append(words, "from "+s.From)
	}
	if words = append(words, s.License); s.SHA256 != "" {
		words = append(words, "sha256 "+s.SHA256[:min(12, len(s.SHA256))])
	}
	return strings.Join(words, ", ")
}

// figuresLine gives the retained information F, 1 where nothing is lost, with its intervals.
func figuresLine(f agent.Figures) string {
	var points []string
	for _, r := range f.Retained {
		points = append(points, fmt.Sprintf("%s at %g", r.Interval, r.Rate))
	}
	return fmt.Sprintf("F %s (%g%% intervals), %d questions on the %d documents of %s, reader %s",
		strings.Join(points, ", "), 100*f.Level, f.Probes, f.Documents, filepath.Base(f.Data), f.Reader)
}

// ownSettings are the lines of a training's configuration in which it differs from the defaults of today.
func ownSettings(raw json.RawMessage) ([]string, error) {
	var defaults config.Train
	config.Default(&defaults)
	plain, err := config.Marshal(&defaults)
	if err != nil {
		return nil, err
	}
	var own, usual map[string]json.RawMessage
	if err := json.Unmarshal(raw, &own); err != nil {
		return nil, fmt.Errorf("embedded agent: configuration: %w", err)
	}
	if err := json.Unmarshal(plain, &usual); err != nil {
		return nil, err
	}
	var lines []string
	for name, value := range own {
		if a, b := compact(value), compact(usual[name]); a != b {
			lines = append(lines, name+" "+a)
		}
	}
	slices.Sort(lines)
	return lines, nil
}

func compact(raw json.RawMessage) string {
	var out bytes.Buffer
	if json.Compact(&out, raw) != nil {
		return "" // a field that there is no more
	}
	return out.String()
}
