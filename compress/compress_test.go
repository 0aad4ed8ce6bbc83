package compress_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/structure"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch/torchtest"
)

func TestMain(m *testing.M) {
	torchtest.Main(m, func() {
		if a, err := theAgent(); err == nil {
			a.Close()
		}
	})
}

// theAgent is the embedded agent, opened once for all tests.
var theAgent = sync.OnceValues(agent.Default)

// compressor shortens by the scorer of a name.
func compressor(t testing.TB, scorer string) *compress.Compressor {
	t.Helper()
	a, err := theAgent()
	if err != nil {
		t.Fatal(err)
	}
	c := &compress.Compressor{Model: "default", Tokenizer: a.Tokenizer(), Scorer: a, Language: a.Statistics()}
	if scorer != "agent" {
		if c.Scorer, err = compress.Baseline(scorer, a.Statistics(), 1); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func open(t testing.TB, name string) token.Tokenizer {
	t.Helper()
	tokenizer, err := token.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return tokenizer
}

// shorten compresses and checks every promise that holds for any result.
func shorten(t rapid.TB, c *compress.Compressor, text []byte, o compress.Options) compress.Result {
	t.Helper()
	r, err := c.Compress(context.Background(), text, o)
	if err != nil {
		t.Fatalf("%q: %v", clip(text), err)
	}
	if wrong := broken(r, text, o, c.Tokenizer); wrong != "" {
		t.Fatalf("%s: %+v of %q", wrong, r, clip(text))
	}
	return r
}

func clip(text []byte) []byte { return text[:min(len(text), 400)] }

// broken names the first promise that a result breaks.
func broken(r compress.Result, text []byte, o compress.Options, own token.Tokenizer) string {
	if o.Tokenizer == nil {
		o.Tokenizer = own
	}
	var joined []byte
	for i, s := range r.Kept {
		if s[0] >= s[1] || s[1] > len(text) || i > 0 && s[0] <= r.Kept[i-1][1] {
			return fmt.Sprintf("span %v is out of order, empty or touches", s)
		}
		joined = append(joined, text[s[0]:s[1]]...)
	}
	for _, p := range r.Protected {
		if !slices.ContainsFunc(r.Kept, func(s compress.Span) bool { return s[0] <= p[0] && p[1] <= s[1] }) {
			return fmt.Sprintf("protected %v is not kept", p)
		}
	}
	switch n := len(o.Tokenizer.Encode(nil, joined)); {
	case string(joined) != r.Text:
		return "the text is not the concatenation of its spans"
	case utf8.Valid(text) && !utf8.ValidString(r.Text):
		return "valid UTF-8 became invalid"
	case n != r.CompressedTokens:
		return fmt.Sprintf("%d tokens, not %d", n, r.CompressedTokens)
	case n > r.TargetTokens && len(r.Warnings) == 0:
		return "the target is exceeded without a warning"
	case n > r.TargetTokens && len(r.Protected) == 0 && len(joined) > 0:
		return "the target is exceeded without protection"
	case r.OriginalTokens != len(o.Tokenizer.Encode(nil, text)):
		return "the original is miscounted"
	}
	return ""
}

// nasty are inputs that broke compressors before.
func nasty(t testing.TB) map[string][]byte {
	t.Helper()
	inputs := map[string][]byte{
		"nothing":                   nil,
		"a blank":                   []byte(" \n\t "),
		"one word":                  []byte("Sputnik"),
		"invalid UTF-8":             []byte("caf\xe9 au lait \xff\xfe and \x80\x80\x80 more of it\xc3"),
		"NUL bytes":                 []byte("one\x00two\x00\x00 three four"),
		"a byte order mark":         []byte("\ufeffBegin here,\r\nthen go on\r\n"),
		"100k repeated characters":  bytes.Repeat([]byte("a"), 100_000),
		"100k combining marks":      []byte("e" + strings.Repeat("\u0301", 50_000)),
		"100k stray bytes":          bytes.Repeat([]byte{0x80}, 100_000),
		"200 kB on one line":        bytes.Repeat([]byte("All work and no play makes Jack a dull boy. "), 4600),
		"an unclosed tag":           []byte("never <keep>closed, and </keep> closed</keep> once too often"),
		"nested tags":               []byte("a <keep>b <keep>c</keep> d</keep> e f g h i j"),
		"text that looks protected": []byte("&lt;keep> <KEEP>no</KEEP> < keep >no</ keep >"),
	}
	files, err := filepath.Glob("testdata/nasty/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata/nasty", err)
	}
	for _, file := range files {
		if inputs[filepath.Base(file)], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	return inputs
}

func TestPromisesHoldOnNastyInput(t *testing.T) {
	for name, text := range nasty(t) {
		t.Run(name, func(t *testing.T) {
			for _, tokenizer := range []string{"smollm2", "cl100k_base", "minilm"} {
				for _, unit := range []compress.Unit{compress.Word, compress.Token} {
					for _, rate := range []float64{0.01, 0.33, 0.7, 1} {
						o := compress.Options{Rate: rate, Tokenizer: open(t, tokenizer), Unit: unit}
						r := shorten(t, compressor(t, "frequency"), text, o)
						if rate == 1 && r.Text != string(text) {
							t.Errorf("rate 1 changed it to %q", clip([]byte(r.Text)))
						}
					}
				}
			}
		})
	}
}

// A word of 100k characters is cut only because nothing else could fill the budget.
func TestAWordBeyondTheTargetIsCutBetweenCharacters(t *testing.T) {
	for _, each := range []string{"a", "é", "n\u0303\u0323", "ж"} {
		text := []byte("Before " + strings.Repeat(each, 3000) + " after")
		r := shorten(t, compressor(t, "frequency"), text, compress.Options{Rate: 0.5, Tokenizer: open(t, "cl100k_base")})
		if r.CompressedTokens < r.TargetTokens-8 || !strings.HasPrefix(r.Text, "Before ") || !strings.HasSuffix(r.Text, " after") {
			t.Errorf("%d of %d tokens: %.60q", r.CompressedTokens, r.TargetTokens, r.Text)
		}
		if rest := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(r.Text, "Before "), " after"), each, ""); rest != "" {
			t.Errorf("%q was cut to leave %q", each, rest)
		}
	}
}

// prose is a text in which words cost from one token to several.
const prose = "On 3 March 2024 Dr. Åsa Lindqvist-Öberg paid $1,250.50 for 12 spectrophotometers; the invoice (id 7f3a-99c1) " +
	"went to ops@example.org. Nobody, however, had counted the crates: eleven stood in Gävle, one was lost between " +
	"Örnsköldsvik and Härnösand. \"We'll find it,\" she said.\n\n- 東京の倉庫に二箱 — naïve café résumé 🚀🚀\n\tEnd of the minutes.\n"

func TestTheBudgetIsUsedAsFarAsWholeWordsAllow(t *testing.T) {
	text := []byte(strings.Repeat(prose, 3))
	for _, scorer := range append(compress.Baselines(), "agent") {
		for _, tokenizer := range []string{"smollm2", "gpt2", "o200k_base", "minilm"} {
			tok := open(t, tokenizer)
			for target := 5; target < 400; target += 31 {
				r := shorten(t, compressor(t, scorer), text, compress.Options{TargetTokens: &target, Tokenizer: tok})
				if len(r.Kept) == 1 || r.CompressedTokens == r.TargetTokens {
					continue
				}
				if least := cheapest(r, text, tok); r.CompressedTokens+least <= r.TargetTokens {
					t.Errorf("%s, %s: %d of %d tokens, and another word costs %d", scorer, tokenizer, r.CompressedTokens, r.TargetTokens, least)
				}
			}
		}
	}
}

// cheapest is what the cheapest word that was dropped would add, found by putting back each.
func cheapest(r compress.Result, text []byte, t token.Tokenizer) int {
	own, _ := token.Open("smollm2")
	read := token.Read(own, text)
	least := len(text)
	for _, u := range read.Units {
		start, end := u.Span(read.Tokens)
		before, after := []byte{}, []byte{}
		inside := false
		for _, s := range r.Kept {
			inside = inside || s[0] <= start && end <= s[1]
			before = append(before, text[min(s[0], start):min(s[1], start)]...)
			after = append(after, text[max(s[0], end):max(s[1], end)]...)
		}
		if !inside && !glues(before, text[start:end]) && !glues(text[start:end], after) {
			n := len(t.Encode(nil, slices.Concat(before, text[start:end], after)))
			least = min(least, n-r.CompressedTokens)
		}
	}
	return least
}

// glues says whether two texts in a row make one word.
func glues(before, after []byte) bool {
	last, _ := utf8.DecodeLastRune(before)
	first, _ := utf8.DecodeRune(after)
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return word(last) && word(first)
}

func TestTwoWordsNeverBecomeOne(t *testing.T) {
	text := []byte("Apologies: Sven Larsen\n\nINES: Okay. Lindqvist-Öberg/Haddad\nand\tso_on (a)b\n")
	words := regexp.MustCompile(`[\pL_]+`)
	known := words.FindAllString(string(text), -1)
	for seed := range int64(200) {
		c := compressor(t, "random")
		c.Scorer, _ = compress.Baseline("random", c.Language, seed)
		r := shorten(t, c, text, compress.Options{Rate: 0.2 + float64(seed%7)/10})
		for _, word := range words.FindAllString(r.Text, -1) {
			if !slices.Contains(known, word) {
				t.Errorf("%q in %q", word, r.Text)
			}
		}
	}
}

func TestIdentifiersAreKeptOrDroppedWhole(t *testing.T) {
	names := []string{"FIN-2209", "5C:A1:09:7E", "2025-09-17T03:42", "10.0.0.1:8080", "v1.2.3-rc.1", "a/b/c-9", "user+tag@7.example"}
	text := []byte("See " + strings.Join(names, ", then ") + ". That is all.")
	parts := regexp.MustCompile(`[\w:./@+-]*\d[\w:./@+-]*`)
	for seed := range int64(100) {
		c := compressor(t, "random")
		c.Scorer, _ = compress.Baseline("random", c.Language, seed)
		r := shorten(t, c, text, compress.Options{Rate: 0.2 + float64(seed%7)/10})
		for _, part := range parts.FindAllString(r.Text, -1) {
			if !slices.Contains(names, strings.TrimRight(part, ".")) {
				t.Errorf("%q in %q", part, r.Text)
			}
		}
	}
}

func TestThingsAreKeptOrDroppedWhole(t *testing.T) {
	things := []string{"/etc/hosts", "src/token/units.go", "~/notes", "./run.sh", `C:\Users\me`, "std::vector", "node->next", "--keep-digits", "@app", "$HOME", "${HOME}", "main()",
		"https://example.org/a?b=c", "user@example.org", "550e8400-e29b-41d4-a716-446655440000", "d41d8cd98f00b204e9800998ecf8427e", "camelCase", "snake_case",
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "#42", "and/or", "well-known"}
	split := map[string]bool{"and/or": true, "well-known": true} // words of prose
	text := []byte("See " + strings.Join(things, ", then ") + ". That is all.")
	for _, o := range []compress.Options{{}, {Structure: structure.Markdown}} {
		for seed := range int64(60) {
			c := compressor(t, "random")
			c.Scorer, _ = compress.Baseline("random", c.Language, seed)
			o.Rate = 0.2 + float64(seed%7)/10
			r := shorten(t, c, text, o)
			for _, each := range things {
				at := bytes.Index(text, []byte(each))
				inside := 0
				for _, k := range r.Kept {
					inside += max(0, min(k[1], at+len(each))-max(k[0], at))
				}
				if inside > 0 && inside < len(each) && !split[each] {
					t.Errorf("%d bytes of %s in %q", inside, each, r.Text)
				}
			}
		}
	}
}

func TestKeepDigitsKeepsUnitsAndCurrencies(t *testing.T) {
	zero := 0
	for text, want := range map[string]string{
		"It weighs about 12.5 kg now":        "12.5 kg",
		"we paid EUR 18,400 for it":          "EUR 18,400",
		"worth $5 million or more":           "$5 million",
		"at -3.5 % a year":                   "-3.5 %",
		"runs at 2.4 GHz, not at 5\u00a0GHz": "2.4 GHz5\u00a0GHz",
		"from 10 000 to 20 °C":               "10 00020 °C",
		"ticket FIN-2209 of 2024-02-29":      "FIN-22092024-02-29",
		"seven of 9 men":                     "9",
		"about 250 dollars for x-5 of ~30":   "250 dollarsx-5~30",
		"The 5\nkm":                          "5",
	} {
		r := shorten(t, compressor(t, "first"), []byte(text), compress.Options{TargetTokens: &zero, KeepDigits: true})
		if r.Text != want && r.Text != strings.ReplaceAll(want, "10 000", "10000") {
			t.Errorf("%q of %q, want %q", r.Text, text, want)
		}
	}
}

func TestPromisesHoldForAnyTextAndOptions(t *testing.T) {
	tokenizers := []token.Tokenizer{nil}
	for _, name := range []string{"gpt2", "cl100k_base", "o200k_base", "minilm"} {
		tokenizers = append(tokenizers, open(t, name))
	}
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{" the", " of", "\n", " ", "<keep>", "</keep>", " 12.5%", " $3", "東京", "é", "🚀", "\u0301", "\u200d", "\r\n", "don't", " unbelievably", "\xff", "\xf0\x9f", "\x00"}),
		rapid.StringN(0, 8, 16))
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(strings.Join(rapid.SliceOfN(piece, 0, 60).Draw(t, "text"), ""))
		o := compress.Options{
			Rate:       rapid.Float64Range(0.01, 1).Draw(t, "rate"),
			Tokenizer:  rapid.SampledFrom(tokenizers).Draw(t, "tokenizer"),
			Unit:       rapid.SampledFrom([]compress.Unit{"", compress.Word, compress.Token}).Draw(t, "unit"),
			Question:   rapid.SampledFrom([]string{"", "Who is unbelievably late?"}).Draw(t, "question"),
			Keep:       rapid.SampledFrom([][]string{nil, {"the"}, {"京", " 12"}}).Draw(t, "keep"),
			KeepRegexp: rapid.SampledFrom([][]*regexp.Regexp{nil, {regexp.MustCompile(`b.l`)}}).Draw(t, "regexp"),
			KeepDigits: rapid.Bool().Draw(t, "digits"),
			StripTags:  rapid.Bool().Draw(t, "strip"),
		}
		c := properties(t)
		r := shorten(t, c, text, o)
		again := shorten(t, c, text, o)
		r.Elapsed, again.Elapsed = 0, 0
		if diff := cmp.Diff(r, again); diff != "" {
			t.Fatalf("a second time it differs: %s", diff)
		}
		if !o.StripTags && len(r.Protected) > 0 && r.CompressedTokens <= r.TargetTokens {
			idempotent(t, c, r, o)
		}
	})
}

// properties is compressor for rapid's checks.
func properties(t *rapid.T) *compress.Compressor {
	a, err := theAgent()
	if err != nil {
		t.Fatal(err)
	}
	return &compress.Compressor{Model: "default", Tokenizer: a.Tokenizer(), Scorer: a, Language: a.Statistics()}
}

// idempotent: what was protected is protected in the result too.
func idempotent(t *rapid.T, c *compress.Compressor, r compress.Result, o compress.Options) {
	o.Keep, o.KeepRegexp, o.KeepDigits = nil, nil, false // tags alone are sure to survive in their surroundings
	text := []byte(r.Text)
	second := shorten(t, c, text, o)
	for _, p := range second.Protected {
		if !strings.Contains(second.Text, r.Text[p[0]:p[1]]) {
			t.Fatalf("%q was protected and is gone", r.Text[p[0]:p[1]])
		}
	}
}

func TestManyAtOnceGiveTheSameBytesAsOneAlone(t *testing.T) {
	c := compressor(t, "agent")
	texts := [][]byte{[]byte(prose), []byte(strings.Repeat(prose, 20)), []byte("short"), bytes.Repeat([]byte("word "), 900)}
	var want []string
	for _, text := range texts {
		want = append(want, shorten(t, c, text, compress.Options{Rate: 0.4}).Text)
	}
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Go(func() {
			for i := range texts {
				i = (i + worker) % len(texts)
				if r, err := c.Compress(context.Background(), texts[i], compress.Options{Rate: 0.4}); err != nil || r.Text != want[i] {
					t.Errorf("text %d differs: %v", i, err)
				}
			}
		})
	}
	wait.Wait()
}

// stubborn is a scorer that takes questions: without one it keeps the beginning, with one the end.
type stubborn struct{ sign float32 }

func (stubborn) Name() string { return "stubborn" }

func (s stubborn) Score(_ context.Context, text token.Text, _ float64) ([]float32, error) {
	scores := make([]float32, len(text.Tokens))
	for i := range scores {
		scores[i] = s.sign * float32(i)
	}
	return scores, nil
}

func (s stubborn) ScoreAsked(ctx context.Context, text token.Text, _ string, rate float64) ([]float32, error) {
	return stubborn{1}.Score(ctx, text, rate)
}

func TestAnAskersScoresAreUsedAsTheyAre(t *testing.T) {
	c := compressor(t, "agent")
	c.Scorer, c.Language = stubborn{-1}, nil
	for question, want := range map[string]string{"": "one two", "What about one?": " five six"} {
		r := shorten(t, c, []byte("one two three four five six"), compress.Options{Rate: 0.34, Question: question})
		if strings.TrimSpace(r.Text) != strings.TrimSpace(want) {
			t.Errorf("asked %q: %q", question, r.Text)
		}
	}
}
