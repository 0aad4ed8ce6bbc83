package token_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"github.com/project-sputnik/sputnik/token"
)

// words encodes text with a token a byte, so that nothing but the word rules joins tokens.
func words(text string) []string {
	tokens := make([]token.Token, len(text))
	for i := range tokens {
		tokens[i] = token.Token{Start: int32(i), End: int32(i + 1)}
	}
	var out []string
	for _, u := range token.Units(nil, []byte(text), tokens) {
		start, end := u.Span(tokens)
		out = append(out, text[start:end])
	}
	return out
}

func TestUnitsAreWords(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a space belongs to the word after it", "the quick fox", "the| quick| fox"},
		{"several spaces too", "a   b\tc", "a|   b|\tc"},
		{"white space at the end belongs to the last word", "end.  ", "end|.  "},
		{"white space alone is one unit", "   ", "   "},
		{"line ends are a unit of their own", "a.\n\n  b", "a|.|\n\n|  b"},
		{"line ends take the spaces before them", "a \r\n b", "a| \r\n| b"},
		{"an apostrophe inside a word joins it", "don't rock'n'roll it’s 'quoted'", "don't| rock'n'roll| it’s| '|quoted|'"},
		{"a number keeps its separators", "1,000,000 3.14 3,14", "1,000,000| 3.14| 3,14"},
		{"a list of numbers is no number", "12,45,67", "12|,|45|,|67"},
		{"a number keeps sign, currency and percent", "-5 +3 $1,234.56 50% €9 9€ -$2", "-5| +3| $1,234.56| 50%| €9| 9€| -$2"},
		{"a minus between operands is no sign", "3 x-5 a+1", "3| x|-|5| a|+|1"},
		{"dates and times are one unit", "2024-02-29 23:59:59 1e-10", "2024-02-29| 23:59:59| 1e-10"},
		{"other signs stand alone", "(a) [b], c!?", "(|a|)| [|b|]|,| c|!|?"},
		{"identifiers are words", "snake_case __init__ x.y", "snake_case| __init__| x.y"},
		{"a hyphen parts words", "well-known", "well|-|known"},
		{"URLs, addresses and UUIDs are one unit", "see https://example.org/a?b=c. www.x.org/y me+tag@example.co.uk, 550e8400-e29b-41d4-a716-446655440000!",
			"see| https://example.org/a?b=c|.| www.x.org/y| me+tag@example.co.uk|,| 550e8400-e29b-41d4-a716-446655440000|!"},
		{"a mention is no address", "@me a@b", "@|me| a|@|b"},
		{"Chinese and Japanese give a unit a grapheme", "东京 です。", "东|京| で|す|。"},
		{"Korean and Cyrillic are words", "한국어 문장. Русский", "한국어| 문장|.| Русский"},
		{"graphemes stay whole", "e\u0301a 👍🏽👨‍👩‍👧 🇫🇷🇩🇪 1️⃣ ❤️", "e\u0301a| 👍🏽|👨‍👩‍👧| 🇫🇷|🇩🇪| 1️⃣| ❤️"},
		{"Devanagari words stay whole", "हिन्दी वाक्य", "हिन्दी| वाक्य"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(words(c.text), "|"); got != c.want {
				t.Errorf("%q\n got %q\nwant %q", c.text, got, c.want)
			}
		})
	}
}

func TestWordEndsAreThoseOfUnits(t *testing.T) {
	text := "On 3 March, Dr. Åsa paid $1,250.50 to ops@example.org.\n\n- 東京 \n"
	var out []string
	at := 0
	for _, end := range token.WordEnds(nil, []byte(text)) {
		out = append(out, text[at:end])
		at = end
	}
	if want := words(text); !slices.Equal(out, want) {
		t.Errorf("got %q, want %q", out, want)
	}
}

func TestUnitsThatShareATokenMerge(t *testing.T) {
	text := "ab cd ef"
	tokens := []token.Token{{Start: 0, End: 1}, {Start: 1, End: 4}, {Start: 4, End: 5}, {Start: 5, End: 8}}
	got := token.Units(nil, []byte(text), tokens)
	if want := []token.Unit{{First: 0, End: 3}, {First: 3, End: 4}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// checkUnits fails unless units tile the tokens and, for UTF-8, end where graphemes end.
func checkUnits(t *testing.T, text []byte, tokens []token.Token) {
	t.Helper()
	ends := map[int]bool{}
	g := graphemes.FromBytes(text)
	for g.Next() {
		ends[g.End()] = true
	}
	at := int32(0)
	for _, u := range token.Units(nil, text, tokens) {
		if u.First != at || u.End <= u.First {
			t.Fatalf("%q: unit %v after %d", text, u, at)
		}
		at = u.End
		if _, end := u.Span(tokens); utf8.Valid(text) && end > 0 && !ends[end] {
			t.Fatalf("%q: a unit ends inside a grapheme, at %d", text, end)
		}
	}
	if int(at) != len(tokens) {
		t.Fatalf("%q: units end at token %d of %d", text, at, len(tokens))
	}
}

func TestUnitsTileTokensOfAnyText(t *testing.T) {
	alphabet := strings.Split("a|b1| |\n|\r\n|.|,|'|-|+|$|%|@|://|www.|é|e\u0301|\u0301|\u200d|\u200b|漢|か|ｶﾞ|ก|ำ|한|ᄀ|ᅡ|नि|्|👍|🏽|🇫|❤|\ufe0f|👩|\u0600|ß|½|٣|_|…|\u2028|\u00a0|5|12|e|\xff|\xc3", "|")
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"gpt2", "smollm2", "minilm"} {
		tok := open(t, name)
		for range 3000 {
			var b strings.Builder
			for range r.IntN(14) {
				b.WriteString(alphabet[r.IntN(len(alphabet))])
			}
			text := []byte(b.String())
			tokens := tok.Encode(nil, text)
			checkTiles(t, name, text, tokens)
			checkUnits(t, text, tokens)
		}
	}
}
