package compress_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/structure"
)

func TestProseIsShortenedAsBefore(t *testing.T) {
	for name, text := range prompts(t) {
		c := compressor(t, "frequency")
		auto := shorten(t, c, text, compress.Options{Rate: 0.4})
		if plain := shorten(t, c, text, compress.Options{Rate: 0.4, Structure: structure.Prose}); auto.Structure == structure.Prose && auto.Text != plain.Text {
			t.Errorf("%s differs", name)
		}
	}
}

func TestAStructureMakesItselfHeard(t *testing.T) {
	for name, test := range map[string]struct {
		text, want, warning string
		o                   compress.Options
	}{
		"what cannot shrink comes out whole": {text: `{"a": [1, 2, "three"]}`, want: `{"a": [1, 2, "three"]}`, o: compress.Options{Rate: 0.3},
			warning: "nothing could be dropped: all of this json has to stay"},
		"what has to stay exceeds the target": {text: `["one two three four five six", 123456789, 987654321]`, want: `["", 123456789, 987654321]`,
			o: compress.Options{Rate: 0.1}, warning: "what is protected takes"},
		"an escape that an expression matches half of": {text: `["one two thr\u00e9 four five six"]`, want: `[" thr\u00e9 four"]`,
			o: compress.Options{Rate: 0.1, Keep: []string{"four"}, KeepRegexp: []*regexp.Regexp{regexp.MustCompile(`00`)}}, warning: "what is protected takes"},
		"the unit is word": {text: `["one two three four five six"]`, want: `["one two three"]`, o: compress.Options{Rate: 0.7, Unit: compress.Token},
			warning: "in json the unit is word"},
		"tags are left out":      {text: `["one two <keep>three</keep> four five six"]`, want: `["one two three four five"]`, o: compress.Options{Rate: 0.5, StripTags: true}},
		"words never become one": {text: `["one\ntwo three four five six seven"]`, want: `["one\ntwo"]`, o: compress.Options{Rate: 0.6}},
	} {
		t.Run(name, func(t *testing.T) {
			r := shorten(t, compressor(t, "first"), []byte(test.text), test.o)
			if r.Text != test.want {
				t.Errorf("%s\nwant %s", r.Text, test.want)
			}
			if all := strings.Join(r.Warnings, "; "); !strings.Contains(all, test.warning) || test.warning == "" && all != "" {
				t.Errorf("warnings %q, want %q", all, test.warning)
			}
		})
	}
}

// Of code that nobody said is code the question in a comment is worth more than the code around it.
func TestCodeThatAutoFindsGivesWayToTheTarget(t *testing.T) {
	text := []byte("// Review this file: does it leak?\npackage p\n\nimport \"os\"\n\nfunc f() { os.Open(\"x\") }\n\ntype t int\n\nvar a, b, c = 1, 2, 3\n")
	loose := shorten(t, compressor(t, "first"), text, compress.Options{Rate: 0.5})
	if len(loose.Warnings) != 1 || !strings.HasPrefix(loose.Warnings[0], "the code of this text would take") || loose.CompressedTokens > loose.TargetTokens {
		t.Errorf("%+v", loose)
	}
	held := shorten(t, compressor(t, "first"), text, compress.Options{Rate: 0.5, Structure: structure.Code})
	if !strings.HasPrefix(held.Text, "//\npackage p\n") || len(held.Warnings) != 1 {
		t.Errorf("%+v", held)
	}
	most := shorten(t, compressor(t, "last"), text, compress.Options{Rate: 0.95})
	if !strings.HasPrefix(most.Text, "//: does it leak?\npackage p\n") || most.Structure != structure.Code {
		t.Errorf("%+v", most)
	}
}

func TestATextOfAnotherKindIsRefused(t *testing.T) {
	var refused *structure.Error
	r, err := compressor(t, "first").Compress(context.Background(), []byte("Hello"), compress.Options{Rate: 1, Structure: structure.JSON})
	if !errors.As(err, &refused) || refused.Line != 1 || r.Text != "" {
		t.Errorf("%v, %+v", err, r)
	}
}

func TestGeneratedJSONKeepsItsForm(t *testing.T) {
	word := rapid.SampledFrom([]string{"the", " of", `\n`, `\"`, `\\`, `\u00e9`, `\ud83d\ude00`, `\ud83d`, " 12.5%", "東京", "é", "🚀", " keep", `<keep>`, `</keep>`, " ", "{", "]", `\\\"`})
	text := rapid.Custom(func(t *rapid.T) string {
		return `"` + strings.Join(rapid.SliceOfN(word, 0, 30).Draw(t, "words"), "") + `"`
	})
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString("[")
		for i := range rapid.IntRange(1, 6).Draw(t, "n") {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(rapid.OneOf(text, rapid.SampledFrom([]string{"1e400", "null", `{"a b":"c d","a b":[]}`})).Draw(t, "value"))
		}
		b.WriteString("]")
		o := compress.Options{Rate: rapid.Float64Range(0.01, 1).Draw(t, "rate"), StripTags: rapid.Bool().Draw(t, "strip"),
			Keep: rapid.SampledFrom([][]string{nil, {"the"}, {"00"}}).Draw(t, "keep")}
		r := shorten(t, properties(t), []byte(b.String()), o)
		if r.Structure != structure.JSON || lengths(r.Text) != lengths(b.String()) {
			t.Fatalf("%s\nbecame %s", b.String(), r.Text)
		}
	})
}

// lengths is JSON with nothing in its strings.
func lengths(text string) string {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var out []string
	for {
		each, err := d.Token()
		switch _, is := each.(string); {
		case errors.Is(err, io.EOF):
			return strings.Join(out, " ")
		case err != nil:
			return strings.Join(append(out, err.Error()), " ")
		case is:
			out = append(out, "string")
		default:
			out = append(out, fmt.Sprint(each))
		}
	}
}
