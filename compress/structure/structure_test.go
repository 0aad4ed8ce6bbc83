package structure_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/compress/structure"
	"github.com/project-sputnik/sputnik/token"
)

func words(plain []byte) []int { return token.WordEnds(nil, plain) }

// tiles fails unless the pieces of a layout tile the text.
func tiles(t testing.TB, text []byte, l structure.Layout) {
	t.Helper()
	at := 0
	for _, p := range l.Pieces {
		if int(p.Start) != at || p.End <= p.Start {
			t.Fatalf("%q: piece %v after %d", text, p, at)
		}
		at = int(p.End)
	}
	if at != len(text) && l.Kind != structure.Prose {
		t.Fatalf("%q: pieces end at %d of %d", text, at, len(text))
	}
}

// thinned is a text without some of its loose pieces: each stays with a chance.
func thinned(text []byte, l structure.Layout, stays float64, rng *rand.Rand) []byte {
	var out []byte
	for _, p := range l.Pieces {
		if p.Fixed || rng.Float64() < stays {
			out = append(out, text[p.Start:p.End]...)
		}
	}
	return out
}

// loose shows what may go, piece by piece.
func loose(text string, l structure.Layout) string {
	var out []string
	for _, p := range l.Pieces {
		if !p.Fixed {
			out = append(out, text[p.Start:p.End])
		}
	}
	return strings.Join(out, "|")
}

// sameJSON says how after differs from before in more than words of strings.
func sameJSON(before, after []byte) string {
	if utf8.Valid(before) && !utf8.Valid(after) {
		return "valid UTF-8 became invalid"
	}
	a, b := tokens(before), tokens(after)
	if len(a) != len(b) {
		return fmt.Sprintf("%d tokens, not %d", len(b), len(a))
	}
	for i := range a {
		x, isX := a[i].(string)
		y, isY := b[i].(string)
		switch {
		case isX != isY || !isX && a[i] != b[i]:
			return fmt.Sprintf("%v became %v", a[i], b[i])
		case isX && !subsequence(x, y):
			return fmt.Sprintf("%q became %q", x, y)
		case isX && holdsJSON(x):
			if wrong := sameJSON([]byte(x), []byte(y)); wrong != "" {
				return "inside a string: " + wrong
			}
		}
	}
	return ""
}

func holdsJSON(s string) bool {
	s = strings.TrimSpace(s)
	return s != "" && (s[0] == '{' || s[0] == '[') && json.Valid([]byte(s))
}

func subsequence(long, short string) bool {
	for _, r := range short {
		at := strings.IndexRune(long, r)
		if at < 0 {
			return false
		}
		_, size := utf8.DecodeRuneInString(long[at:])
		long = long[at+size:]
	}
	return true
}

// tokens are those of a JSON text, and an error as the last if it is none.
func tokens(text []byte) []json.Token {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	d.UseNumber()
	var out []json.Token
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			return append(out, err.Error())
		}
		out = append(out, token)
	}
}

func TestAutoKnowsWhatATextIs(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want structure.Kind
	}{
		"nothing":                       {"", structure.Prose},
		"a sentence":                    {"The fox jumps.", structure.Prose},
		"a number":                      {"42", structure.Prose},
		"a quotation":                   {`"To be or not to be, that is the question."`, structure.Prose},
		"an object":                     {` {"a":1} `, structure.JSON},
		"JSON lines":                    {"{\"a\":1}\n\n[2]\r\n", structure.JSON},
		"JSON behind a byte order mark": {"\ufeff{\"a\":1}", structure.JSON},
		"JSON and a question":           {"{\"a\":1}\n\nWhat is a?", structure.Prose},
		"a footnote":                    {"[1] See page 3.", structure.Prose},
		"two arrays on a line":          {"[1] [2]", structure.Prose},
		"JSON cut off":                  {`{"a":[1,2`, structure.Prose},
		"a comma too many":              {`{"a":[1,2,]}`, structure.Prose},
		"NaN":                           {`{"a":NaN}`, structure.Prose},
		"a NUL byte":                    {"{\"a\":\"\x00\"}", structure.Prose},
		"a conversation":                {`[{"role":"user","content":"Hi"}]`, structure.Chat},
		"a request":                     {`{"model":"m","messages":[{"content":[{"type":"text","text":"Hi"}],"role":"user"}]}`, structure.Chat},
		"requests in lines":             {"{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}\n{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}", structure.Chat},
		"messages of other roles":       {`[{"role":"customer","content":"Hi"}]`, structure.JSON},
		"a conversation and more":       {`[{"role":"user","content":"Hi"},7]`, structure.JSON},
		"no message":                    {`{"messages":[]}`, structure.JSON},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := structure.Parse([]byte(c.text), structure.Auto, words)
			tiles(t, []byte(c.text), l)
			if l.Kind != c.want || err != nil {
				t.Errorf("%s, %v; want %s", l.Kind, err, c.want)
			}
		})
	}
}

func TestOnlyWordsOfLongStringsMayGo(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"words of a value, not of a key": {`{"one two three four five six": "one two three four five six"}`, "one| two| three| four| five| six"},
		"not of a short value":           {`["one two three four five"]`, ""},
		"escapes are characters":         {`["caf\u00e9 \"au lait\" one\ntwo three \ud83d\ude00 four"]`, `caf\u00e9| \"|au| lait|\"| one|\n|two| three| \ud83d\ude00| four`},
		"half a pair is left alone":      {`["one two three four five six \ud83d seven"]`, ""},
		"invalid UTF-8 is left alone":    {"[\"one two three four five six \xff seven\"]", ""},
		"JSON inside of a string":        {`["{\"a\": \"one two three four five \\\"six\\\"\", \"b\": 1e400}"]`, `one| two| three| four| five| \\\"|six|\\\"`},
		"a quotation inside of a string": {`["\"one two three four five six\""]`, "one| two| three| four| five| six"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := structure.Parse([]byte(c.text), structure.JSON, words)
			tiles(t, []byte(c.text), l)
			if got := loose(c.text, l); got != c.want || err != nil {
				t.Errorf("%s, %v\nwant %s", got, err, c.want)
			}
		})
	}
}

const conversation = `{"model":"one two three four five six","messages":[
 {"role":"system","content":"You are one who never says more than asked."},
 {"role":"user","content":"Where in the world is the town of Gävle?"},
 {"role":"assistant","content":null,"tool_calls":[{"function":{"name":"find","arguments":"{\"q\":\"where in the world is the town\"}"}}]},
 {"role":"tool","content":"it lies in Sweden on the coast"},
 {"role":"assistant","content":[{"type":"text","text":"It lies in Sweden, on the coast."}]},
 {"role":"user","content":[{"type":"text","text":"And how many people are living there today?"}]},
 {"role":"assistant","content":"about"}]}`

func TestOfAConversationTheLastQuestionStays(t *testing.T) {
	l, err := structure.Parse([]byte(conversation), structure.Auto, words)
	tiles(t, []byte(conversation), l)
	want := "Where| in| the| world| is| the| town| of| Gävle|?|it| lies| in| Sweden| on| the| coast|It| lies| in| Sweden|,| on| the| coast|."
	if got := loose(conversation, l); got != want || err != nil {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}

func TestAnErrorSaysWhere(t *testing.T) {
	for text, want := range map[string]string{
		"{\"a\": 1,\n \"b\": nan}": "line 2, column 7 is not json: invalid character 'a' in literal null (expecting 'u')",
		"[1,\n\n 2":                "line 3, column 3 is not json: it ends too early",
		"[1]\n[2] x":               "line 2, column 5 is not json: invalid character 'x' looking for beginning of value",
		"Hello":                    "line 1, column 1 is not json: invalid character 'H' looking for beginning of value",
		"1 2":                      "line 1, column 2 is not json: more follows after its end",
	} {
		_, err := structure.Parse([]byte(text), structure.JSON, words)
		var where *structure.Error
		if !errors.As(err, &where) || err.Error() != want {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
	if _, err := structure.Parse([]byte(`{"a":1}`), structure.Chat, words); err == nil || !strings.Contains(err.Error(), "is not chat: want messages") {
		t.Errorf("no conversation: %v", err)
	}
}

// nastyJSON are valid, all of them.
func nastyJSON() []string {
	return []string{
		`{"a":1,"a":"one two three four five six","a":null}`,
		`[1e400,-0,12345678901234567890123,0.10,1E+2,true]`,
		"\ufeff [\"one two three four five six\"] \n\n",
		strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000),
		strings.Repeat(`{"a":`, 100_000) + `"one two three four five six"` + strings.Repeat("}", 100_000),
		`["one two three four five six \ud83d\ude00\ud83d\ude00 \u0000 \u001f \/ \b\f\r\t \\u00e9 \\\" end"]`,
		"[\"one two \xff three four five six\", \"\\ud83d\\ud83d one two three four five six\"]",
		`["{\"a\":\"{\\\"b\\\":\\\"one two three four five six \\\\u00e9 seven\\\"}\"}"]`,
		"{\"a\":\"one two three four five six\"}\n{\"b\":\"one two three four five six\"}\r\n\n[]",
		conversation,
	}
}

func TestJSONStaysJSONWhateverGoes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i, text := range nastyJSON() {
		for _, stays := range []float64{0, 0.3, 0.7} {
			l, err := structure.Parse([]byte(text), structure.JSON, words)
			if err != nil {
				t.Fatalf("%d: %v", i, err)
			}
			tiles(t, []byte(text), l)
			if wrong := sameJSON([]byte(text), thinned([]byte(text), l, stays, rng)); wrong != "" {
				t.Errorf("%d: %s", i, wrong)
			}
		}
	}
}

func FuzzJSON(f *testing.F) {
	for i, text := range nastyJSON() {
		if len(text) < 1000 {
			f.Add([]byte(text), uint64(i), 0.4)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, seed uint64, stays float64) {
		for _, kind := range []structure.Kind{structure.JSON, structure.Auto} {
			l, err := structure.Parse(text, kind, words)
			if err != nil || l.Kind == structure.Prose {
				continue
			}
			tiles(t, text, l)
			if wrong := sameJSON(text, thinned(text, l, stays, rand.New(rand.NewPCG(seed, 0)))); wrong != "" {
				t.Fatal(wrong)
			}
		}
	})
}
