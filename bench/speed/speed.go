package speed

import (
	"bufio"
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/torch"
)

// Options say what is measured.
type Options struct {
	Text     string        // repeated, in another order, where it is shorter than Bytes
	Bytes    int           // of text for the whole path; a tenth of it and ten times it for the lengths
	Patience time.Duration // for each figure: it is measured again until so much time is over
	Encoders bool
	Odd      bool              // texts that are no prose, ten times as long
	Program  string            // sputnik itself, for what needs a process of its own
	Progress func(what string) // told what is measured next
}

// A Report is what was measured.
type Report struct {
	Machine   Machine   `json:"machine"`
	Text      Text      `json:"text"`
	Torch     *Path     `json:"torch,omitempty"` // nil without libtorch
	Go        Path      `json:"go"`
	Lengths   Lengths   `json:"lengths"`
	ColdStart float64   `json:"cold_start_ms"`
	Cancel    float64   `json:"cancel_ms"` // from a cancel to the return, at the worst of the moments tried
	Encoders  []Encoder `json:"encoders,omitempty"`
	Odd       []Odd     `json:"odd,omitempty"`
}

// A Machine is where.
type Machine struct {
	CPU      string `json:"cpu"`
	Cores    int    `json:"cores"`
	Go       string `json:"go"`
	Libtorch string `json:"libtorch,omitempty"`
	Load     string `json:"load,omitempty"` // of the last minute when it began: others' work slows ours
}

// A Text is what was compressed.
type Text struct {
	Bytes     int     `json:"bytes"`
	Tokens    int     `json:"tokens"`
	Tokenizer string  `json:"tokenizer"`
	Structure string  `json:"structure"` // as it was found
	Rate      float64 `json:"rate"`
}

// Run measures.
func Run(ctx context.Context, o Options) (r Report, err error) {
	r.Machine = machine()
	o.Progress("the start of a process")
	if r.ColdStart, err = measureColdStart(ctx, o); err != nil {
		return r, err
	}
	o.Progress("a tenth and ten times the text, each in a process of its own")
	if r.Lengths, err = measureLengths(ctx, o); err != nil {
		return r, err
	}
	a, err := agent.Default()
	if err != nil {
		return r, err
	}
	defer a.Close()
	text := []byte(extended(o.Text, o.Bytes))
	tokens := a.Tokenizer().Encode(nil, text)
	if len(tokens) == 0 {
		return r, errors.New("there is no text to compress")
	}
	if r.Text, err = describe(ctx, a, text); err != nil {
		return r, err
	}
	if torch.Available() == nil {
		o.Progress("the whole path through libtorch")
		r.Torch = &Path{}
		if *r.Torch, err = measurePath(ctx, a, text, len(tokens), o.Patience); err != nil {
			return r, err
		}
	}
	o.Progress("the whole path in Go")
	if r.Go, err = measurePath(ctx, a.WithoutTorch(), text, len(tokens), o.Patience); err != nil {
		return r, err
	}
	o.Progress("cancelled calls")
	if r.Cancel, err = measureCancel(ctx, text, time.Duration(float64(len(tokens))/r.fastest().Speed.Median*float64(time.Second))); err != nil {
		return r, err
	}
	if o.Encoders && r.Torch != nil {
		o.Progress("encoders")
		if r.Encoders, err = measureEncoders(ctx, tokens, r.Torch.Speed, o.Patience); err != nil {
			return r, err
		}
	}
	if o.Odd {
		r.Odd, err = measureOdd(ctx, o)
	}
	return r, err
}

// fastest is the path that package sputnik takes here.
func (r Report) fastest() Path {
	if r.Torch != nil {
		return *r.Torch
	}
	return r.Go
}

func describe(ctx context.Context, a *agent.Agent, text []byte) (Text, error) {
	c, _ := compressor(a)
	r, err := c.Compress(ctx, text, compress.Options{Rate: rate})
	return Text{len(text), r.OriginalTokens, a.Tokenizer().Name(), string(r.Structure), rate}, err
}

func machine() Machine {
	m := Machine{CPU: processor(), Cores: runtime.GOMAXPROCS(0), Go: runtime.Version()}
	if torch.Available() == nil {
		m.Libtorch = torch.Version()
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load, _, _ = strings.Cut(string(load), " ")
	}
	return m
}

// processor is its name as Linux tells it, else the architecture.
func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
