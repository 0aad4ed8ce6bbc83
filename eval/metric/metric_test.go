package metric_test

import (
	"math"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/eval/metric"
)

func TestMetricsCutTextsAsTheirPapersDo(t *testing.T) {
	for name, c := range map[string]struct {
		cut        metric.Tokenizer
		line, want string
	}{
		"13a leaves a stop between digits":             {metric.Tokenize13a, "3.14, 1,000.", "3.14 , 1,000 ."},
		"13a reads stops in pairs from the left":       {metric.Tokenize13a, "so...", "so . . ."},
		"13a parts a dash from the digit before it":    {metric.Tokenize13a, "5-6 a-b", "5 - 6 a-b"},
		"13a reads entities once, one after the other": {metric.Tokenize13a, "&amp;lt;", "<"},
		"13a joins a word that a line has cut":         {metric.Tokenize13a, "hyphen-\nated\ntext", "hyphenated text"},
		"13a leaves what is not ASCII":                 {metric.Tokenize13a, "“so”—é…", "“so”—é…"},
		"intl parts any punctuation and symbol":        {metric.TokenizeIntl, "“so”, 5€ 3.14", "“ so ” , 5 € 3.14"},
		"none cuts at white space":                     {metric.TokenizeNone, " a,b\u00a0c\x1cd ", "a,b c d"},
		"char leaves white space out":                  {metric.TokenizeChar, "a, é", "a , é"},
		"squad drops marks before articles":            {squadWords, "The “a” the-theatre, AN.", "“ ” thetheatre"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(c.cut(c.line), " "); got != c.want {
				t.Errorf("%q: got %q, want %q", c.line, got, c.want)
			}
		})
	}
}

func squadWords(line string) []string { return strings.Fields(metric.SquadNormalize(line)) }

func TestMetricsOfCasesThatCanBeWorkedOutByHand(t *testing.T) {
	for name, c := range map[string]struct {
		got, want float64
	}{
		"half of the words, all in order, a brevity of e^-1": {
			metric.BLEU("a b c d", []string{"a b c d e f g h"}), 100 / math.E},
		"chrF of one letter in two":                       {metric.ChrF("a", []string{"ab"}), 100 * 5 * 0.5 / 4.5},
		"ROUGE-1 counts a word as often as both have it":  {metric.Rouge{}.N(1, "a a a", []string{"a a b"}).F, 2. / 3},
		"ROUGE-L keeps the order":                         {metric.Rouge{}.L("c b a", []string{"a b c"}).F, 1. / 3},
		"stems meet":                                      {metric.Rouge{Stem: true}.N(1, "running", []string{"runs"}).F, 1. / 1},
		"a capital sigma that ends a word is a final one": {metric.SquadExact("ΟΔΟΣ ΣΣ’.", []string{"οδος σς’"}), 1},
		"a capital sigma elsewhere is not":                {metric.SquadExact("Σ ΑΣ’Σ", []string{"σ ασ’ς"}), 1},
		"the best reference counts":                       {metric.SquadF1("a red cat", []string{"dog", "red"}), 2. / 3},
		"nothing equals nothing":                          {metric.SquadF1("the", []string{"a!"}), 1},
		"nothing is not something":                        {metric.SquadF1("the", []string{"cat"}), 0},
		"no references, BLEU":                             {metric.BLEU("a", nil), 0},
		"no references, chrF":                             {metric.ChrF("a", nil), 0},
		"no references, ROUGE":                            {metric.Rouge{}.L("a", nil).F + metric.Rouge{}.Lsum("a", nil).F, 0},
		"no references, SQuAD":                            {metric.SquadExact("a", nil) + metric.SquadF1("a", nil), 0},
		"an empty corpus":                                 {metric.BLEUKind{}.Corpus(nil, nil).Score + metric.ChrFKind{}.Corpus(nil, nil), 0},
	} {
		t.Run(name, func(t *testing.T) {
			if math.Abs(c.got-c.want) > 1e-12 { // the values by hand are rounded otherwise
				t.Errorf("got %v, want %v", c.got, c.want)
			}
		})
	}
}

// Long texts are scored in a moment: nothing but the subsequence grows with a product, and that 64 cells a step. Another
// quadratic step would show as a test that does not end.
func TestMetricsOfLongTextsEnd(t *testing.T) {
	words := strings.Repeat("the cat sat on a mat, and so on; ", 1<<12)
	texts := map[string]string{
		"one letter":    strings.Repeat("a", 1<<18),
		"one word":      strings.Repeat("a ", 1<<14),
		"words":         words,
		"one long word": strings.ReplaceAll(words, " ", ""),
		"sigmas":        "a" + strings.Repeat("Σ'", 1<<14),
		"stops":         strings.Repeat(".", 1<<18),
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) { scoreAll(t, text, []string{text[:len(text)/2], text}) })
	}
}

// scoreAll fails if any score is out of its range.
func scoreAll(t *testing.T, candidate string, references []string) {
	t.Helper()
	s := scorePair(candidate, references)
	inRange := func(name string, most float64, scores ...float64) {
		for _, score := range scores {
			if !(0 <= score && score <= most*(1+1e-12)) { // BLEU of a text with itself is e^(ln 100), 4e-14 above
				t.Errorf("%s is %v, of %q against %q", name, score, candidate, references)
			}
		}
	}
	inRange("BLEU", 100, s.BLEU.Score, s.BLEULower, s.BLEUNone, s.BLEUChar, s.BLEUIntl)
	inRange("chrF", 100, s.ChrF, s.ChrFPlusPlus)
	inRange("SQuAD", 1, s.EM, s.F1)
	for _, k := range []rougeKinds{s.Rouge, s.RougeStem} {
		for _, part := range [][3]float64{k.Rouge1, k.Rouge2, k.RougeL, k.RougeLsum} {
			inRange("ROUGE", 1, part[:]...)
		}
	}
}

func FuzzMetrics(f *testing.F) {
	f.Add("the cat sat on the mat", "the cat is on the mat", "a cat\nsat there")
	f.Add("", " ", "\x1c")
	f.Add("Σ'Σ İ 5-6 a.b,c &amp;lt; <skipped>", "naïve\u0301 café", "日本語のテスト")
	f.Add("\xff\xfe a", "\xffa", "\xc3\x28")
	f.Add("generously studies dying", "ies yyyy", "eed ing ed")
	f.Fuzz(func(t *testing.T, candidate, one, other string) {
		scoreAll(t, candidate, []string{one, other})
		scoreAll(t, candidate, nil)
		checkIdentity(t, candidate, []string{one, candidate, other})
	})
}

// checkIdentity wants the highest score of a text that is among its references, if it has any words.
func checkIdentity(t *testing.T, text string, references []string) {
	s := scorePair(text, references)
	wants := map[string]struct {
		has       bool
		got, want float64
	}{
		"exact match": {true, s.EM, 1},
		"SQuAD F1":    {true, s.F1, 1},
		"BLEU":        {s.BLEU.CandidateLength > 0, s.BLEU.Score, 100},
		"BLEU, char":  {len(metric.TokenizeChar(text)) > 0, s.BLEUChar, 100},
		"chrF":        {len(metric.TokenizeNone(text)) > 0, s.ChrF, 100},
		"chrF++":      {len(metric.TokenizeNone(text)) > 0, s.ChrFPlusPlus, 100},
		"ROUGE-L":     {strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz0123456789"), s.Rouge.RougeL[2], 1},
		"ROUGE-Lsum":  {strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz0123456789"), s.Rouge.RougeLsum[2], 1},
	}
	for name, w := range wants {
		if w.has && math.Abs(w.got-w.want) > w.want*1e-12 {
			t.Errorf("%s of %q with itself is %v", name, text, w.got)
		}
	}
}
