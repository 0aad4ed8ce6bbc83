package compress_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/token"
)

// whole hides that a scorer can read a text part by part.
type whole struct{ compress.Asker }

// Texts of several parts: what comes out is what comes out where all of it is read and scored at once.
func TestALongTextIsShortenedInPartsAsAtOnce(t *testing.T) {
	walks := compressor(t, "agent")
	sees := *walks
	sees.Scorer = whole{walks.Scorer.(compress.Asker)}
	draw := rand.New(rand.NewPCG(8, 9))
	english := invented(draw, 75_000, "ferry harbour 7.40 not leaves Larsen the of $12 sha256:e3b0c44298fc1c149afbf4c8996fb924 /etc/hosts a-12-b <keep>at noon</keep> without")
	long := english[:100_000] + strings.Repeat("z8", 60_000) + english[:50_000] + strings.Repeat("=-", 60_000) + " end"
	chinese := invented(draw, 90_000, "中 文 字 的 了 東京 東 です 。 ， 123 <keep>保</keep>")
	notes, err := json.Marshal(map[string]any{"id": 7, "notes": []string{english[:200_000], "short", english[200_000:], "tab\tand \"quotes\" " + english[:100_000]}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		o    compress.Options
	}{
		{english, compress.Options{Rate: 0.4}},
		{english, compress.Options{Rate: 0.3, Tokenizer: open(t, "o200k_base")}},
		{long, compress.Options{Rate: 0.7, KeepDigits: true, StripTags: true}},
		{string(notes), compress.Options{Rate: 0.5}},
		{chinese, compress.Options{Rate: 0.5, Unit: compress.Token}},
		{english, compress.Options{Rate: 0.5, Question: "What leaves the harbour of Larsen at 7.40?"}},
	} {
		if n := token.Count(walks.Tokenizer, []byte(c.text)); n < 150_000 {
			t.Fatalf("%q... has %d tokens: not two parts", c.text[:40], n)
		}
		got, err1 := walks.Compress(context.Background(), []byte(c.text), c.o)
		want, err2 := sees.Compress(context.Background(), []byte(c.text), c.o)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if diff := cmp.Diff(summed(want), summed(got), cmpopts.IgnoreFields(compress.Result{}, "Elapsed")); diff != "" {
			t.Errorf("%q... at %v (-at once +in parts):\n%s", c.text[:40], c.o.Rate, diff)
		}
	}
}

// summed has sums in place of what is long.
func summed(r compress.Result) compress.Result {
	r.Warnings = append(r.Warnings, fmt.Sprintf("%x of text, spans %x, protected %x", sum(r.Text), sum(r.Kept), sum(r.Protected)))
	r.Text, r.Kept, r.Protected = "", nil, nil
	return r
}

func sum(value any) [32]byte { return sha256.Sum256(fmt.Append(nil, value)) }

// invented is a text of words drawn from some and from numbers, in lines and sentences.
func invented(draw *rand.Rand, words int, from string) string {
	all := strings.Fields(strings.ReplaceAll(from, "<keep>at noon", "<keep>at\u00a0noon"))
	var out bytes.Buffer
	for range words {
		switch n := draw.IntN(20); n {
		case 0:
			fmt.Fprintf(&out, "%d", draw.IntN(5000))
		case 1:
			out.WriteString("word" + fmt.Sprint(draw.IntN(900)))
		default:
			out.WriteString(all[draw.IntN(len(all))])
		}
		out.WriteString([]string{" ", " ", " ", " ", " ", " ", ". ", ", ", "\n"}[draw.IntN(9)])
	}
	return out.String()
}
