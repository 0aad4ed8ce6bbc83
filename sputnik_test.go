package sputnik_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/torch/torchtest"
)

func TestMain(m *testing.M) { torchtest.Main(m) }

const minutes = "Well, as far as I remember, the delivery to Gothenburg was delayed until 14 March because of the strike, and " +
	"<keep>invoice INV-2291 is not to be paid</keep> before Amina Diallo has signed for all of the forty crates."

func Example() {
	c, err := sputnik.Open(sputnik.Default)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	r, err := c.Compress(context.Background(), minutes, sputnik.TargetTokens(40), sputnik.StripTags())
	if err != nil {
		panic(err)
	}
	fmt.Println(r.CompressedTokens <= 40, strings.Contains(r.Text, "invoice INV-2291 is not to be paid"))
	// Output: true true
}

func open(t *testing.T) *sputnik.Compressor {
	t.Helper()
	c, err := sputnik.Open(sputnik.Default)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// requests are texts with options that take every way through the library.
var requests = []struct {
	text    string
	options []sputnik.Option
}{
	{minutes, nil},
	{"", nil},
	{minutes, []sputnik.Option{sputnik.TargetTokens(20), sputnik.StripTags(), sputnik.Unit(compress.Token)}},
	{minutes, []sputnik.Option{sputnik.Rate(0.4), sputnik.Tokenizer("o200k_base"), sputnik.Keep("Gothenburg"), sputnik.KeepDigits()}},
	{minutes, []sputnik.Option{sputnik.Rate(0.4), sputnik.Question("Who signs for the crates?")}},
	{minutes, []sputnik.Option{sputnik.MinQuality(0.8), sputnik.KeepRegexp(`INV-\d+`)}},
	{minutes, []sputnik.Option{sputnik.Scorer("random", 7)}},
	{strings.Repeat(minutes+"\n", 30), []sputnik.Option{sputnik.Rate(0.33)}}, // several windows of the agent
	{strings.Repeat(minutes+"\n", 30), []sputnik.Option{sputnik.Rate(0.33), sputnik.CacheStable()}},
	{"# Minutes\n\n- " + minutes + "\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", []sputnik.Option{sputnik.Structure("markdown")}},
	{`{"id":7,"note":"The delivery to Gothenburg was delayed until March because of the \"strike\", so it seems."}`, []sputnik.Option{sputnik.Rate(0.7)}},
	{`[{"role":"user","content":"Was the delivery to Gothenburg delayed because of the strike, as far as you know?"}]`, []sputnik.Option{sputnik.Structure("chat")}},
}

func TestACompressorServes64AtOnceAsItServesOne(t *testing.T) {
	c := open(t)
	want := make([]sputnik.Result, len(requests))
	for i, r := range requests {
		var err error
		if want[i], err = c.Compress(t.Context(), r.text, r.options...); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
		want[i].Elapsed = 0
	}
	var wait sync.WaitGroup
	for worker := range 64 {
		wait.Go(func() {
			for i := range 3 {
				i = (3*worker + i) % len(requests)
				got, err := c.Compress(t.Context(), requests[i].text, requests[i].options...)
				got.Elapsed = 0
				if diff := cmp.Diff(want[i], got); diff != "" || err != nil {
					t.Errorf("request %d among others, %v (-alone +now):\n%s", i, err, diff)
				}
			}
		})
	}
	wait.Wait()
}

// A stop is asked for at several moments of a long text. `sputnik bench compress` says how long it takes; the limit here is
// for a busy machine and the race detector.
func TestACallEndsSoonAfterItsContext(t *testing.T) {
	c := open(t)
	text := strings.Repeat(minutes+" Nobody knows why.\n", 5000) // above 1 MB
	for _, options := range [][]sputnik.Option{{sputnik.Scorer("frequency", 0)}, {sputnik.Tokenizer("o200k_base")}, {sputnik.Structure("markdown")}} {
		for _, after := range []time.Duration{0, 100 * time.Millisecond, time.Second} {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			started := time.Now()
			_, err := c.Compress(ctx, text, options...)
			late := time.Since(started) - after
			cancel()
			if err == nil {
				break // it was done before
			}
			if !errors.Is(err, context.DeadlineExceeded) || late > time.Second {
				t.Errorf("stopped after %v: %v, %v later", after, err, late)
			}
			t.Logf("stopped after %v: %v later", after, late)
		}
	}
}

func TestOptionsSayWhatIsWrongWithThem(t *testing.T) {
	for want, option := range map[string]sputnik.Option{
		"rate is 1.5; want a number above 0, up to 1":   sputnik.Rate(1.5),
		"target-tokens is -1; want 0 or more":           sputnik.TargetTokens(-1),
		"unit is \"line\"; want word or token":          sputnik.Unit("line"),
		"structure is \"pdf\"; want auto, prose":        sputnik.Structure("pdf"),
		"line 1, column 1 is not json":                  sputnik.Structure("json"),
		"keep-regex: error parsing regexp":              sputnik.KeepRegexp("("),
		"no scorer is called \"magic\"; want adaptive":  sputnik.Scorer("magic", 0),
		"tokenizer \"gpt9\": neither a file nor one of": sputnik.Tokenizer("gpt9"),
	} {
		if _, err := open(t).Compress(context.Background(), minutes, option); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestAClosedCompressorSaysSo(t *testing.T) {
	c := open(t)
	c.Close()
	c.Close()
	if _, err := c.Compress(context.Background(), minutes); err == nil {
		t.Error("it still compresses")
	}
}

func TestOptionsReachTheResult(t *testing.T) {
	r, err := open(t).Compress(context.Background(), minutes, sputnik.Rate(0.4), sputnik.Tokenizer("o200k_base"),
		sputnik.Scorer("frequency", 0), sputnik.Keep("Gothenburg"), sputnik.KeepDigits(), sputnik.Question("Who signs for the crates?"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Tokenizer != "o200k_base" || r.Scorer != "frequency" || r.Model != "default" || !strings.Contains(r.Text, "Gothenburg") || !strings.Contains(r.Text, "14") {
		t.Errorf("%+v", r)
	}
}

func TestAStreamIsWhatACacheStableTextIs(t *testing.T) {
	c := open(t)
	text := strings.Repeat(minutes+"\n\n", 12)
	var out strings.Builder
	r, err := c.Stream(context.Background(), strings.NewReader(text), &out, sputnik.Rate(0.4))
	if err != nil || r.CompressedTokens > r.TargetTokens || r.Text != "" {
		t.Fatalf("%v, %+v", err, r)
	}
	whole, err := c.Compress(context.Background(), text, sputnik.Rate(0.4), sputnik.CacheStable())
	if err != nil || whole.Text != out.String() || whole.Stable == 0 || whole.CompressedTokens != r.CompressedTokens {
		t.Errorf("%v, %q\nwant %q", err, whole.Text, out.String())
	}
	e, err := c.Explain(context.Background(), minutes, sputnik.Rate(0.4))
	if err != nil || len(e.Units) == 0 {
		t.Errorf("%v, %+v", err, e)
	}
}
