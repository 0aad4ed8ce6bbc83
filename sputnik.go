// Package sputnik makes a prompt shorter by leaving out the words that matter least.
//
//	c, err := sputnik.Open(sputnik.Default)
//	if err != nil { ... }
//	defer c.Close()
//	result, err := c.Compress(ctx, text, sputnik.Rate(0.5))
//
// A Compressor is safe for concurrent use. What a result promises is written in package compress.
package sputnik

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sync"
	"unsafe"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/scorers"
	"github.com/project-sputnik/sputnik/compress/structure"
	"github.com/project-sputnik/sputnik/token"
)

// Default is the agent that is embedded in the program.
const Default = "default"

// A Result is a shortened text and how it came about.
type Result = compress.Result

// An Explanation is a Result with the fate of every word and token.
type Explanation = compress.Explanation

// ErrInput marks the errors of what Stream reads.
var ErrInput = compress.ErrInput

// A Compressor owns a model until it is closed.
type Compressor struct {
	model string
	open  sync.RWMutex // held for reading by whoever uses the agent
	agent *agent.Agent // nil once closed

	opening sync.Mutex                    // held by who uses opened
	opened  map[[2]string]*scorers.Opened // scorers with a model of their own, by name and model
}

// Open loads a model: Default, or the folder of an agent or of the run that trained it.
func Open(model string) (*Compressor, error) {
	var a *agent.Agent
	var err error
	if model == Default {
		a, err = agent.Default()
	} else {
		a, err = agent.Load(model)
	}
	if err != nil {
		return nil, err
	}
	return &Compressor{model: model, agent: a}, nil
}

// Close frees the model once the calls that use it are done.
func (c *Compressor) Close() {
	c.open.Lock()
	defer c.open.Unlock()
	if c.agent != nil {
		c.agent.Close()
		c.agent = nil
	}
	for _, o := range c.opened {
		o.Close()
	}
	c.opened = nil
}

// Compress returns text without the words that matter least: half of its tokens stay unless an option says otherwise.
// If the model fails, the original text comes out beside the error, a compress.Fault. It returns at once when ctx ends.
func (c *Compressor) Compress(ctx context.Context, text string, options ...Option) (Result, error) {
	return abandonable(ctx, func() (Result, error) {
		return with(c, options, func(by *compress.Compressor, o compress.Options) (Result, error) {
			return by.Compress(ctx, bytesOf(text), o)
		})
	})
}

// bytesOf is a text's memory, which is only read.
func bytesOf(text string) []byte { return unsafe.Slice(unsafe.StringData(text), len(text)) }

// Stream compresses what it reads while it comes, and writes each block once it is decided; what it promises is written
// at compress.Compressor.Stream. The result has figures, but no text.
func (c *Compressor) Stream(ctx context.Context, r io.Reader, w io.Writer, options ...Option) (Result, error) {
	return with(c, options, func(by *compress.Compressor, o compress.Options) (Result, error) {
		return by.Stream(ctx, r, w, o)
	})
}

// Explain compresses text as Compress does, and says what became of every word and token, and why.
func (c *Compressor) Explain(ctx context.Context, text string, options ...Option) (Explanation, error) {
	return abandonable(ctx, func() (Explanation, error) {
		return with(c, options, func(by *compress.Compressor, o compress.Options) (Explanation, error) {
			return by.Explain(ctx, bytesOf(text), o)
		})
	})
}

// abandonable returns what do does, or the context's error once that ends: do may then go on for a while, as a long text is
// not tokenised in bits, and nobody sees what it returns.
func abandonable[T any](ctx context.Context, do func() (T, error)) (T, error) {
	if ctx.Done() == nil {
		return do()
	}
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := do()
		done <- outcome{value, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// with calls use with what the options ask for. Close waits until it is done.
func with[T any](c *Compressor, options []Option, use func(by *compress.Compressor, o compress.Options) (T, error)) (result T, err error) {
	s := settings{scorer: "agent", Options: compress.Options{Rate: 0.5}}
	for _, option := range options {
		if err := option(&s); err != nil {
			return result, err
		}
	}
	c.open.RLock()
	defer c.open.RUnlock()
	if c.agent == nil {
		return result, errors.New("compress: the compressor is closed")
	}
	if s.Tokenizer != nil && s.Tokenizer.Name() == c.agent.Tokenizer().Name() {
		s.Tokenizer = nil
	}
	scorer, err := c.scorer(s)
	if err != nil {
		return result, err
	}
	return use(&compress.Compressor{Model: c.model, Tokenizer: c.agent.Tokenizer(), Scorer: scorer, Language: c.agent.Statistics()}, s.Options)
}

func (c *Compressor) scorer(s settings) (compress.Scorer, error) {
	switch {
	case s.scorer == c.agent.Name():
		return c.agent, nil
	case scorers.Reads(s.scorer):
		return c.reads(s.scorer, s.scorerModel)
	}
	scorer, err := compress.Baseline(s.scorer, c.agent.Statistics(), s.seed)
	if err != nil {
		return nil, fmt.Errorf("%w; agent; or by a model, %s", err, scorers.Usage())
	}
	return scorer, nil
}

// reads opens a scorer that has a model of its own, once.
func (c *Compressor) reads(name, model string) (compress.Scorer, error) {
	c.opening.Lock()
	defer c.opening.Unlock()
	key := [2]string{name, model}
	if c.opened[key] == nil {
		o, err := scorers.Open(name, model)
		if err != nil {
			return nil, err
		}
		if c.opened == nil {
			c.opened = map[[2]string]*scorers.Opened{}
		}
		c.opened[key] = o
	}
	return c.opened[key].Scorer, nil
}

// settings is what options set.
type settings struct {
	compress.Options
	scorer      string
	scorerModel string
	seed        int64
}

// An Option changes how a text is compressed.
type Option func(*settings) error

// Rate keeps this share of the tokens, in (0, 1].
func Rate(rate float64) Option {
	return func(s *settings) error {
		s.Rate, s.TargetTokens = rate, nil
		return s.Check()
	}
}

// TargetTokens keeps at most n tokens.
func TargetTokens(n int) Option {
	return func(s *settings) error {
		s.TargetTokens = &n
		return s.Check()
	}
}

// MinQuality keeps as few tokens as the model expects to keep this share, above 0 and below 1, of what will be asked about
// texts like those that it was calibrated on (agent.Quality).
func MinQuality(quality float64) Option {
	return func(s *settings) error {
		s.MinQuality = quality
		return s.Check()
	}
}

// Tokenizer counts with another tokenizer than the model's: one of token.Names, a tokenizer.json, or a folder with one.
func Tokenizer(nameOrFile string) Option {
	return func(s *settings) (err error) {
		s.Tokenizer, err = token.Open(nameOrFile)
		return err
	}
}

// Scorer ranks by another rule than the model: "agent", one of compress.Baselines, or of package compress/scorers, which
// read a model of their own; seed is for those that draw.
func Scorer(name string, seed int64) Option {
	return func(s *settings) error {
		s.scorer, s.seed = name, seed
		return nil
	}
}

// ScorerModel is what a scorer of package compress/scorers reads: a model's name, or its folder in Hugging Face form.
func ScorerModel(nameOrDir string) Option {
	return func(s *settings) error {
		s.scorerModel = nameOrDir
		return nil
	}
}

// Question says what will be asked about the text.
func Question(text string) Option {
	return func(s *settings) error {
		s.Options.Question = text
		return nil
	}
}

// Unit keeps or drops whole words (compress.Word, the default) or single tokens (compress.Token).
func Unit(unit compress.Unit) Option {
	return func(s *settings) error {
		s.Options.Unit = unit
		return s.Check()
	}
}

// Structure says what the text is, so that its syntax stays: "auto", the default, or "prose", "json", "chat", ... as in
// package compress/structure. A text that is not what it should be is refused with a *structure.Error.
func Structure(kind string) Option {
	return func(s *settings) error {
		s.Options.Structure = structure.Kind(kind)
		return s.Check()
	}
}

// Keep protects words wherever they stand by themselves.
func Keep(words ...string) Option {
	return func(s *settings) error {
		s.Options.Keep = append(s.Options.Keep, words...)
		return nil
	}
}

// KeepRegexp protects what an expression matches.
func KeepRegexp(expression string) Option {
	return func(s *settings) error {
		re, err := regexp.Compile(expression)
		if err != nil {
			return fmt.Errorf("keep-regex: %w", err)
		}
		s.Options.KeepRegexp = append(s.Options.KeepRegexp, re)
		return nil
	}
}

// KeepDigits protects every number with its sign, unit and currency, and every other word with a digit in it.
func KeepDigits() Option {
	return func(s *settings) error {
		s.Options.KeepDigits = true
		return nil
	}
}

// StripTags leaves the tags <keep> and </keep> out; what stands between them is protected all the same.
func StripTags() Option {
	return func(s *settings) error {
		s.Options.StripTags = true
		return nil
	}
}

// CacheStable has what comes out for a text begin what comes out for any text that goes on behind it, up to
// Result.Stable bytes, so that a cached prompt stays cached; it wants a rate. A conversation as JSON is compressed
// message by message, and all turns of the user stay whole.
func CacheStable() Option {
	return func(s *settings) error {
		s.Options.CacheStable = true
		return nil
	}
}
