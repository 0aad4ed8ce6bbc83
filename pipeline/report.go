package pipeline

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// A Report says what a run did. Of a single text it has everything, of many the sums.
type Report struct {
	Command    string                `json:"command"`
	Config     config.HATD           `json:"-"`
	Question   string                `json:"question,omitempty"`
	Inputs     int                   `json:"inputs"`
	Resumed    int                   `json:"resumed"` // of these, done by an earlier run
	Failed     int                   `json:"failed"`
	Original   int                   `json:"original_tokens"`
	Processed  int                   `json:"processed_tokens"`
	Reduction  float64               `json:"reduction_percent"`
	Retention  *Retention            `json:"measured_retention"`
	Models     map[string]int        `json:"selected_models"`
	Complexity map[Complexity]*Class `json:"complexity"`
	Strategies Strategies            `json:"pruning_strategies"` // after the run
	Stages     Stages                `json:"milliseconds"`
	Opening    float64               `json:"opening_ms"` // of the models
	Seconds    float64               `json:"seconds"`    // of everything
	Notes      []string              `json:"notes,omitempty"`
	Text       *Outcome              `json:"text,omitempty"` // where there was one

	told, all []float64 // of every text that something was asked about
	by        string
}

// Class is the texts of one complexity.
type Class struct {
	Inputs    int `json:"inputs"`
	Original  int `json:"original_tokens"`
	Processed int `json:"processed_tokens"`
}

func newReport(cfg config.HATD, command string, notes []string, opening time.Duration) *Report {
	return &Report{Command: command, Config: cfg, Question: cfg.Question, Notes: notes, Opening: milliseconds(opening),
		Models: map[string]int{}, Complexity: map[Complexity]*Class{}}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// add counts an outcome; nil is an input that could not be read.
func (r *Report) add(o *Outcome, resumed bool) {
	if o == nil {
		r.Failed++
		return
	}
	r.Inputs++
	if resumed {
		r.Resumed++
	}
	r.Text = o // the only one, if it stays so
	r.Original, r.Processed = r.Original+o.Original, r.Processed+o.Processed
	r.Models[o.Model]++
	c := r.Complexity[o.Complexity]
	if c == nil {
		c = &Class{}
		r.Complexity[o.Complexity] = c
	}
	c.Inputs, c.Original, c.Processed = c.Inputs+1, c.Original+o.Original, c.Processed+o.Processed
	if o.Retention != nil {
		r.told, r.all, r.by = append(r.told, o.Retention.Told), append(r.all, o.Retention.All), o.Retention.By
	}
	s := &r.Stages
	s.Features, s.Rules, s.Compress = s.Features+o.Stages.Features, s.Rules+o.Stages.Rules, s.Compress+o.Stages.Compress
	s.Total, s.Measure, s.Answer = s.Total+o.Stages.Total, s.Measure+o.Stages.Measure, s.Answer+o.Stages.Answer
}

// finish sums up.
func (r *Report) finish(p *Pipeline, took time.Duration) {
	r.Seconds = took.Seconds()
	r.Strategies = p.Strategies
	if p.Feedback != nil {
		r.Strategies = p.Feedback.Strategies
	}
	if r.Original > 0 {
		r.Reduction = 100 * (1 - float64(r.Processed)/float64(r.Original))
	}
	if r.Inputs != 1 {
		r.Text = nil
		r.Retention = overTexts(r.told, r.all, r.by, p.Meter.Seed)
		return
	}
	r.Retention = r.Text.Retention
}

// overTexts is the ratio of sums over texts, with an interval over them.
func overTexts(told, all []float64, by string, seed int64) *Retention {
	if len(told) == 0 {
		return nil
	}
	docs := probe.Documents{None: all, Full: make([]float64, len(all))} // all = none - full, told = none - kept
	kept := make([]float64, len(told))
	for i := range told {
		kept[i] = all[i] - told[i]
	}
	interval, err := docs.Retained(kept, probe.Bootstrap{Seed: seed})
	if err != nil {
		return nil
	}
	r := &Retention{Interval: interval, By: by}
	for i := range told {
		r.Told, r.All = r.Told+told[i], r.All+all[i]
	}
	return r
}

// write writes report.json and report.md.
func (r *Report) write(dir string) error {
	if err := safetensors.WriteJSON(filepath.Join(dir, "report.json"), r); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := safetensors.Atomically(filepath.Join(dir, "report.md"), r.Markdown); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
