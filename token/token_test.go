package token_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/project-sputnik/sputnik/token"
)

func TestEncodingAllocatesNothingOnceWarm(t *testing.T) {
	text := []byte(strings.Repeat("The committee's 3,000 proposals weren't unreasonable; antidisestablishmentarianism was. ", 50))
	for _, name := range []string{"gpt2", "smollm2", "minilm", "cl100k_base", "o200k_base"} {
		tok := open(t, name)
		tokens := tok.Encode(nil, text)
		units := token.Units(nil, text, tokens)
		allocs := testing.AllocsPerRun(20, func() {
			tokens = tok.Encode(tokens[:0], text)
			units = token.Units(units[:0], text, tokens)
		})
		if perToken := allocs / float64(len(tokens)); perToken > 0.01 { // the race detector makes pools forget now and then
			t.Errorf("%s: %.4f allocations a token", name, perToken)
		}
	}
}

func TestDecodingGivesTheInputBack(t *testing.T) {
	tok := open(t, "gpt2")
	for _, g := range readGoldens(t, "testdata/gpt2-tokens.jsonl.gz") {
		text := g.input(t)
		if got := tok.Decode(token.IDs(nil, tok.Encode(nil, text))); !bytes.Equal(got, text) {
			t.Errorf("%q decodes to %q", text, got)
		}
	}
	for name, want := range map[string]string{"minilm": "hello, world. it's fine", "smollm2": "<|im_start|>user\nHello"} {
		tok := open(t, name)
		ids := token.IDs(nil, tok.Encode(nil, []byte(want)))
		if name == "minilm" {
			ids = ids[1 : len(ids)-1]
		}
		if got := string(tok.Decode(ids)); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestSpecialTokensHaveIDs(t *testing.T) {
	for _, c := range []struct {
		name, piece string
		id          int32
	}{
		{"gpt2", "<|endoftext|>", 50256}, {"smollm2", "<|im_end|>", 2}, {"minilm", "[SEP]", 102},
		{"cl100k_base", "<|endoftext|>", 100257}, {"o200k_harmony", "<|start|>", 200006}, {"gpt2", " the", 262},
	} {
		if id, ok := open(t, c.name).ID(c.piece); !ok || id != c.id {
			t.Errorf("%s: %q has id %d, %v; want %d", c.name, c.piece, id, ok, c.id)
		}
	}
}

func TestATokenizerServesManyAtOnce(t *testing.T) {
	tok := open(t, "smollm2")
	text := []byte(strings.Repeat("Concurrency is not parallelism 12345. ", 40))
	want := tok.Encode(nil, text)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 50 {
				if !slices.Equal(tok.Encode(nil, text), want) {
					t.Error("tokens differ between goroutines")
				}
			}
		})
	}
	wait.Wait()
}

func FuzzSpansTile(f *testing.F) {
	for _, s := range []string{"", "Hello world", "don't  \n x", "<|im_start|>", "\xff\x04中👍🏽", "https://a.b/c 1,000"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, name := range []string{"gpt2", "smollm2", "minilm"} {
			tok := open(t, name)
			tokens := tok.Encode(nil, text)
			checkTiles(t, name, text, tokens)
			checkUnits(t, text, tokens)
			if name == "gpt2" && !bytes.Equal(tok.Decode(token.IDs(nil, tokens)), text) {
				t.Fatalf("%q does not survive", text)
			}
		}
	})
}

// corpusText joins documents of the corpus, without which benchmarks read the goldens over and over.
func corpusText(b *testing.B) []byte {
	var out []byte
	for _, line := range readLines(b, sharedFile(b, "corpus/kubernetes.valid.jsonl.gz")) {
		var doc struct{ Text string }
		if err := json.Unmarshal(line, &doc); err != nil {
			b.Fatal(err)
		}
		out = append(out, doc.Text...)
	}
	for _, line := range readLines(b, sharedFile(b, "corpus/masc.train.jsonl.gz")) {
		var doc struct{ Text string }
		if err := json.Unmarshal(line, &doc); err != nil {
			b.Fatal(err)
		}
		out = append(out, doc.Text...)
	}
	return out
}

func benchmarkEncode(b *testing.B, name string) {
	text := corpusText(b)
	tok := open(b, name)
	tokens := tok.Encode(nil, text)
	b.ResetTimer()
	for b.Loop() {
		tokens = tok.Encode(tokens[:0], text)
	}
	b.ReportMetric(float64(len(tokens))*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
	b.SetBytes(int64(len(text)))
}

func BenchmarkGPT2(b *testing.B)    { benchmarkEncode(b, "gpt2") }
func BenchmarkSmolLM2(b *testing.B) { benchmarkEncode(b, "smollm2") }
func BenchmarkCL100K(b *testing.B)  { benchmarkEncode(b, "cl100k_base") }
func BenchmarkO200K(b *testing.B)   { benchmarkEncode(b, "o200k_base") }
func BenchmarkMiniLM(b *testing.B)  { benchmarkEncode(b, "minilm") }

func BenchmarkUnits(b *testing.B) {
	text := corpusText(b)
	tokens := open(b, "gpt2").Encode(nil, text)
	units := token.Units(nil, text, tokens)
	b.ResetTimer()
	for b.Loop() {
		units = token.Units(units[:0], text, tokens)
	}
	b.ReportMetric(float64(len(tokens))*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
	b.SetBytes(int64(len(text)))
}

// The benchmark of a cold start reads a file, since named tokenizers are opened once a process.
func BenchmarkOpenTokenizerJSON(b *testing.B) {
	for b.Loop() {
		if _, err := token.Open("vocab/smollm2/tokenizer.json.gz"); err != nil {
			b.Fatal(err)
		}
	}
}
