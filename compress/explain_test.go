package compress_test

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/project-sputnik/sputnik/compress"
)

// explained explains a text and checks that the explanation is one of what Compress does.
func explained(t rapid.TB, c *compress.Compressor, text []byte, o compress.Options) compress.Explanation {
	t.Helper()
	want := shorten(t, c, text, o)
	e, err := c.Explain(context.Background(), text, o)
	if err != nil {
		t.Fatal(err)
	}
	e.Elapsed, want.Elapsed = 0, 0
	if diff := cmp.Diff(want, e.Result); diff != "" {
		t.Fatalf("the result is another one:\n%s", diff)
	}
	at, next := 0, 0
	var kept []byte
	for i, u := range e.Units {
		if u.Span[0] != at || u.Span[1] <= at || len(u.Why) == 0 {
			t.Fatalf("unit %d: %+v does not begin at %d, or has no reason", i, u, at)
		}
		at = u.Span[1]
		if u.Kept {
			kept = append(kept, text[u.Span[0]:u.Span[1]]...)
		}
		for next < len(e.Tokens) && e.Tokens[next].Unit == i {
			next++
		}
	}
	if at != len(text) || string(kept) != e.Text || next != len(e.Tokens) {
		t.Fatalf("units end at %d of %d, keep %q, have %d of %d tokens", at, len(text), kept, next, len(e.Tokens))
	}
	return e
}

func TestAnExplanationIsOfWhatCompressDoes(t *testing.T) {
	piece := rapid.OneOf(rapid.SampledFrom([]string{" the", "\n", " ", "<keep>", "</keep>", " 12.5%", "東京", "é", " never", " unbelievably", "\xff", "# x\n"}), rapid.StringN(0, 8, 16))
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "text"), ""))
		c := properties(t)
		c.Scorer, _ = compress.Baseline("frequency", c.Language, 1)
		explained(t, c, text, compress.Options{
			Rate: rapid.Float64Range(0.01, 1).Draw(t, "rate"), KeepDigits: rapid.Bool().Draw(t, "digits"), StripTags: rapid.Bool().Draw(t, "strip"),
			Keep: []string{"the"}, Question: rapid.SampledFrom([]string{"", "Who is late?"}).Draw(t, "question"),
		})
	})
	for name, text := range nasty(t) {
		if len(text) < 4000 {
			t.Run(name, func(t *testing.T) { explained(t, compressor(t, "frequency"), text, compress.Options{Rate: 0.4}) })
		}
	}
}

func TestEveryReasonIsTold(t *testing.T) {
	text := []byte("We did not authorise <keep>at once</keep> for the 12 crates of Amina in FIN-22 (or so)\nPaul: wrote.")
	e := explained(t, compressor(t, "length"), text, compress.Options{Rate: 0.5, KeepDigits: true, StripTags: true, Keep: []string{"Amina"},
		KeepRegexp: []*regexp.Regexp{regexp.MustCompile(`FIN-\d+`)}})
	reasons := map[string][]compress.Why{}
	for _, u := range e.Units {
		reasons[strings.TrimSpace(string(text[u.Span[0]:u.Span[1]]))] = u.Why
	}
	for word, want := range map[string][]compress.Why{
		"<": {compress.ByStripping}, "at": {compress.ByTag}, "12": {compress.ByDigits}, "Amina": {`word "Amina"`},
		"FIN-22": {`regexp "FIN-\\d+"`, compress.ByDigits}, "crates": {compress.ByScore}, "not": {compress.ByNegation},
	} {
		if got := reasons[word]; !slices.Equal(got, want) {
			t.Errorf("%q: %v; want %v", word, got, want)
		}
	}
	object := []byte(`{"note":"The delivery to Gothenburg was delayed until March because of the strike, so it seems."}`)
	e = explained(t, compressor(t, "length"), object, compress.Options{Rate: 0.7})
	if first := e.Units[0]; !slices.Equal(first.Why, []compress.Why{compress.ByStructure}) || !first.Protected() {
		t.Errorf("%+v", first)
	}
}

func TestAnExplanationIsWrittenForMachinesAndReaders(t *testing.T) {
	text := []byte("It <keep>\x00&\"is</keep> caf\xe9 </script><b>here</b> and there.")
	e := explained(t, compressor(t, "length"), text, compress.Options{Rate: 0.6})
	data, err := e.JSON(text)
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Original int `json:"original_tokens"`
		Units    []struct {
			Start, End, Rank int
			Score            *float64
			Kept             bool
			Why              []string
		}
		Tokens []struct{ Start, End, Unit int }
	}
	if err := json.Unmarshal(data, &back); err != nil || back.Original != e.OriginalTokens || len(back.Units) != len(e.Units) || len(back.Tokens) != len(e.Tokens) {
		t.Errorf("%v: %s", err, data)
	}
	var page bytes.Buffer
	if err := e.HTML(&page, text); err != nil {
		t.Fatal(err)
	}
	html := page.String()
	if strings.Count(html, "</script>") != 1 || strings.Contains(html, "<b>") || !utf8.ValidString(html) || strings.Contains(html, "\x00") {
		t.Error("the text breaks out of the page")
	}
	if got := strings.Count(html, `tabindex="0"`); got != len(e.Units) {
		t.Errorf("%d words can be reached; want %d", got, len(e.Units))
	}
	if regexp.MustCompile(`(?i)(src|href)=|url\(|@import|https?:`).MatchString(html) {
		t.Error("the page asks for another file")
	}
}

func TestAnExplanationOfAFaultHasNoUnits(t *testing.T) {
	c := compressor(t, "first")
	c.Scorer = failing{"panics"}
	if e, err := c.Explain(context.Background(), []byte(prose), compress.Options{Rate: 0.5}); err == nil || len(e.Units) > 0 || e.Text != prose {
		t.Errorf("%v, %+v", err, e)
	}
}
