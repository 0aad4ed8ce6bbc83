package compress_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/structure"
)

// stable compresses and checks what holds for any result, but for the words on budgets.
func stable(t *rapid.T, c *compress.Compressor, text []byte, o compress.Options) compress.Result {
	r, err := c.Compress(context.Background(), text, o)
	if err != nil {
		t.Fatal(err)
	}
	if wrong := broken(r, text, o, c.Tokenizer); wrong != "" {
		t.Fatalf("%s: %q", wrong, clip(text))
	}
	if r.Stable > len(r.Text) {
		t.Fatalf("%d of %d bytes are stable", r.Stable, len(r.Text))
	}
	return r
}

func TestProseThatGoesOnKeepsWhatCameOutOfItsBeginning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, c := long(t), quick(t)
		o := compress.Options{Rate: rapid.Float64Range(0.05, 1).Draw(t, "rate"), CacheStable: true, Structure: structure.Prose,
			KeepDigits: rapid.Bool().Draw(t, "digits"), StripTags: rapid.Bool().Draw(t, "strip")}
		whole := stable(t, c, text, o)
		at := rapid.IntRange(0, len(text)).Draw(t, "at")
		begun := stable(t, c, text[:at], o)
		if begun.Text[:begun.Stable] != whole.Text[:min(len(whole.Text), begun.Stable)] || whole.Stable < begun.Stable {
			t.Fatalf("%d bytes of the first %d are stable, but\n%q\n%q", begun.Stable, at, begun.Text, whole.Text)
		}
	})
}

func TestMostOfALongTextIsStable(t *testing.T) {
	paragraph := strings.Repeat("The delivery to Gothenburg was delayed until the end of March because of the strike. ", 9) + "\n\n"
	c := compressor(t, "agent")
	r, err := c.Compress(context.Background(), []byte(strings.Repeat(paragraph, 10)), compress.Options{Rate: 0.5, CacheStable: true})
	if err != nil || r.Stable < len(r.Text)*9/10 || r.CompressedTokens > r.TargetTokens || r.CompressedTokens < r.TargetTokens*95/100 {
		t.Errorf("%d of %d bytes are stable, with %d of %d tokens: %v", r.Stable, len(r.Text), r.CompressedTokens, r.TargetTokens, err)
	}
}

// turns draws messages of a conversation, each as it stands in JSON.
func turns(t *rapid.T) []string {
	sentence := rapid.SampledFrom([]string{"The delivery to Gothenburg was delayed until March.", "Nobody had counted the \"crates\" in the hall.", "See /etc/hosts.\n\n", "It is not to be paid before day 14.",
		"<keep>Amina Diallo signed.</keep>", "naïve 東京 🚀"})
	var all []string
	for i := range rapid.IntRange(1, 9).Draw(t, "turns") {
		content := strings.Join(rapid.SliceOfN(sentence, 0, 12).Draw(t, "content"), " ")
		role := rapid.SampledFrom([]string{"user", "assistant", "tool", "system"}).Draw(t, "role")
		m, _ := json.Marshal(map[string]any{"role": role, "content": content, "n": i})
		all = append(all, string(m))
	}
	return all
}

func TestAConversationThatGoesOnKeepsEveryMessage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		messages, c := turns(t), quick(t)
		form := rapid.SampledFrom([]string{"[%s]", "{\"model\": \"x\", \"messages\": [\n %s\n], \"stream\": true}\n"}).Draw(t, "form")
		o := compress.Options{Rate: rapid.Float64Range(0.2, 1).Draw(t, "rate"), CacheStable: true, StripTags: rapid.Bool().Draw(t, "strip")}
		var before compress.Result
		for n := 1; n <= len(messages); n++ {
			text := fmt.Sprintf(form, strings.Join(messages[:n], ",\n "))
			r := stable(t, c, []byte(text), o)
			switch {
			case r.Structure != structure.Chat || !json.Valid([]byte(r.Text)):
				t.Fatalf("%s became %s: %q", r.Structure, text, r.Text)
			case r.Stable < before.Stable || r.Text[:before.Stable] != before.Text[:before.Stable]:
				t.Fatalf("with message %d what came before it changed:\n%q\n%q", n, before.Text[:before.Stable], r.Text)
			case r.CompressedTokens > r.TargetTokens && len(r.Warnings) == 0:
				t.Fatalf("%d tokens of %d", r.CompressedTokens, r.TargetTokens)
			}
			for _, m := range messages[:n] {
				if strings.Contains(m, `"user"`) && !o.StripTags && !strings.Contains(r.Text, m) {
					t.Fatalf("%s was changed: %s", m, r.Text)
				}
			}
			before = r
		}
	})
}

func TestAStableTextIsOfAKindThatCanGoOn(t *testing.T) {
	nine := 9
	for want, o := range map[string]compress.Options{
		"cache-stable wants a rate":                        {TargetTokens: &nine, CacheStable: true},
		"structure is \"json\"; with cache-stable want":    {Rate: 0.5, Structure: "json", CacheStable: true},
		"is not chat: invalid character 'x' looking for":   {Rate: 0.5, Structure: "chat", CacheStable: true},
		"structure is \"pdf\"; want auto, prose, json, ma": {Rate: 0.5, Structure: "pdf", CacheStable: true},
	} {
		if _, err := compressor(t, "first").Compress(context.Background(), []byte("x y"), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
	for _, text := range []string{"", " \n", "one"} {
		if r, err := compressor(t, "first").Compress(context.Background(), []byte(text), compress.Options{Rate: 1, CacheStable: true}); err != nil || r.Text != text {
			t.Errorf("%q became %q, %v", text, r.Text, err)
		}
	}
}
