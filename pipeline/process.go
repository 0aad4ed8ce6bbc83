package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// A Pipeline shortens texts. It is used by one goroutine at a time.
type Pipeline struct {
	Rungs      []Rung // the largest first
	Strategies Strategies
	Classifier Classifier // BySeed where nil
	Rules      *Rules     // nil leaves them out
	Feedback   *Feedback  // nil leaves the strategies as they are; else it has them
	Meter      Meter
	Quality    float64
	Task       string
}

// An Input is a text to shorten.
type Input struct{ ID, Text, Question string }

// An Outcome is a shortened text, and how it came about.
type Outcome struct {
	ID         string          `json:"id"`
	Text       string          `json:"-"`
	Kept       []compress.Span `json:"-"` // of the input
	Original   int             `json:"original_tokens"`
	ByRules    int             `json:"tokens_after_rules"`
	Processed  int             `json:"processed_tokens"`
	Reduction  float64         `json:"reduction_percent"`
	Complexity Complexity      `json:"complexity"`
	Language   string          `json:"language,omitempty"`
	Ratio      float64         `json:"pruning_ratio"`
	Model      string          `json:"selected_model"`
	Why        []string        `json:"why"`
	Features   Features        `json:"features"`
	Retention  *Retention      `json:"measured_retention"`
	Answers    *Answers        `json:"answers,omitempty"`
	Stages     Stages          `json:"milliseconds"`
	Warnings   []string        `json:"warnings,omitempty"`
}

// Stages is where the time went, in milliseconds.
type Stages struct {
	Features float64 `json:"features"` // with the complexity, the ratio and the rung
	Rules    float64 `json:"rules"`
	Compress float64 `json:"compress"`
	Total    float64 `json:"total"` // of the three, which make the shorter text
	Measure  float64 `json:"measure"`
	Answer   float64 `json:"answer"`
}

// Process shortens one text.
func (p *Pipeline) Process(ctx context.Context, in Input) (*Outcome, error) {
	clock := stopwatch{time.Now()}
	o := &Outcome{ID: in.ID}
	rung, err := p.decide(ctx, in, o)
	if err != nil {
		return nil, err
	}
	o.Stages.Features = clock.lap()
	pruned := in.Text
	kept := complement(len(in.Text), nil)
	if p.Rules != nil {
		kept, o.Language = p.Rules.Prune(in.Text, o.Ratio)
		pruned = within(in.Text, kept, len(in.Text))
		o.Stages.Rules = clock.lap()
	}
	if err := p.compress(ctx, rung, in, pruned, kept, o); err != nil {
		return nil, err
	}
	o.Stages.Compress = clock.lap()
	o.Stages.Total = o.Stages.Features + o.Stages.Rules + o.Stages.Compress
	return o, p.measure(ctx, in, o, &clock)
}

// decide reads the text and settles complexity, ratio and rung.
func (p *Pipeline) decide(ctx context.Context, in Input, o *Outcome) (Rung, error) {
	first := p.Rungs[0]
	text := token.Read(first.Tokenizer, []byte(in.Text))
	o.Original = len(text.Tokens)
	o.Features = Read(in.Text)
	smallest := p.Rungs[len(p.Rungs)-1] // the cheapest expectation will do
	if err := o.Features.Predict(ctx, smallest.Scorer, text); err != nil {
		return Rung{}, fmt.Errorf("predict retention: %w", err)
	}
	var why string
	var classifier Classifier = BySeed{}
	if p.Classifier != nil {
		classifier = p.Classifier
	}
	o.Complexity, why = classifier.Classify(o.Features)
	o.Why = append(o.Why, "complexity "+why)
	strategies := p.Strategies
	if p.Feedback != nil {
		strategies = p.Feedback.Strategies
	}
	var steps []string
	o.Ratio, steps = strategies.Ratio(o.Complexity, o.Features, p.Task)
	o.Why = append(o.Why, fmt.Sprintf("share removed %.3g: %s", o.Ratio, strings.Join(steps, ", ")))
	at, why := Route(p.Rungs, o.Complexity, p.Quality)
	o.Model = p.Rungs[at].Name
	o.Why = append(o.Why, "model "+why)
	return p.Rungs[at], nil
}

// compress has the rung cut what the rules left down to the budget, which counts the original's tokens.
func (p *Pipeline) compress(ctx context.Context, rung Rung, in Input, pruned string, kept []compress.Span, o *Outcome) error {
	target := int(math.Floor((1 - o.Ratio) * float64(o.Original)))
	if o.Original > 0 && o.Ratio > 0 {
		target = max(1, target)
	}
	by := compress.Compressor{Model: rung.Name, Tokenizer: rung.Tokenizer, Scorer: rung.Scorer, Language: rung.Language}
	r, err := by.Compress(ctx, []byte(pruned), compress.Options{TargetTokens: &target, Question: in.Question})
	var fault compress.Fault
	switch {
	case errors.As(err, &fault): // the rules' text stands
		o.Warnings = append(o.Warnings, err.Error())
	case err != nil:
		return fmt.Errorf("compress: %w", err)
	default:
		o.Warnings = append(o.Warnings, r.Warnings...)
	}
	o.ByRules, o.Processed, o.Text = r.OriginalTokens, r.CompressedTokens, r.Text
	o.Kept = through(kept, r.Kept)
	if o.Original > 0 {
		o.Reduction = 100 * (1 - float64(o.Processed)/float64(o.Original))
	}
	o.Why = append(o.Why, fmt.Sprintf("%d tokens, %d after the rules, at most %d wanted, %d left", o.Original, o.ByRules, target, o.Processed))
	return nil
}

// through gives spans of the concatenation of outer as spans of what outer is of.
func through(outer, inner []compress.Span) []compress.Span {
	var out []compress.Span
	at, i := 0, 0 // where outer[i] begins in the concatenation
	for _, s := range inner {
		for start := s[0]; start < s[1]; {
			for at+outer[i][1]-outer[i][0] <= start {
				at += outer[i][1] - outer[i][0]
				i++
			}
			end := min(s[1], at+outer[i][1]-outer[i][0])
			span := compress.Span{outer[i][0] + start - at, outer[i][0] + end - at}
			if n := len(out); n > 0 && out[n-1][1] == span[0] {
				out[n-1][1] = span[1]
			} else {
				out = append(out, span)
			}
			start = end
		}
	}
	return out
}

// measure says what is still told, and has the strategies learn from it.
func (p *Pipeline) measure(ctx context.Context, in Input, o *Outcome, clock *stopwatch) (err error) {
	if o.Retention, err = p.Meter.Measure(ctx, in.ID, in.Text, o.Kept); err != nil {
		return fmt.Errorf("measure retention: %w", err)
	}
	o.Stages.Measure = clock.lap()
	if p.Feedback != nil && o.Retention != nil {
		if said := p.Feedback.Observe(o.Complexity, o.Retention.Value, o.Reduction/100); said != "" {
			o.Why = append(o.Why, "feedback "+said)
		}
	}
	if p.Meter.Reader != nil && in.Text != "" {
		if o.Answers, err = p.Meter.Ask(ctx, in.Text, o.Text, p.question(in)); err != nil {
			return fmt.Errorf("ask the reader: %w", err)
		}
		o.Stages.Answer = clock.lap()
	}
	return nil
}

// question is what the reader is asked of both texts: what was given, else the text's last question, else what the task is.
func (p *Pipeline) question(in Input) string {
	if in.Question != "" {
		return in.Question
	}
	sentences := probe.Sentences(in.Text)
	for i := len(sentences) - 1; i >= 0; i-- {
		if s := in.Text[sentences[i].Start:sentences[i].End]; strings.HasSuffix(s, "?") {
			return s
		}
	}
	if p.Task == Reasoning {
		return "What follows from this text?"
	}
	return "What is this text about?"
}

type stopwatch struct{ at time.Time }

// lap is the milliseconds since the last lap.
func (s *stopwatch) lap() float64 {
	before := s.at
	s.at = time.Now()
	return float64(s.at.Sub(before).Microseconds()) / 1000
}
