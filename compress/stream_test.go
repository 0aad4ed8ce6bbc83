package compress_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/token"
)

// long draws texts of a few thousand tokens, some with what is hard to cut.
func long(t *rapid.T) []byte {
	word := rapid.OneOf(
		rapid.SampledFrom([]string{" the", " of", " delivery", " was", " not", " delayed", ".", ".", ",", "\n", "\n\n", "\n\n", " INV-2291", " 12.5 kg", " caf\xe9", "東京。", " <keep>", "</keep>", " 🚀", "\r\n\r\n"}),
		rapid.SampledFrom([]string{strings.Repeat("a", 2000), strings.Repeat("x1/", 500), " <keep>" + strings.Repeat(" kept", 600) + "</keep>", strings.Repeat(" ", 500), strings.Repeat(" Words go on and on. ", 60)}),
		rapid.StringN(0, 6, 12))
	parts := rapid.SliceOfN(word, 1, 24).Draw(t, "parts")
	var text []byte
	for range rapid.IntRange(1, 8).Draw(t, "times") {
		for i, p := range parts {
			text = append(text, p...)
			if i%7 == 3 {
				text = append(text, " and so it goes on with them"...)
			}
		}
	}
	return text
}

func quick(t *rapid.T) *compress.Compressor {
	c := properties(t)
	c.Scorer, _ = compress.Baseline("length", c.Language, 1)
	return c
}

// watched checks after every write that the rate holds for what came out of what went in.
type watched struct {
	tokenizer token.Tokenizer
	rate      float64
	in        *portions
	text, out []byte
	writes    int
	wrong     string
}

func (w *watched) Write(p []byte) (int, error) {
	w.out = append(w.out, p...)
	w.writes++
	came := w.text[:w.in.given.Load()]
	if w.tokenizer.Name() == "minilm" { // a word of over 100 letters is one token, so that more input may be fewer tokens
		came = w.text
	}
	out, in := len(w.tokenizer.Encode(nil, w.out)), len(w.tokenizer.Encode(nil, came))
	if float64(out) > w.rate*float64(in) && w.wrong == "" {
		w.wrong = fmt.Sprintf("after write %d there are %d tokens of %d by %s, at byte %d: %.60q", w.writes, out, in, w.tokenizer.Name(), w.in.given.Load(), p)
	}
	return len(p), nil
}

// subsequence says whether out can be made of text by leaving bytes out.
func subsequence(out, text []byte) bool {
	for _, c := range text {
		if len(out) > 0 && out[0] == c {
			out = out[1:]
		}
	}
	return len(out) == 0
}

func TestAStreamHoldsTheRateAfterEveryWriteHoweverItComes(t *testing.T) {
	tokenizers := []token.Tokenizer{}
	for _, name := range []string{"smollm2", "gpt2", "cl100k_base", "minilm"} {
		tokenizers = append(tokenizers, open(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		text, c := long(t), quick(t)
		o := compress.Options{Rate: rapid.Float64Range(0.05, 1).Draw(t, "rate"), Tokenizer: rapid.SampledFrom(tokenizers).Draw(t, "tokenizer"), StripTags: rapid.Bool().Draw(t, "strip")}
		in := &portions{text: text, size: rapid.SampledFrom([]int{61, 700, 4096}).Draw(t, "size")}
		whole := &watched{tokenizer: o.Tokenizer, rate: o.Rate, text: text, in: in}
		want, err := c.Stream(context.Background(), in, whole, o)
		if err != nil {
			t.Fatal(err)
		}
		if want.OriginalTokens != len(o.Tokenizer.Encode(nil, text)) || want.CompressedTokens != len(o.Tokenizer.Encode(nil, whole.out)) {
			t.Fatalf("%d of %d tokens; want %d of %d", want.CompressedTokens, want.OriginalTokens, len(o.Tokenizer.Encode(nil, whole.out)), len(o.Tokenizer.Encode(nil, text)))
		}
		switch {
		case whole.wrong != "" && len(want.Warnings) == 0:
			t.Fatal(whole.wrong)
		case !subsequence(whole.out, text):
			t.Fatalf("%q is not of %q", clip(whole.out), clip(text))
		case utf8.Valid(text) && !utf8.Valid(whole.out):
			t.Fatal("valid UTF-8 became invalid")
		}
		var again bytes.Buffer
		if _, err := c.Stream(context.Background(), bytes.NewReader(text), &again, o); err != nil || !bytes.Equal(again.Bytes(), whole.out) {
			t.Fatalf("in portions of %d bytes: %v,\n%q\n%q", in.size, err, whole.out, again.Bytes())
		}
		o.CacheStable = true
		if at, err := c.Compress(context.Background(), text, o); err != nil || at.Structure == "prose" && at.Text != string(whole.out) {
			t.Fatalf("at once: %v,\n%q\n%q", err, at.Text, whole.out)
		}
	})
}

// portions gives so many bytes a Read, and knows how many it gave.
type portions struct {
	text  []byte
	size  int
	given atomic.Int64
}

func (p *portions) Read(to []byte) (int, error) {
	rest := p.text[p.given.Load():]
	n := copy(to, rest[:min(len(rest), p.size)])
	if p.given.Add(int64(n)); n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// A source that gives more only when the output of what it gave has come: so nothing waits for the end.
func TestAStreamWritesEachBlockBeforeMoreIsRead(t *testing.T) {
	in, feed := io.Pipe()
	came, done := make(arrivals, 100), make(chan error, 1)
	c := compressor(t, "length")
	go func() {
		_, err := c.Stream(context.Background(), in, came, compress.Options{Rate: 0.5})
		done <- err
	}()
	sentence := strings.Repeat("The delivery to Gothenburg was delayed until the end of March because of the strike. ", 32)
	if n := len(c.Tokenizer.Encode(nil, []byte(sentence))); n < 512 || n > 600 {
		t.Fatalf("%d tokens are no look-ahead", n)
	}
	for range 4 {
		if _, err := io.WriteString(feed, sentence); err != nil {
			t.Fatal(err)
		}
		select {
		case <-came:
		case <-time.After(20 * time.Second):
			t.Fatal("nothing came of 512 tokens")
		}
	}
	feed.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

type arrivals chan int

func (a arrivals) Write(p []byte) (int, error) {
	a <- len(p)
	return len(p), nil
}

func TestAStreamCutsNoWordAndNothingThatIsProtected(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		known := map[string]bool{}
		protected := []string{}
		for i := range rapid.IntRange(50, 1200).Draw(t, "words") {
			word := fmt.Sprintf("%s%c", strings.Repeat(string(rune('b'+i%20)), 1+i*7%11), 'a'+i%23)
			known[word] = true
			switch {
			case i%97 == 13:
				kept := "<keep>" + word + " of " + word + "</keep>"
				protected = append(protected, kept)
				text.WriteString(" " + kept)
			case i%31 == 5:
				text.WriteString("\n\n" + word)
			case i%11 == 4:
				text.WriteString(" " + word + ".")
			default:
				text.WriteString(" " + word)
			}
		}
		known["of"], known["keep"] = true, true
		var out bytes.Buffer
		if rapid.Bool().Draw(t, "long") {
			text.WriteString(" <keep>" + strings.Repeat("kept ", 700) + "of</keep> of")
		}
		known["kept"] = true
		o := compress.Options{Rate: rapid.Float64Range(0.2, 0.9).Draw(t, "rate"), StripTags: rapid.Bool().Draw(t, "strip")}
		if _, err := quick(t).Stream(context.Background(), strings.NewReader(text.String()), &out, o); err != nil {
			t.Fatal(err)
		}
		for _, word := range strings.FieldsFunc(out.String(), func(r rune) bool { return r < 'a' || r > 'z' }) {
			if !known[word] {
				t.Fatalf("%q is no word of the text", word)
			}
		}
		for _, p := range protected {
			if o.StripTags {
				p = strings.TrimSuffix(strings.TrimPrefix(p, "<keep>"), "</keep>")
			}
			if !strings.Contains(out.String(), p) {
				t.Fatalf("%q is gone", p)
			}
		}
	})
}

func TestProtectedWordsThatExceedTheirBlocksShareStayApartFromTheBlockBefore(t *testing.T) {
	const last = "qqqqqqqqu of qqqqqqqqu"
	text := strings.Repeat("alphabet betamax gammaray ", 50) + "alphabet\n\npt <keep>" + last + "</keep>"
	var out bytes.Buffer
	o := compress.Options{Rate: 0.5, StripTags: true}
	if _, err := compressor(t, "length").Stream(context.Background(), strings.NewReader(text), &out, o); err != nil || !strings.HasSuffix(out.String(), " "+last) {
		t.Errorf("%q, %v", out.String(), err)
	}
	o.CacheStable = true
	if r := shorten(t, compressor(t, "length"), []byte(text), o); !strings.HasSuffix(r.Text, " "+last) {
		t.Errorf("cache-stable: %q", r.Text)
	}
}

func TestAStreamThatStopsHasWrittenWhatItPromised(t *testing.T) {
	c, o := compressor(t, "length"), compress.Options{Rate: 0.4}
	text := strings.Repeat("The delivery to Gothenburg was delayed until the end of March because of the strike.\n", 200)
	var all bytes.Buffer
	if _, err := c.Stream(context.Background(), strings.NewReader(text), &all, o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var some bytes.Buffer
	stuck, _ := io.Pipe() // never says a word
	time.AfterFunc(300*time.Millisecond, cancel)
	_, err := c.Stream(ctx, io.MultiReader(strings.NewReader(text[:len(text)/2]), stuck), &some, o)
	if !errors.Is(err, context.Canceled) || some.Len() == 0 || !bytes.HasPrefix(all.Bytes(), some.Bytes()) {
		t.Errorf("stopped: %v, %d bytes", err, some.Len())
	}
	broken := errors.New("the line is dead")
	some.Reset()
	r, err := c.Stream(context.Background(), io.MultiReader(strings.NewReader(text[:5000]), iotest.ErrReader(broken)), &some, o)
	if !errors.Is(err, broken) || r.OriginalTokens != len(c.Tokenizer.Encode(nil, []byte(text[:5000]))) {
		t.Errorf("broken: %v, %d tokens", err, r.OriginalTokens)
	}
	c.Scorer = failing{"panics"}
	some.Reset()
	if _, err = c.Stream(context.Background(), strings.NewReader(text), &some, o); !errors.As(err, new(compress.Fault)) || some.String() != text {
		t.Errorf("at a fault: %v, %d of %d bytes", err, some.Len(), len(text))
	}
	c.Scorer = compressor(t, "length").Scorer
	if _, err = c.Stream(context.Background(), strings.NewReader(text), full{}, o); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("where nothing can be written: %v", err)
	}
	if r, err := c.Stream(context.Background(), strings.NewReader(""), full{}, o); err != nil || r.OriginalTokens != 0 {
		t.Errorf("nothing: %v, %+v", err, r)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestAStreamRefusesWhatNeedsAllOfTheText(t *testing.T) {
	nine := 9
	for want, o := range map[string]compress.Options{
		"a stream wants a rate":                 {TargetTokens: &nine},
		"a stream is prose; the structure json": {Rate: 0.5, Structure: "json"},
		"rate is 0":                             {},
	} {
		if _, err := compressor(t, "first").Stream(context.Background(), strings.NewReader("x"), io.Discard, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}
