package speed

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"time"

	"github.com/project-sputnik/sputnik"
	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/token"
)

const (
	rate         = 0.5
	promptTokens = 2000
	promptRuns   = 200
	leastRuns    = 3
)

// A Path is the whole way from a text to what is left of it, by one forward pass of the agent.
type Path struct {
	Speed       Speed   `json:"tokens_per_second"`
	Profile     Profile `json:"profile"`
	Prompt      Prompt  `json:"prompt"`
	Allocations float64 `json:"allocations_per_100_tokens"` // of Go, on the text, once it is warm
}

// A Speed is what repeated runs reached.
type Speed struct {
	Median float64 `json:"median"`
	Best   float64 `json:"best"`
	Runs   int     `json:"runs"`
}

// A Profile is each stage's share of the time; the model's forward passes, which all cores share, are a part of scoring.
type Profile struct {
	Read   float64 `json:"read"`
	Score  float64 `json:"score"`
	Model  float64 `json:"model"`
	Select float64 `json:"select"`
	Render float64 `json:"render"`
}

// A Prompt is how long a short text takes in a warm process.
type Prompt struct {
	Tokens int     `json:"tokens"`
	Runs   int     `json:"runs"`
	P50    float64 `json:"p50_ms"`
	P99    float64 `json:"p99_ms"`

	Allocations float64 `json:"allocations_per_100_tokens"` // of Go
}

// compressor is one as package sputnik makes it, that notes what the forward passes take.
func compressor(a *agent.Agent) (*compress.Compressor, *agent.Timed) {
	timed := &agent.Timed{Agent: a}
	return &compress.Compressor{Model: "default", Tokenizer: a.Tokenizer(), Scorer: timed, Language: a.Statistics()}, timed
}

func measurePath(ctx context.Context, a *agent.Agent, text []byte, tokens int, patience time.Duration) (p Path, err error) {
	c, timed := compressor(a)
	if _, err = repeat(ctx, c, text, compress.Options{}, 1, 0); err != nil { // to warm up
		return p, err
	}
	var timings compress.Timings
	before, mallocs := timed.Model(), allocations()
	took, err := repeat(ctx, c, text, compress.Options{Timings: &timings}, leastRuns, patience)
	if err != nil {
		return p, err
	}
	p.Allocations = 100 * float64(allocations()-mallocs) / float64(len(took)*tokens)
	p.Speed = speed(tokens, took)
	p.Profile = profile(timings, timed.Model()-before)
	if p.Prompt, err = measurePrompt(ctx, c, text); err != nil {
		return p, err
	}
	return p, nil
}

// repeat compresses a text so often at the least, and until so much time is over, and returns what each run took, shortest
// first.
func repeat(ctx context.Context, c *compress.Compressor, text []byte, o compress.Options, times int, patience time.Duration) (took []time.Duration, err error) {
	o.Rate = rate
	for begun := time.Now(); len(took) < times || time.Since(begun) < patience; {
		started := time.Now()
		if _, err := c.Compress(ctx, text, o); err != nil {
			return nil, err
		}
		took = append(took, time.Since(started))
	}
	slices.Sort(took)
	return took, nil
}

// speed is that of sorted runs.
func speed(tokens int, took []time.Duration) Speed {
	return Speed{perSecond(tokens, took[len(took)/2]), perSecond(tokens, took[0]), len(took)}
}

func perSecond(tokens int, took time.Duration) float64 { return float64(tokens) / took.Seconds() }

func profile(t compress.Timings, model time.Duration) Profile {
	all := time.Duration(0)
	for _, spent := range t.Spent {
		all += spent
	}
	share := func(spent time.Duration) float64 { return float64(spent) / float64(all) }
	return Profile{
		Read: share(t.Spent[compress.Reading]), Score: share(t.Spent[compress.Scoring]), Model: share(model / time.Duration(runtime.GOMAXPROCS(0))),
		Select: share(t.Spent[compress.Selecting]), Render: share(t.Spent[compress.Rendering]),
	}
}

// measurePrompt compresses prompts cut from a text one after the other.
func measurePrompt(ctx context.Context, c *compress.Compressor, text []byte) (p Prompt, err error) {
	all := prompts(c.Tokenizer, text)
	p.Tokens = min(promptTokens, len(c.Tokenizer.Encode(nil, all[0])))
	var took []time.Duration
	mallocs := uint64(0)
	for i := -len(all); i < promptRuns; i++ { // the first round is to warm up
		if i == 0 {
			mallocs = allocations()
		}
		once, err := repeat(ctx, c, all[(i+len(all))%len(all)], compress.Options{}, 1, 0)
		if err != nil {
			return p, err
		}
		if i >= 0 {
			took = append(took, once...)
		}
	}
	p.Runs = len(took)
	p.Allocations = 100 * float64(allocations()-mallocs) / float64(p.Runs*p.Tokens)
	slices.Sort(took)
	p.P50, p.P99 = milliseconds(took[len(took)/2]), milliseconds(took[len(took)*99/100])
	return p, nil
}

// prompts are up to 20 pieces of a text, of promptTokens each; the whole text where it is shorter.
func prompts(t token.Tokenizer, text []byte) (all [][]byte) {
	tokens := t.Encode(nil, text)
	for at := 0; at+promptTokens <= len(tokens) && len(all) < 20; at += promptTokens {
		all = append(all, text[tokens[at].Start:tokens[at+promptTokens-1].End])
	}
	if len(all) == 0 {
		return [][]byte{text}
	}
	return all
}

// measureCancel cancels at several moments of a run that takes so long, and returns the longest wait for the return.
func measureCancel(ctx context.Context, text []byte, whole time.Duration) (worst float64, err error) {
	c, err := sputnik.Open(sputnik.Default)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	for at := 0.05; at < 1; at += 0.1 {
		cancelled, cancel := context.WithCancel(ctx)
		when := make(chan time.Time, 1)
		timer := time.AfterFunc(time.Duration(at*float64(whole)), func() {
			when <- time.Now()
			cancel()
		})
		_, err := c.Compress(cancelled, string(text), sputnik.Rate(rate))
		returned := time.Now()
		late := timer.Stop() // the run was faster than it used to be
		cancel()
		switch {
		case ctx.Err() != nil:
			return 0, ctx.Err()
		case err != nil && !errors.Is(err, context.Canceled):
			return 0, err
		case !late:
			worst = max(worst, milliseconds(returned.Sub(<-when)))
		}
	}
	return worst, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// allocations are those of this process so far.
func allocations() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
