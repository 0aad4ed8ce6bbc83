package corpus

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/token"
	"pgregory.net/rapid"
)

// settings are those of a small preparation of a folder.
func settings(t *testing.T, input string) config.Data {
	t.Helper()
	var cfg config.Data
	config.Default(&cfg)
	cfg.DatasetName, cfg.OutputDir = input, filepath.Join(t.TempDir(), "out")
	cfg.MaxLength, cfg.MinLength, cfg.MemoryMB = 48, 4, 16
	return cfg
}

// folder holds 120 documents, some of them copies, near copies, empty or short.
func folder(t *testing.T) string {
	rng := rand.New(rand.NewPCG(1, 1))
	var rows []string
	for i := range 120 {
		text := ""
		for range 20 + rng.IntN(100) {
			text += fmt.Sprintf("word%d ", rng.IntN(5000))
		}
		switch {
		case i%20 == 7:
			text = "   "
		case i%20 == 8:
			text = "short"
		case i%20 == 9:
			rows = append(rows, rows[len(rows)-5])
			continue
		}
		row, _ := json.Marshal(Document{ID: fmt.Sprint(i), Text: text})
		rows = append(rows, string(row))
	}
	return put(t, map[string]string{"a.jsonl": strings.Join(rows[:60], "\n"), "b.jsonl.gz": strings.Join(rows[60:], "\n")})
}

// files reads what a preparation left, but for the settings, which name its folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() != "config.json" {
			out[e.Name()] = string(data)
		}
	}
	return out
}

func prepare(t *testing.T, ctx context.Context, cfg config.Data) (Summary, error) {
	t.Helper()
	p, err := newPreparation(cfg)
	if err != nil {
		t.Fatal(err)
	}
	p.shardBytes = 1000 // so that there are several
	return p.run(ctx, nil)
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	input := folder(t)
	one, two, other := settings(t, input), settings(t, input), settings(t, input)
	other.RandomSeed = 7
	for _, cfg := range []config.Data{one, two, other} {
		if _, err := prepare(t, context.Background(), cfg); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(files(t, one.OutputDir), files(t, two.OutputDir)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(files(t, one.OutputDir), files(t, other.OutputDir)) {
		t.Error("the seed changes nothing")
	}
}

func TestWhatIsLeftOutIsCounted(t *testing.T) {
	cfg := settings(t, folder(t))
	summary, err := prepare(t, context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	n := summary.Counts
	if n.Documents != 120 || n.Empty != 6 || n.BadLength != 1 || n.ExactCopies != 11 || n.Kept == 0 ||
		n.Empty+n.BadLength+n.ExactCopies+n.NearCopies+n.Kept != n.Documents {
		t.Errorf("%+v", n)
	}
}

// The shards hold the tokens of the JSON's texts, in their order, within the lengths asked for.
func TestShardsAndJSONHoldTheSameSequences(t *testing.T) {
	cfg := settings(t, folder(t))
	summary, err := prepare(t, context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	tokenizer, err := token.Open(cfg.Tokenizer)
	if err != nil {
		t.Fatal(err)
	}
	for _, split := range summary.Splits {
		docs, err := readAll(t, Source{Name: filepath.Join(cfg.OutputDir, split.File)})
		if err != nil || len(docs) != split.Sequences || split.Sequences == 0 {
			t.Fatalf("%s: %d sequences of %d, %v", split.Name, len(docs), split.Sequences, err)
		}
		for n := range split.Shards {
			s, err := OpenShard(filepath.Join(cfg.OutputDir, fmt.Sprintf("%s-%05d.tokens", split.Name, n)))
			if err != nil {
				t.Fatal(err)
			}
			for i := range s.Len() {
				want := token.IDs(nil, tokenizer.Encode(nil, []byte(docs[0].Text)))
				if ids, err := s.Sequence(nil, i); err != nil || !slices.Equal(ids, want) || len(ids) > cfg.MaxLength || len(ids) < cfg.MinLength {
					t.Fatalf("%s: sequence of %d tokens beside %q, %v", split.Name, len(ids), docs[0].Text, err)
				}
				docs = docs[1:]
			}
			s.Close()
		}
	}
	if summary.Splits[0].Shards < 2 {
		t.Error("one shard only: the test does not see how they follow on one another")
	}
}

func TestAPreparedFolderIsReadAsItsTrainingSequences(t *testing.T) {
	cfg := settings(t, folder(t))
	summary, err := prepare(t, context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if docs, err := readAll(t, Source{Name: cfg.OutputDir}); err != nil || len(docs) != summary.Splits[0].Sequences {
		t.Errorf("%d documents, %v", len(docs), err)
	}
}

// interrupted is done after so many looks at it: a context that is cancelled at a chosen place.
type interrupted struct {
	context.Context
	left *int
}

func (c interrupted) Err() error {
	if *c.left--; *c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestAStoppedPreparationEndsInTheSameBytes(t *testing.T) {
	input := folder(t)
	whole := settings(t, input)
	if _, err := prepare(t, context.Background(), whole); err != nil {
		t.Fatal(err)
	}
	want := files(t, whole.OutputDir)
	for _, after := range []int{0, 1, 17, 18, 60, 119} {
		cfg := settings(t, input)
		for tries := 0; ; tries++ {
			left := after + 10*tries
			_, err := prepare(t, interrupted{context.Background(), &left}, cfg)
			if err == nil {
				break
			}
			if !strings.Contains(err.Error(), "goes on from there") || config.ExitCode(err) != 1 {
				t.Fatalf("stopped after %d: %v", after, err)
			}
			if left := files(t, filepath.Join(cfg.OutputDir, partialFolder)); len(left) == 0 {
				t.Fatal("no checkpoint")
			}
			if isFile(filepath.Join(cfg.OutputDir, TrainFile)) || isFile(filepath.Join(cfg.OutputDir, manifestFile)) {
				t.Fatal("something half-written has its final name")
			}
		}
		if diff := cmp.Diff(want, files(t, cfg.OutputDir)); diff != "" {
			t.Errorf("stopped after %d: %s", after, diff)
		}
	}
}

// A kill leaves more in the files than the checkpoint knows of; other settings begin anew.
func TestWhatIsBeyondACheckpointIsForgotten(t *testing.T) {
	input := folder(t)
	whole, cfg := settings(t, input), settings(t, input)
	if _, err := prepare(t, context.Background(), whole); err != nil {
		t.Fatal(err)
	}
	left := 50
	if _, err := prepare(t, interrupted{context.Background(), &left}, cfg); err == nil {
		t.Fatal("it was not stopped")
	}
	for _, name := range []string{TrainFile, "train.ids", "val.lengths", "train-00009.tokens.new"} {
		f, err := os.OpenFile(filepath.Join(cfg.OutputDir, partialFolder, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(f, "half a seq")
		f.Close()
	}
	if _, err := prepare(t, context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(files(t, whole.OutputDir), files(t, cfg.OutputDir)); diff != "" {
		t.Error(diff)
	}
}

func TestAnotherPreparationReplacesTheOneBefore(t *testing.T) {
	input := folder(t)
	cfg := settings(t, input)
	if _, err := prepare(t, context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	cfg.MaxSequences = 5
	summary, err := prepare(t, context.Background(), cfg)
	if err != nil || summary.Sequences() != 5 {
		t.Fatalf("%d sequences, %v", summary.Sequences(), err)
	}
	shards, _ := filepath.Glob(filepath.Join(cfg.OutputDir, "*.tokens"))
	for _, split := range summary.Splits {
		if shards = shards[min(split.Shards, len(shards)):]; split.Shards > 1 {
			t.Errorf("%+v", split)
		}
	}
	if len(shards) > 0 {
		t.Errorf("left of the one before: %v", shards)
	}
}

func TestAFullDiskIsOneLineAndLeavesNothingUnderAFinalName(t *testing.T) {
	cfg := settings(t, folder(t))
	p, err := newPreparation(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.open(Source{Name: cfg.DatasetName}); err != nil {
		t.Fatal(err)
	}
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	p.parts[0].json.file.Close()
	p.parts[0].json.file = full
	p.parts[0].json.w.Reset(full)
	err = Source{Name: cfg.DatasetName}.Read(context.Background(), p.document)
	if err == nil {
		_, err = p.finish()
	}
	if err == nil || !strings.Contains(err.Error(), "no space left on device") || strings.Contains(err.Error(), "\n") || config.ExitCode(err) != 1 {
		t.Errorf("got %v", err)
	}
	if isFile(filepath.Join(cfg.OutputDir, TrainFile)) || isFile(filepath.Join(cfg.OutputDir, manifestFile)) {
		t.Error("something half-written has its final name")
	}
}

func TestWhatCannotBePreparedIsSaidInOneLine(t *testing.T) {
	input := folder(t)
	tests := map[string]struct {
		change func(*config.Data)
		code   int
		want   string
	}{
		"a folder that cannot be made":    {func(c *config.Data) { c.OutputDir = filepath.Join(input, "a.jsonl", "out") }, 1, "not a directory"},
		"a tokenizer that there is none":  {func(c *config.Data) { c.Tokenizer = "gtp2" }, 2, "gtp2"},
		"an input that there is none":     {func(c *config.Data) { c.DatasetName = "missing.jsonl" }, 2, "missing.jsonl"},
		"lengths that nothing has":        {func(c *config.Data) { c.MinLength, c.MaxLength = 100_000, 100_000 }, 1, "nothing is left of 120 documents"},
		"a tokenizer file that is broken": {func(c *config.Data) { c.Tokenizer = filepath.Join(input, "a.jsonl") }, 2, "a.jsonl"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := settings(t, input)
			test.change(&cfg)
			_, err := Prepare(context.Background(), cfg, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") || config.ExitCode(err) != test.code {
				t.Errorf("exit %d: %v; want %d and %s", config.ExitCode(err), err, test.code, test.want)
			}
		})
	}
}

func TestSequencesOfALongTextFitAndTogetherHoldItsWords(t *testing.T) {
	tokenizer, err := token.Open("gpt2")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := Normalize(rapid.StringOfN(rapid.RuneFrom([]rune("abc .\n漢é😀")), 0, 400, -1).Draw(t, "text"))
		c := cutter{tokenizer: tokenizer, longest: rapid.IntRange(4, 40).Draw(t, "longest"), shortest: 1, long: "cut"}
		joined := ""
		for _, s := range c.cut(text) {
			if len(s.ids) > c.longest {
				t.Fatalf("%d tokens", len(s.ids))
			}
			joined += s.text
		}
		bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if bare(joined) != bare(text) {
			t.Fatalf("%q became %q", text, joined)
		}
	})
}

func TestLongTextsMayBeTruncatedOrDropped(t *testing.T) {
	tokenizer, err := token.Open("gpt2")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("One two three. ", 40)
	c := cutter{tokenizer: tokenizer, longest: 10, shortest: 1, long: "truncate"}
	if got := c.cut(text); len(got) != 1 || !strings.HasPrefix(got[0].text, "One two three.") || len(got[0].ids) > 10 {
		t.Errorf("%v", got)
	}
	c.long = "drop"
	if got := c.cut(text); got != nil {
		t.Errorf("%v", got)
	}
}
