package sputnik_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/project-sputnik/sputnik"
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

func TestACompressorServesManyAtOnce(t *testing.T) {
	c := open(t)
	want, err := c.Compress(context.Background(), minutes)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 64 {
		wait.Go(func() {
			if r, err := c.Compress(context.Background(), minutes); err != nil || r.Text != want.Text {
				t.Errorf("%q, %v; want %q", r.Text, err, want.Text)
			}
		})
	}
	wait.Wait()
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
