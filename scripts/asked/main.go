// Command asked joins what people asked about held-out documents into one file for `distill --val_data_path`: the public
// half of XQuAD in English, the held-out search questions, and reviews with the questions of SubjQA's dev and test files
// (Bjerva et al. 2020, pinned below), which may not be passed on and so are read from a bare clone of their repository:
//
//	go run ./scripts/asked --subjqa CLONE > outputs/asked.jsonl
//
// An answer stands in its context word for word, of at most 6 words in reviews, where people marked whole opinions; a
// context has 200 to 2,500 bytes, as those of the training questions. What shares 13 words in a row with a text that is
// trained on is left out. Rows are in the order of a hash of their context, so that the first N are a sample of all.
package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/probe"
)

const (
	pinned      = "6ea88c77802798b4a09a8218bd6bbde5b9cf4278"
	answerWords = 6
	least, most = 200, 2500 // bytes of a context
	inARow      = 13        // words that no training text may share
)

var domains = []string{"books", "electronics", "grocery", "movies", "restaurants", "tripadvisor"}

func main() {
	clone := flag.String("subjqa", "", "bare clone of megagonlabs/SubjQA; empty leaves reviews out")
	flag.Parse()
	if err := write(context.Background(), *clone); err != nil {
		fmt.Fprintln(os.Stderr, "asked:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, clone string) error {
	var all []probe.Question
	for name, file := range map[string]string{"squad_en": "eval/squad_en.jsonl", "nq.valid": "qa/nq.valid.jsonl.gz"} {
		questions, err := corpus.Questions(filepath.Join(corpus.SharedFolder(), file))
		if err != nil {
			return err
		}
		for _, q := range questions {
			q.Source = name
			all = append(all, q)
		}
	}
	for _, domain := range domains[:len(domains)*min(1, len(clone))] {
		for _, split := range []string{"dev", "test"} {
			reviews, err := read(ctx, clone, domain, split)
			if err != nil {
				return err
			}
			all = append(all, reviews...)
		}
	}
	known, err := trained(ctx)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b probe.Question) int { return cmp.Compare(hash(a.Context), hash(b.Context)) })
	out, documents, before, left := json.NewEncoder(os.Stdout), map[string]int{}, "", 0
	out.SetEscapeHTML(false)
	for _, q := range all {
		if shares(q.Context, known) {
			left++
			continue
		}
		if q.Context != before {
			documents[q.Source]++
		}
		before = q.Context
		if err := out.Encode(q); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "documents %v; %d questions left out, whose context was trained on\n", documents, left)
	return nil
}

func hash(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

// read reads the reviews of a file: one row is what one person marked in a review as the answer to a question.
func read(ctx context.Context, clone, domain, split string) ([]probe.Question, error) {
	path := pinned + ":SubjQA/" + domain + "/splits/" + split + ".csv"
	raw, err := exec.CommandContext(ctx, "git", "--git-dir", clone, "show", path).Output()
	if err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", path, clone, err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	var all []probe.Question
	at := map[[2]string]int{}
	for _, row := range rows[1:] {
		text := strings.TrimSpace(strings.TrimSuffix(html.UnescapeString(row[column["review"]]), "ANSWERNOTFOUND"))
		question, answer := row[column["question"]], html.UnescapeString(row[column["human_ans_spans"]])
		if len(text) < least || len(text) > most || !strings.Contains(text, answer) || len(strings.Fields(answer)) > answerWords || answer == "" {
			continue
		}
		key := [2]string{text, question}
		if i, again := at[key]; again { // somebody else marked another answer: the shortest is the best, as in nq
			all[i].Answers = append(all[i].Answers, answer)
			slices.SortStableFunc(all[i].Answers, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
			all[i].Answers = slices.Compact(all[i].Answers)
			continue
		}
		at[key] = len(all)
		all = append(all, probe.Question{ID: "subjqa-" + row[column["q_review_id"]], Source: "reviews", Context: text, Question: question, Answers: []string{answer}})
	}
	return all, nil
}

var word = regexp.MustCompile(`[a-z0-9]+`)

// rows13 are all runs of 13 words of a text.
func rows13(text string) (runs []string) {
	words := word.FindAllString(strings.ToLower(text), -1)
	for i := 0; i+inARow <= len(words); i++ {
		runs = append(runs, strings.Join(words[i:i+inARow], " "))
	}
	return runs
}

// trained is what the agent in the binary and its students learned from.
func trained(ctx context.Context) (map[[8]byte]bool, error) {
	known := map[[8]byte]bool{}
	add := func(text string) {
		for _, run := range rows13(text) {
			sum := sha256.Sum256([]byte(run))
			known[[8]byte(sum[:8])] = true
		}
	}
	questions, err := corpus.Questions("sample")
	if err != nil {
		return nil, err
	}
	for _, q := range questions {
		add(q.Context)
	}
	return known, corpus.Read(ctx, "shared", func(d corpus.Document) error { add(d.Text); return ctx.Err() })
}

func shares(text string, known map[[8]byte]bool) bool {
	return slices.ContainsFunc(rows13(text), func(run string) bool {
		sum := sha256.Sum256([]byte(run))
		return known[[8]byte(sum[:8])]
	})
}
