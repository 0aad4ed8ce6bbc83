// Command probes says which questions that need no labels pay for the same words as questions that somebody asked. Over
// random masks of a paragraph at one rate, it ranks the masks by what the probes of each kind cost a reader, and by what
// the paragraph's own questions cost it, and reports Spearman's correlation of the two, a mean over paragraphs with a
// bootstrap interval, as a Markdown page.
//
//	go run ./scripts/probes ../shared/data/eval/squad_en.jsonl > docs/experiments/005-probes.md    # libtorch and smollm2-135m have to be there
package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

const (
	paragraphs     = 48
	masks          = 12
	rate           = 0.5
	leastQuestions = 3
	shortest       = 60 // tokens of a paragraph
	longest        = 250
	probesEach     = 6
	seed           = 5
	reader         = "smollm2-135m"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./scripts/probes QUESTIONS.jsonl")
		os.Exit(2)
	}
	if err := compare(context.Background(), os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// kinds are what is asked of a paragraph, questions first, with what each is in words.
var kinds = []struct{ name, words string }{
	{"question", "questions that people asked, the measure itself"},
	{"cloze", "salient spans cut out of their sentences"},
	{"recurrence", "words that come back behind the paragraph"},
	{"rebuild", "the paragraph itself"},
	{"distant", "text 64 words or more behind the paragraph"},
	{"adjacent", "text right behind the paragraph; never a probe"},
	{"kept rarity", "no reader: rarity of the words that are kept, each once"},
}

// correlations of each kind, one a paragraph.
type correlations map[string][]float64

func compare(ctx context.Context, path string, w io.Writer) error {
	began := time.Now()
	torch.HoardMemory()
	questions, err := corpus.Questions(path)
	if err != nil {
		return err
	}
	model, err := reconstructor.Open(reader, torch.Fast(), 0)
	if err != nil {
		return err
	}
	defer model.Close()
	a, err := agent.Default()
	if err != nil {
		return err
	}
	defer a.Close()
	found, chosen := correlations{}, 0
	tasks := probe.Tasks(questions, 0, seed)
	for i := 0; i+1 < len(tasks) && chosen < paragraphs; i++ {
		text := token.Read(a.Tokenizer(), []byte(tasks[i].Text))
		if n := len(text.Tokens); n < shortest || n > longest || len(tasks[i].Probes) < leastQuestions {
			continue
		}
		chosen++
		if err := found.add(ctx, model, a.Statistics(), tasks[i], text, behind(tasks, i)); err != nil {
			return err
		}
	}
	return found.page(w, path, chosen, time.Since(began))
}

// behind is what follows a paragraph in its source, as far as it is there: paragraphs of an article follow one another.
func behind(tasks []probe.Task, i int) string {
	text := ""
	for _, next := range tasks[i+1 : min(i+5, len(tasks))] {
		text += next.Text + "\n"
	}
	return text
}

// asked is a paragraph's probes by kind.
func asked(task probe.Task, behind string) map[string]probe.Task {
	all := map[string]probe.Task{
		"question": task, "cloze": probe.Cloze(task.ID, task.Text, probesEach, seed),
		"rebuild": probe.Rebuild(task.ID, task.Text), "distant": probe.Distant(task.ID, task.Text, behind),
		"adjacent": {ID: task.ID, Text: task.Text, Probes: []probe.Probe{{Kind: probe.KindDistant, Target: firstWords(behind, 48)}}},
	}
	windows := probe.Recurrences{Window: len(probe.Words(task.Text)), Distance: 32, Reach: 256, Limit: probesEach}
	if tasks := windows.Tasks(task.ID, task.Text+"\n"+behind, seed); len(tasks) > 0 {
		all["recurrence"] = probe.Task{ID: task.ID, Text: task.Text, Probes: tasks[0].Probes}
	}
	return all
}

func firstWords(text string, n int) string {
	words := probe.Words(text)
	if len(words) == 0 {
		return ""
	}
	return text[words[0].Start:words[min(n, len(words))-1].End]
}

// add reads a paragraph's probes behind random masks and ranks the masks by each kind.
func (c correlations) add(ctx context.Context, model probe.Reader, language *agent.Statistics, task probe.Task, text token.Text, behind string) error {
	random := env.Source(seed, len(text.Tokens), len(task.Text))
	contexts, rarity := make([]string, masks), make([]float64, masks)
	for m := range contexts {
		scores := make([]float32, len(text.Units))
		for u := range scores {
			scores[u] = random.Float32()
		}
		kept := env.Choose(scores, env.UnitSizes(nil, text.Units), env.Budget(len(text.Tokens), rate), nil)
		contexts[m] = string(text.Kept(env.TokenMask(kept, text.Units, len(text.Tokens))))
		seen := map[string]bool{}
		for _, w := range probe.Words(contexts[m]) {
			if word := contexts[m][w.Start:w.End]; !seen[word] {
				seen[word] = true
				rarity[m] -= float64(language.WordRarity([]byte(word))) // as a cost, like the others
			}
		}
	}
	costs := map[string][]float64{"kept rarity": rarity}
	for kind, t := range asked(task, behind) {
		if len(t.Probes) == 0 {
			continue
		}
		each := make([]probe.Task, masks)
		for m := range each {
			each[m] = t
		}
		losses, err := probe.Read(ctx, model, each, contexts)
		if err != nil {
			return err
		}
		costs[kind] = probe.Sum(losses)
	}
	for kind, cost := range costs {
		if r := probe.RankCorrelation(cost, costs["question"]); kind != "question" && !math.IsNaN(r) {
			c[kind] = append(c[kind], r)
		}
	}
	return nil
}

func (c correlations) page(w io.Writer, path string, chosen int, took time.Duration) error {
	fmt.Fprintf(w, `# Which probes that need no labels predict what questions need

    go run ./scripts/probes %s

Spearman's correlation, over %d random masks of a paragraph that keep %.0f%% of its tokens in whole words, between what
the probes of a kind and what the paragraph's own questions cost %s behind the mask. Mean over paragraphs of %d to %d
tokens with %d questions or more, the first %d, with a 95%% bootstrap interval over paragraphs. Seed %d, %.0f s.

| probe | rank correlation | paragraphs |
| --- | --- | --- |
`, path, masks, 100*rate, reader, shortest, longest, leastQuestions, chosen, seed, took.Seconds())
	for _, kind := range kinds[1:] {
		interval, err := probe.Bootstrap{Seed: seed}.Mean(c[kind.name])
		if err != nil {
			return fmt.Errorf("%s: %w", kind.name, err)
		}
		fmt.Fprintf(w, "| %s: %s | %s | %d |\n", kind.name, kind.words, interval, len(c[kind.name]))
	}
	return nil
}
