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
