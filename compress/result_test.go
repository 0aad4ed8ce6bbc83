package compress_test

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/token"
)

func TestWhatIsProtectedComesOut(t *testing.T) {
	zero := 0
	tests := map[string]struct {
		text      string
		o         compress.Options
		want      string
		protected []compress.Span
		warning   string
	}{
		"what stands between tags, and the tags": {text: "aa <keep>b c</keep> dd", o: compress.Options{TargetTokens: &zero},
			want: "<keep>b c</keep>", protected: []compress.Span{{3, 19}}, warning: "what is protected takes"},
		"what stands between tags, without the tags": {text: "aa <keep>b c</keep> dd", o: compress.Options{TargetTokens: &zero, StripTags: true},
			want: "b c", protected: []compress.Span{{9, 12}}, warning: "what is protected takes"},
		"all but the tags when all fits": {text: "aa <keep>b c</keep> dd", o: compress.Options{Rate: 1, StripTags: true},
			want: "aa b c dd", protected: []compress.Span{{9, 12}}},
		"a word, but not inside another": {text: "Paris in Parisian spring", o: compress.Options{TargetTokens: &zero, Keep: []string{"Paris"}},
			want: "Paris", protected: []compress.Span{{0, 5}}, warning: "what is protected takes"},
		"a word of a script without spaces": {text: "我在东京住", o: compress.Options{TargetTokens: &zero, Keep: []string{"东京"}},
			want: "东京", protected: []compress.Span{{6, 12}}, warning: "what is protected takes"},
		"what an expression matches": {text: "id AB-12, id CD-34", o: compress.Options{TargetTokens: &zero, KeepRegexp: []*regexp.Regexp{regexp.MustCompile(`[A-Z]{2}-\d+`)}},
			want: "AB-12CD-34", protected: []compress.Span{{3, 8}, {13, 18}}, warning: "what is protected takes"},
		"numbers with sign and currency": {text: "It fell by -3.5% to $1,200 then", o: compress.Options{TargetTokens: &zero, KeepDigits: true},
			want: "-3.5%$1,200", protected: []compress.Span{{11, 16}, {20, 26}}, warning: "what is protected takes"},
		"nothing where a tag is never closed": {text: "a <keep>b", o: compress.Options{TargetTokens: &zero},
			want: "", warning: "<keep> at byte 2 is never closed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := shorten(t, compressor(t, "first"), []byte(test.text), test.o)
			if r.Text != test.want || !slices.Equal(r.Protected, test.protected) {
				t.Errorf("%q, protected %v; want %q, %v", r.Text, r.Protected, test.want, test.protected)
			}
			if all := strings.Join(r.Warnings, "; "); !strings.Contains(all, test.warning) || test.warning == "" && all != "" {
				t.Errorf("warnings %q, want %q", all, test.warning)
			}
		})
	}
}

type failing struct{ how string }

func (failing) Name() string { return "failing" }

func (f failing) Score(ctx context.Context, text token.Text, _ float64) ([]float32, error) {
	switch f.how {
	case "panics":
		panic("out of cheese")
	case "too few":
		return make([]float32, len(text.Tokens)-1), nil
	}
	return nil, errors.New("out of cheese")
}

func TestTheOriginalComesOutWhenAScorerFails(t *testing.T) {
	for _, how := range []string{"panics", "fails", "too few"} {
		c := compressor(t, "first")
		c.Scorer = failing{how}
		r, err := c.Compress(context.Background(), []byte(prose), compress.Options{Rate: 0.5})
		var fault compress.Fault
		if !errors.As(err, &fault) || r.Text != prose || len(r.Warnings) != 1 || r.CompressedTokens != r.OriginalTokens {
			t.Errorf("%s: %v, %+v", how, err, r)
		}
	}
}

func TestACancelledCallLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, err := compressor(t, "agent").Compress(ctx, []byte(prose), compress.Options{Rate: 0.5})
	if !errors.Is(err, context.Canceled) || r.Text != "" {
		t.Errorf("%v, %q", err, r.Text)
	}
}

func TestAQuestionKeepsTheSentenceThatAnswersIt(t *testing.T) {
	text := "The choir was founded in Riga by two teachers. It sang in nine countries. The hall burned down on a cold night " +
		"in February. Its roof was made of copper sheets from Falun. Visitors pay four euros on Sundays."
	for question, want := range map[string]string{
		"Where did the copper of the roof come from?": "Falun",
		"When did the hall burn?":                     "February",
		"Who founded the choir?":                      "teachers",
	} {
		r := shorten(t, compressor(t, "first"), []byte(text), compress.Options{Rate: 0.3, Question: question})
		if !strings.Contains(r.Text, want) {
			t.Errorf("%s: %q", question, r.Text)
		}
	}
}

func TestAResultIsWrittenAsTheContractSays(t *testing.T) {
	r := compress.Result{Text: "a\xff", OriginalTokens: 4, CompressedTokens: 2, Rate: 0.5, TargetTokens: 2, Tokenizer: "gpt2", Model: "default", Scorer: "agent", Unit: compress.Word, Kept: []compress.Span{{0, 2}}}
	got, err := json.Marshal(r)
	want := `{"text_base64":"Yf8=","original_tokens":4,"compressed_tokens":2,"rate":0.5,"target_tokens":2,"tokenizer":"gpt2","model":"default","scorer":"agent","unit":"word","kept":[[0,2]],"protected":[],"elapsed_ms":0}`
	if err != nil || string(got) != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
	got, _ = json.Marshal(compress.Result{})
	if !strings.HasPrefix(string(got), `{"text":"","original_tokens":0,`) {
		t.Errorf("an empty text: %s", got)
	}
}
