package compress_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/token/tokentest"
)

// Of one word the agent sees many windows; what is found for a word must not be found again in each.
func TestOneLongWordTakesLinearTime(t *testing.T) {
	c := compressor(t, "agent")
	for what, piece := range map[string]string{"one character": "a", "letters and digits": "abcdefghij0123456789", "Chinese": "中文字"} {
		for _, question := range []string{"", "What is abcdefghij0123456789?"} {
			took := func(n int) time.Duration {
				text, o := bytes.Repeat([]byte(piece), n/len(piece)), compress.Options{Rate: 0.5, Question: question}
				return tokentest.Used(t, func() {
					if _, err := c.Compress(context.Background(), text, o); err != nil {
						t.Fatal(err)
					}
				})
			}
			few, many := time.Hour, time.Hour // of five rounds
			for range 5 {
				if few, many = min(few, took(100_000)), min(many, took(800_000)); many < 16*few {
					break
				}
			}
			if many > 16*few { // eight times the text; squared, the long one would take 64 times as long
				t.Errorf("%s, asked %q: 100 kB in %v, 800 kB in %v", what, question, few, many)
			}
		}
	}
}

// What one text took in memory the next takes over: see -bench Compress for how much.
func TestAPromptTakesFewAllocations(t *testing.T) {
	c := compressor(t, "agent")
	text := bytes.Repeat([]byte(prose), 2000/len(c.Tokenizer.Encode(nil, []byte(prose))))
	tokens := float64(len(c.Tokenizer.Encode(nil, text)))
	n := testing.AllocsPerRun(50, func() {
		if _, err := c.Compress(context.Background(), text, compress.Options{Rate: 0.5}); err != nil {
			t.Fatal(err)
		}
	})
	if n > tokens/100 {
		t.Errorf("%v allocations for %v tokens; want one for 100", n, tokens)
	}
}
