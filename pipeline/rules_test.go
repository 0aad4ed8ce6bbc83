package pipeline

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/project-sputnik/sputnik/compress"
)

func keptOf(text string, spans []compress.Span) string {
	var out strings.Builder
	for _, s := range spans {
		out.WriteString(text[s[0]:s[1]])
	}
	return out.String()
}

// Every line of the table does to its example what it says.
func TestEveryLineOfTheTable(t *testing.T) {
	table := DefaultRules()
	for _, rule := range table.All {
		t.Run(rule.Language+" "+rule.Phrase, func(t *testing.T) {
			if rule.Kind == policy {
				if table.stops[rule.Language] <= 0 || table.stops[rule.Language] >= 1 {
					t.Errorf("stop words go from %g on", table.stops[rule.Language])
				}
				return
			}
			alone := oneRule(t, rule)
			kept := alone.pruneIn(rule.Example, rule.Language, 0.9)
			if got := keptOf(rule.Example, kept); got != rule.Result {
				t.Errorf("%q became %q, want %q", rule.Example, got, rule.Result)
			}
		})
	}
}

// oneRule is a table of one line.
func oneRule(t *testing.T, rule Rule) *Rules {
	t.Helper()
	r, err := ParseRules(strings.Join([]string{rule.Language, rule.Kind, rule.Phrase, rule.Keep, rule.Example, rule.Result}, "\t"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRulesLeaveAloneWhatIsNotTheirs(t *testing.T) {
	tests := map[string]struct {
		text  string
		ratio float64
	}{
		"a discourse marker in mid-sentence":   {"It works well, and so do the others.", 0.4},
		"what is tagged":                       {"The plan is to go <keep>in order to win</keep> it.", 0.9},
		"a tag that is never closed":           {"The plan of it is <keep>in order to win", 0.9},
		"stop words below the policy's ratio":  {"We saw the sea and the ship of it.", 0.3},
		"nothing is to be removed":             {"It is basically in order to win the cup.", 0},
		"JSON":                                 {`{"a": "it is basically the plan in order to win"}`, 0.9},
		"a language without rules":             {"Это просто очень хорошая книга, которую я читаю", 0.9},
		"an empty text":                        {"", 0.9},
		"a phrase that a sign stands between":  {"He is in, order to the front of it.", 0.4},
		"a phrase that goes on in a long word": {"The justices of the realm reallyness in it.", 0.4},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			kept, _ := DefaultRules().Prune(test.text, test.ratio)
			if got := keptOf(test.text, kept); got != test.text {
				t.Errorf("%q became %q", test.text, got)
			}
		})
	}
}

func TestLanguagesAreTold(t *testing.T) {
	for text, want := range map[string]string{
		"We left the house, and it was late.":                  "en",
		"Wir haben das Haus verlassen, und es war nicht spät.": "de",
		"La casa de los padres es grande y se ve en el valle.": "es",
		"Il est dans le jardin et les enfants sont avec elle.": "fr",
		"これは日本語の文章です。とても短い。そしてまた長い文章が続きます。":                    "",
	} {
		if _, got := DefaultRules().Prune(text, 0.3); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// What stays is a subsequence in order, whatever the text.
func TestRulesOnlyDelete(t *testing.T) {
	rules := DefaultRules()
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		for range rapid.IntRange(0, 30).Draw(t, "parts") {
			rule := rapid.SampledFrom(rules.All).Draw(t, "rule")
			text.WriteString(rapid.SampledFrom([]string{rule.Phrase, rule.Example, " ", ", ", ".", "\n", "<keep>", "</keep>", "é", "the"}).Draw(t, "part"))
		}
		at := 0
		kept, _ := rules.Prune(text.String(), rapid.Float64Range(0, 1).Draw(t, "ratio"))
		for _, s := range kept {
			if s[0] < at || s[1] <= s[0] || s[1] > text.Len() {
				t.Fatalf("spans %v of %d bytes", kept, text.Len())
			}
			at = s[1]
		}
	})
}

func TestATableSaysWhatIsWrongWithIt(t *testing.T) {
	for table, want := range map[string]string{
		"en\tfiller\tum":                            "3 columns",
		"en\tfluff\tum\t\ta\tb":                     "fluff",
		"en\tredundant\tin order to\tin that\ta\tb": "in that",
		"en\tpolicy\tsome\t\t\t":                    "some",
	} {
		if _, err := ParseRules(table); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", table, err)
		}
	}
}
