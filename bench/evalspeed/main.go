// Command evalspeed is our half of bench/eval_against_transformers.py: what `sputnik eval` does with SQuAD contexts, 8
// scorers and 3 rates, so that the same readings can be put to the same weights in Python.
//
//	go run ./bench/evalspeed --contexts 15 --kind bfloat16 --readings readings.jsonl
//
// It takes so many contexts at a time, writes down every reading that the reader is asked for (prompt and target, in the
// order of asking, and which contexts they belong to), says "ready", and then evaluates those contexts whose number comes on a
// line of standard input, each time from the beginning. What comes back is a line of JSON: the seconds of the whole
// evaluation, ranking and cutting included, what it used of the processors, what the reader cost, and the loss of each
// reading.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/eval"
	"github.com/project-sputnik/sputnik/eval/task"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

var scorers = []string{"random", "first", "last", "frequency", "length", "ngram", "stopword", "adaptive"}

var (
	contexts = flag.Int("contexts", 15, "SQuAD contexts, with all of their questions; 0 takes all 120")
	together = flag.Int("together", 5, "contexts that are evaluated at a time")
	kind     = flag.String("kind", "bfloat16", "numbers of the reader: bfloat16 or float32")
	readings = flag.String("readings", "", "file for the readings; empty writes none")
	threads  = flag.Int("threads", 0, "threads of a CPU operation; 0 takes every core")
	batch    = flag.Int("batch", 256, "readings put to the reader at a time, at the least, as batch_size of eval")
)

func main() {
	flag.Parse()
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	torch.HoardMemory()
	torch.SetThreads(*threads)
	kinds := map[string]torch.Kind{"bfloat16": torch.BFloat16, "float32": torch.Float32}
	reader, err := reconstructor.Open("smollm2-135m", kinds[*kind], 0)
	if err != nil {
		return err
	}
	defer reader.Close()
	ranker, err := agent.Default() // whose tokens are counted
	if err != nil {
		return err
	}
	defer ranker.Close()
	data, err := task.Read(ctx, task.Source{Task: "squad_en", Most: *contexts, Seed: 42})
	if err != nil {
		return err
	}
	e := eval.Evaluation{Rates: []float64{0.3, 0.5, 0.7}, Tokenizer: ranker.Tokenizer(), BatchSize: *batch, Seed: 42}
	for _, name := range scorers {
		m, err := eval.Baseline(name, ranker.Statistics(), 1)
		if err != nil {
			return err
		}
		e.Methods = append(e.Methods, m)
	}
	parts := slices.Collect(slices.Chunk(data.Tasks, *together))
	n, err := write(ctx, e, parts, reader.Tokenizer())
	if err != nil {
		return err
	}
	fmt.Printf("ready: %d contexts in %d parts, %d readings\n", len(data.Tasks), len(parts), n)
	for turns := bufio.NewScanner(os.Stdin); turns.Scan(); {
		part, err := strconv.Atoi(turns.Text())
		if err != nil || part < 0 || part >= len(parts) {
			return fmt.Errorf("no part is numbered %q", turns.Text())
		}
		begun, used := time.Now(), processor()
		asked, timing, err := evaluate(ctx, e, parts[part], reader, reader.Tokenizer())
		if err != nil {
			return err
		}
		answer, err := json.Marshal(turn{time.Since(begun).Seconds(), (processor() - used).Seconds(), timing.Reader, asked.losses})
		if err != nil {
			return err
		}
		fmt.Println(string(answer))
	}
	return nil
}

// turn is what one evaluation took and said.
type turn struct {
	Seconds   float64      `json:"seconds"`
	Processor float64      `json:"processor"` // seconds of all threads
	Reader    eval.Cost    `json:"reader"`
	Losses    []probe.Loss `json:"losses"`
}

// processor is what this process has used of processors so far.
func processor() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // fails on a bad address only
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// evaluate runs an evaluation that knows nothing yet.
func evaluate(ctx context.Context, e eval.Evaluation, documents []probe.Task, reader probe.Reader, tokenizer token.Tokenizer) (*recorder, eval.Timing, error) {
	dir, err := os.MkdirTemp("", "evalspeed")
	if err != nil {
		return nil, eval.Timing{}, err
	}
	defer os.RemoveAll(dir)
	journal, err := eval.OpenJournal(filepath.Join(dir, "readings.jsonl"))
	if err != nil {
		return nil, eval.Timing{}, err
	}
	defer journal.Close()
	asked := &recorder{inner: reader}
	e.Documents, e.Journal, e.Reader = documents, journal, eval.Reader{Reader: asked, Tokenizer: tokenizer}
	out, err := e.Run(ctx)
	if err != nil {
		return nil, eval.Timing{}, err
	}
	if len(out.Failed) > 0 {
		return nil, eval.Timing{}, fmt.Errorf("%d documents failed; %s: %s", len(out.Failed), out.Failed[0].Document, out.Failed[0].Reason)
	}
	return asked, out.Timing, nil
}

// recorder keeps what a reader was asked, and what it said.
type recorder struct {
	inner    probe.Reader
	readings []probe.Reading
	losses   []probe.Loss
}

func (r *recorder) Losses(ctx context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	losses, err := r.inner.Losses(ctx, readings)
	r.readings, r.losses = append(r.readings, readings...), append(r.losses, losses...)
	return losses, err
}

// nobody has an answer at once.
type nobody struct{}

func (nobody) Losses(_ context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	losses := make([]probe.Loss, len(readings))
	for i := range losses {
		losses[i].Tokens = 1
	}
	return losses, nil
}

// write puts all readings in a file of JSON lines, as a chat model is given them.
func write(ctx context.Context, e eval.Evaluation, parts [][]probe.Task, tokenizer token.Tokenizer) (n int, err error) {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for i, documents := range parts {
		asked, _, err := evaluate(ctx, e, documents, nobody{}, tokenizer)
		if err != nil {
			return 0, err
		}
		for _, r := range asked.readings {
			if err := encoder.Encode(map[string]any{"part": i, "prompt": probe.Chat(r), "target": r.Probe.Target}); err != nil {
				return 0, err
			}
			n++
		}
	}
	if *readings == "" {
		return n, nil
	}
	return n, os.WriteFile(*readings, lines.Bytes(), 0o644)
}
