package token_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
	"github.com/tiktoken-go/tokenizer"
	"pgregory.net/rapid"

	"github.com/project-sputnik/sputnik/token"
)

// openAIReference is an encoding as it is published: a pattern, and a vocabulary whose ids are ranks.
type openAIReference struct {
	pattern *regexp2.Regexp
	ranks   map[string]int32
	codec   tokenizer.Codec
}

const (
	cl100kPattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	o200kPattern  = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?` +
		`|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?` +
		`|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

// The group keeps the pattern from the engine that the module registers for it, which is wrong about blank lines.
func newReference(encoding tokenizer.Encoding, pattern string, size int) func() *openAIReference {
	return sync.OnceValue(func() *openAIReference {
		codec, err := tokenizer.Get(encoding)
		if err != nil {
			panic(err)
		}
		r := &openAIReference{pattern: regexp2.MustCompile("(?:" + pattern + ")"), ranks: map[string]int32{}, codec: codec}
		for id := range size {
			piece, err := codec.Decode([]uint{uint(id)})
			if err != nil {
				panic(err)
			}
			r.ranks[piece] = int32(id)
		}
		return r
	})
}

var openAIReferences = func() map[string]func() *openAIReference {
	o200k := newReference(tokenizer.O200kBase, o200kPattern, 199_998)
	return map[string]func() *openAIReference{
		"cl100k_base": newReference(tokenizer.Cl100kBase, cl100kPattern, 100_256), "o200k_base": o200k, "o200k_harmony": o200k,
	}
}()

// encode cuts valid UTF-8 by the pattern and merges each piece as slowly as it is told.
func (r *openAIReference) encode(text string) (ids []int32) {
	m, err := r.pattern.FindStringMatch(text)
	for ; m != nil && err == nil; m, err = r.pattern.FindNextMatch(m) {
		piece := m.String()
		if id, known := r.ranks[piece]; known {
			ids = append(ids, id)
			continue
		}
		for _, part := range r.merge(strings.Split(string(latin(piece)), "")) {
			ids = append(ids, r.ranks[unlatin(part)])
		}
	}
	return ids
}

// latin makes a code point of every byte, so that strings.Split cuts between bytes.
func latin(s string) (out []rune) {
	for _, b := range []byte(s) {
		out = append(out, rune(b))
	}
	return out
}

func unlatin(s string) string {
	var out []byte
	for _, r := range s {
		out = append(out, byte(r))
	}
	return string(out)
}

func (r *openAIReference) merge(parts []string) []string {
	for {
		best, least := -1, int32(math.MaxInt32)
		for i := 0; i+1 < len(parts); i++ {
			if rank, ok := r.ranks[unlatin(parts[i]+parts[i+1])]; ok && rank < least {
				best, least = i, rank
			}
		}
		if best < 0 {
			return parts
		}
		parts[best] += parts[best+1]
		parts = slices.Delete(parts, best+1, best+2)
	}
}

// blankLine is what the module cuts wrongly: line ends with other white space between them are one piece.
var blankLine = regexp.MustCompile(`[\r\n][\t\v\f\x{85}\p{Z}]+[\r\n]`)

type fataler interface{ Fatalf(string, ...any) }

func equalReference(t fataler, tok token.Tokenizer, r *openAIReference, text []byte) {
	tokens := tok.Encode(nil, text)
	at := int32(0)
	for i, k := range tokens {
		if k.Start != at || k.End <= at {
			t.Fatalf("%s: %q: token %d is [%d, %d) after %d", tok.Name(), text, i, k.Start, k.End, at)
		}
		at = k.End
	}
	ids := token.IDs(nil, tokens)
	if got := tok.Decode(ids); int(at) != len(text) || !bytes.Equal(got, text) {
		t.Fatalf("%s: %q decodes to %q", tok.Name(), text, got)
	}
	if !utf8.Valid(text) {
		return // of which the patterns know nothing
	}
	if want := r.encode(string(text)); !slices.Equal(ids, want) {
		t.Fatalf("%s: %q: got %v, want %v", tok.Name(), text, ids, want)
	}
	if blankLine.Match(text) || bytes.IndexByte(text, 0x7F) >= 0 { // which the module drops
		return
	}
	want, _, err := r.codec.Encode(string(text))
	if err != nil || !slices.EqualFunc(ids, want, func(a int32, b uint) bool { return a == int32(b) }) {
		t.Fatalf("%s: %q: got %v, the module says %v, %v", tok.Name(), text, ids, want, err)
	}
}

// eachOpenAI leaves o200k_harmony out, which is o200k_base but for its special tokens.
func eachOpenAI(t *testing.T, do func(t *testing.T, tok token.Tokenizer, r *openAIReference)) {
	for _, name := range []string{"cl100k_base", "o200k_base"} {
		t.Run(name, func(t *testing.T) { do(t, open(t, name), openAIReferences[name]()) })
	}
}

func TestOpenAIEncodingsEqualTheirReference(t *testing.T) {
	rows := readGoldens(t, "testdata/gpt2-tokens.jsonl.gz")
	for name, r := range openAIReferences {
		for _, g := range rows {
			equalReference(t, open(t, name), r(), g.input(t))
		}
	}
}

func TestOpenAIEncodingsClassEveryCodePointAsTheirReference(t *testing.T) {
	eachOpenAI(t, func(t *testing.T, tok token.Tokenizer, r *openAIReference) {
		var text []byte
		for c := rune(0); c <= unicode.MaxRune; c++ {
			if c == 0xE000 || c == 0xF0000 {
				c += 0x1000 // of the private codes some are enough
			}
			if !utf8.ValidRune(c) || c > 0x32000 && c < 0xE0000 {
				continue // unassigned, all of one kind
			}
			text = append(utf8.AppendRune(append(text, " aB"...), c), "Cd1"...)
			if len(text) > 4000 {
				equalReference(t, tok, r, text)
				text = text[:0]
			}
		}
		equalReference(t, tok, r, text)
	})
}

func TestOpenAIEncodingsEqualTheirReferenceOnTrickyText(t *testing.T) {
	tricky := []string{"", "'", "''s", "I'LL we'Re IT'S x'd 'll", "don't'll've", "'ſ", "K'K", "\u0301", "\u0301A", "\u0301AB1", "!\u0301a", "!!\u0301a",
		"HTMLParser iPhone McDonald ABCdef中AB", "ǅABC", "中文A", "AA中BB", "ʰAʰ", "1234567", " 123", "٣٤٥٦ Ⅷ½", "\r\n\r\n \t x", "  \n  \n  x",
		" \u00a0 x", "\u3000x", "a\u2028b", "//\n/x", " ///\r\n", "x\x00y\x7fz", "\x7f\x7fa", "\ufeffBOM", "a\u200bb", "👩‍👩‍👧 🇸🇪", "\xff\xfeab\xc3", "tab\tX\t\tY",
		strings.Repeat("a", 800), strings.Repeat(" ", 800), strings.Repeat("A", 800), strings.Repeat("=", 800), strings.Repeat("中", 500),
		strings.Repeat("\n", 800), strings.Repeat("Ab", 1000), strings.Repeat("\u0301", 1000), strings.Repeat("<|endoftext|>", 20)}
	eachOpenAI(t, func(t *testing.T, tok token.Tokenizer, r *openAIReference) {
		for _, text := range tricky {
			equalReference(t, tok, r, []byte(text))
			equalReference(t, tok, r, []byte(" "+text+" x"))
		}
	})
}

func TestOpenAIEncodingsEqualTheirReferenceOnAnyText(t *testing.T) {
	part := rapid.SampledFrom([]string{" ", "  ", "\n", "\r\n", "\t", "a", "b", "A", "Z", "中", "ʰ", "ǅ", "\u0301", "1", "٣", "½", "'s", "'RE", "'", "/",
		"!", "_", "é", "É", "👍", "\x7f", "\x00", "the", "The", "\u00a0", "\u2028"})
	eachOpenAI(t, func(t *testing.T, tok token.Tokenizer, r *openAIReference) {
		rapid.Check(t, func(t *rapid.T) {
			equalReference(t, tok, r, []byte(strings.Join(rapid.SliceOfN(part, 0, 24).Draw(t, "parts"), "")))
			equalReference(t, tok, r, []byte(rapid.String().Draw(t, "text")))
		})
	})
}

func TestOpenAIEncodingsEqualTheirReferenceOnPublicText(t *testing.T) {
	dir := cmp.Or(os.Getenv("SPUTNIK_DATA"), "../../shared/data")
	prompts, _ := filepath.Glob(filepath.Join(dir, "prompts", "[0-9]*"))
	corpora, _ := filepath.Glob(filepath.Join(dir, "corpus", "*.valid.jsonl.gz"))
	if len(prompts) == 0 {
		t.Skipf("no prompts in %s: set SPUTNIK_DATA to the folder of the shared data", dir)
	}
	eachOpenAI(t, func(t *testing.T, tok token.Tokenizer, r *openAIReference) {
		for _, path := range prompts {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			longest := 0
			for word := range bytes.FieldsSeq(text) {
				longest = max(longest, len(word))
			}
			if longest < 2000 { // the reference takes the square of a word's length; longer ones are among the tricky texts
				equalReference(t, tok, r, text)
			}
		}
		for _, path := range corpora {
			for _, line := range readLines(t, path)[:3] {
				var doc struct{ Text string }
				if err := json.Unmarshal(line, &doc); err != nil {
					t.Fatal(err)
				}
				equalReference(t, tok, r, []byte(doc.Text[:min(len(doc.Text), 20_000)]))
			}
		}
	})
}

func FuzzOpenAI(f *testing.F) {
	for _, s := range []string{"", "Hello World's\n\n", "don'T  \n x", "<|endoftext|>", "\xff\x04中👍🏽", "HTMLParser //\n 1234"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, name := range []string{"cl100k_base", "o200k_base"} {
			equalReference(t, open(t, name), openAIReferences[name](), text)
		}
	})
}
