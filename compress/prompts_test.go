package compress_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/structure"
	"github.com/project-sputnik/sputnik/token"
)

// prompts are the public prompts, or a reason to skip; not in CI, which has them.
func prompts(t testing.TB) map[string][]byte {
	t.Helper()
	dir := cmp.Or(os.Getenv("SPUTNIK_DATA"), "../../shared/data")
	files, err := filepath.Glob(filepath.Join(dir, "prompts", "[0-9]*"))
	if (err != nil || len(files) == 0) && os.Getenv("CI") == "true" {
		t.Fatalf("CI may not pass this over: no prompts in %s", dir)
	}
	if err != nil || len(files) == 0 {
		t.Skipf("no prompts in %s: set SPUTNIK_DATA to the folder of the shared data", dir)
	}
	all := map[string][]byte{}
	for _, file := range files {
		if all[filepath.Base(file)], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestPromisesHoldOnEveryPublicPrompt(t *testing.T) {
	all := prompts(t)
	c := compressor(t, "agent")
	for _, tokenizer := range []string{"smollm2", "gpt2", "cl100k_base", "o200k_base", "o200k_harmony"} {
		for name, text := range all {
			for _, rate := range []float64{0.33, 0.7} {
				r := shorten(t, c, text, compress.Options{Rate: rate, Tokenizer: open(t, tokenizer)})
				if r.CompressedTokens < r.TargetTokens-1 {
					t.Logf("%s at %v by %s: %d of %d tokens", name, rate, tokenizer, r.CompressedTokens, r.TargetTokens)
				}
			}
		}
	}
}

func TestNothingButWordsOfStringsIsLostOfJSON(t *testing.T) {
	c := compressor(t, "agent")
	for name, text := range prompts(t) {
		if !strings.HasPrefix(filepath.Ext(name), ".json") {
			continue
		}
		for _, rate := range []float64{0.2, 0.33, 0.5, 0.7} {
			r := shorten(t, c, text, compress.Options{Rate: rate, KeepRegexp: []*regexp.Regexp{regexp.MustCompile(`n\w`)}})
			if r.Structure != structure.JSON || form([]byte(r.Text)) != form(text) {
				t.Errorf("%s at %v: %s became %s", name, rate, form(text), form([]byte(r.Text)))
			}
		}
	}
}

// What each structure keeps is tested where the structures are; here is what holds for all results.
func TestPromisesHoldOnEveryPublicPromptAsAnyStructure(t *testing.T) {
	c := compressor(t, "frequency")
	for name, text := range prompts(t) {
		if len(text) > 50_000 {
			continue
		}
		for _, rate := range []float64{0.2, 0.33, 0.5, 0.7} {
			if auto := shorten(t, c, text, compress.Options{Rate: rate}); auto.Structure != structure.JSON && auto.CompressedTokens > auto.TargetTokens {
				t.Errorf("%s at %v: %s, %d of %d tokens", name, rate, auto.Structure, auto.CompressedTokens, auto.TargetTokens)
			}
			for _, kind := range []structure.Kind{structure.Markdown, structure.Code} {
				o := compress.Options{Rate: rate, Structure: kind}
				r, err := c.Compress(context.Background(), text, o)
				if refused := (*structure.Error)(nil); errors.As(err, &refused) {
					continue
				}
				if wrong := broken(r, text, o, c.Tokenizer); wrong != "" || err != nil {
					t.Errorf("%s as %s: %s, %v", name, kind, wrong, err)
				}
			}
		}
	}
}

// form is JSON with its long strings gone.
func form(text []byte) string {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var out strings.Builder
	for {
		each, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			return err.Error()
		}
		if s, is := each.(string); is && (strings.Contains(s, " ") || s == "") {
			each = ""
		}
		fmt.Fprintf(&out, "%v\n", each)
	}
}

func TestDigitsSurviveInEveryPublicPrompt(t *testing.T) {
	for name, text := range prompts(t) {
		r := shorten(t, compressor(t, "ngram"), text, compress.Options{Rate: 0.33, KeepDigits: true})
		for _, p := range r.Protected {
			if !strings.Contains(r.Text, string(text[p[0]:p[1]])) {
				t.Errorf("%s: %q is gone", name, text[p[0]:p[1]])
			}
		}
	}
}

func FuzzCompress(f *testing.F) {
	for _, text := range nasty(f) {
		f.Add(text[:min(len(text), 2000)], 0.4, true)
	}
	f.Add([]byte(`{"id":7,"note":"The delivery to Gothenburg was delayed until March because of the \"strike\", so it seems."}`), 0.5, false)
	f.Fuzz(func(t *testing.T, text []byte, rate float64, strip bool) {
		c := compressor(t, "frequency")
		for _, o := range []compress.Options{
			{Rate: rate, StripTags: strip},
			{Rate: rate, StripTags: strip, Tokenizer: open(t, "gpt2"), Unit: compress.Token, KeepDigits: strip},
		} {
			if o.Check() != nil {
				return
			}
			r, err := c.Compress(context.Background(), text, o)
			if err != nil {
				t.Fatal(err)
			}
			if wrong := broken(r, text, o, c.Tokenizer); wrong != "" {
				t.Fatal(wrong)
			}
			if r.Structure == structure.JSON && !json.Valid([]byte(r.Text)) {
				t.Fatalf("%q is no JSON any more", r.Text)
			}
		}
	})
}

// BenchmarkCompress measures the whole path from bytes to bytes.
func BenchmarkCompress(b *testing.B) {
	own := open(b, "smollm2")
	for _, size := range []struct {
		name   string
		tokens int
	}{{"a prompt of 2,000 tokens", 2000}, {"100 kB", 24000}} {
		text := []byte(strings.Repeat(prose, size.tokens/len(own.Encode(nil, []byte(prose)))))
		n := len(own.Encode(nil, text))
		for _, tokenizer := range []string{"smollm2", "o200k_base"} {
			b.Run(fmt.Sprintf("%s counted by %s", size.name, tokenizer), func(b *testing.B) {
				c, counts := compressor(b, "agent"), open(b, tokenizer)
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.Compress(context.Background(), text, options(counts, own)); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
				b.ReportMetric(float64(len(text))/float64(n), "bytes/token")
			})
		}
	}
}

func options(counts, own token.Tokenizer) compress.Options {
	if counts.Name() == own.Name() {
		return compress.Options{Rate: 0.5}
	}
	return compress.Options{Rate: 0.5, Tokenizer: counts}
}
