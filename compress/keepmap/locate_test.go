package keepmap_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/project-sputnik/sputnik/compress/keepmap"
)

// mapped keeps of a text, which begins with what is kept, all but what stands between braces; they are not part of it.
func mapped(t testing.TB, marked string) *keepmap.Map {
	t.Helper()
	var text []byte
	var kept []keepmap.Span
	for i, part := range strings.FieldsFunc(marked, func(r rune) bool { return r == '{' || r == '}' }) {
		if i%2 == 0 && part != "" {
			kept = append(kept, keepmap.Span{len(text), len(text) + len(part)})
		}
		text = append(text, part...)
	}
	m, err := keepmap.New(text, kept, keepmap.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAQuotationIsFoundInTheOriginal(t *testing.T) {
	const marked = "The invoice{ of Amina Diallo} is not{ at all} to be paid. “No – never,” she{ had} said.\nThe{ other} café’s bill is."
	for name, c := range map[string]struct{ quotation, want string }{
		"as it stands":                  {"is not", `compressed exact "is not" 1`},
		"across what was dropped":       {"invoice is not to be", `compressed exact "invoice of Amina Diallo is not at all to be" 3`},
		"in other white space":          {" invoice\n\tis  not ", `compressed folded "invoice of Amina Diallo is not" 2`},
		"in another case":               {"THE INVOICE IS", `compressed folded "The invoice of Amina Diallo is" 2`},
		"with straight quotes":          {`"no - never," she said`, `compressed folded "“No – never,” she had said" 2`},
		"with more of a dash":           {`No --- never`, `compressed folded "No – never" 1`},
		"decomposed":                    {"The cafe\u0301's", `compressed folded "The other café’s" 2`},
		"without white space":           {"isnot to bepaid", `compressed unblank "is not at all to be paid" 2`},
		"more than once":                {"is", `compressed exact "is" 1; compressed exact "is" 1`},
		"only in the original":          {"Amina Diallo", `original exact "Amina Diallo" 0`},
		"in the original, partly kept":  {"amina diallo IS not", `original folded "Amina Diallo is not" 1`},
		"nowhere":                       {"Gothenburg", ``},
		"a letter without its mark":     {"cafe", ``},
		"white space, which is nothing": {" \n ", ``},
		"nothing":                       {"", ``},
	} {
		t.Run(name, func(t *testing.T) {
			m := mapped(t, marked)
			var got []string
			for _, f := range m.Locate([]byte(c.quotation)) {
				got = append(got, fmt.Sprintf("%s %s %q %d", f.In, f.Likeness, m.Original[f.Start:f.End], len(f.Pieces)))
			}
			if all := strings.Join(got, "; "); all != c.want {
				t.Errorf("%s; want %s", all, c.want)
			}
		})
	}
}

// Whatever is quoted of a shortened text is found, with pieces that say what was quoted.
func TestAnyQuotationOfTheShortenedTextIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, kept := drawn(t)
		m, err := keepmap.New(text, kept, keepmap.Settings{})
		if err != nil || len(m.Output()) == 0 {
			t.Skip("nothing to quote")
		}
		start := rapid.IntRange(0, len(m.Output())-1).Draw(t, "start")
		end := rapid.IntRange(start+1, len(m.Output())).Draw(t, "end")
		quotation := m.Output()[start:end]
		found := m.Locate(quotation)
		if len(found) == 0 {
			t.Fatalf("%q is not found", quotation)
		}
		for _, f := range found {
			says := ""
			for _, p := range f.Pieces {
				says += string(text[p[0]:p[1]])
			}
			if says != string(quotation) || f.In != keepmap.Compressed || f.Likeness != keepmap.Exact || f.Start != f.Pieces[0][0] || f.End != f.Pieces[len(f.Pieces)-1][1] {
				t.Fatalf("%+v says %q; want %q", f, says, quotation)
			}
		}
	})
}

func TestAQuotationInAnyCaseAndFormIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"Ångström", "naïve", "“so”", "ﬁne", "x", "Σίσυφος", "東京", "10 000", "a—b"}), 1, 8).Draw(t, "words")
		text := strings.Join(words, rapid.SampledFrom([]string{" ", "\n", "\u00a0 "}).Draw(t, "blank"))
		m, err := keepmap.New([]byte("< "+text+" >"), []keepmap.Span{{0, len(text) + 4}}, keepmap.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		form := rapid.SampledFrom([]norm.Form{norm.NFC, norm.NFD, norm.NFKC, norm.NFKD}).Draw(t, "form")
		quotation := form.String(strings.ToUpper(strings.Join(strings.Fields(text), "  ")))
		found := m.Locate([]byte(quotation))
		if len(found) == 0 || found[0].Start != 2 || found[0].End != 2+len(text) {
			t.Fatalf("%q in %q: %+v", quotation, text, found)
		}
	})
}
