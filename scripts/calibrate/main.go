// Command calibrate measures what keeping a share of the worth that an agent sees in a text loses of the answers to
// questions about it, on every other document of some data sets, writes that beside the agent (agent.Quality), and says on
// the documents between them how much stands at the shares that it leads to.
//
//	go run ./scripts/calibrate --model agent/default --data XQUAD.jsonl --data NQ.jsonl > docs/experiments/006-quality.md
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/train"
)

// shares are the points of the curve: close together where qualities lie that are asked for.
var shares = []float64{.2, .3, .35, .4, .45, .475, .5, .525, .55, .575, .6, .625, .65, .675, .7, .725, .75, .775, .8, .825, .85, .875, .9, .925, .95, .975, .99, 1}

// qualities are those that the page shows.
var qualities = []float64{.7, .8, .85, .9, .95}

func main() {
	var data []string
	model := flag.String("model", filepath.Join("agent", "default"), "folder of the agent")
	flag.Func("data", "questions with answers on a context (JSONL); may be given again", func(path string) error {
		data = append(data, path)
		return nil
	})
	flag.Parse()
	if len(data) == 0 || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := calibrate(*model, data); err != nil {
		fmt.Fprintln(os.Stderr, "calibrate:", err)
		os.Exit(1)
	}
}

// measured is a document with what each share of its worth loses, and the rate that the share takes.
type measured struct {
	set         string
	lost, rates []float64 // by share
}

func calibrate(model string, data []string) error {
	a, err := agent.Load(model)
	if err != nil {
		return err
	}
	defer a.Close()
	var known, others []measured
	q := &agent.Quality{}
	for _, path := range data {
		questions, err := corpus.Questions(path)
		if err != nil {
			return err
		}
		q.Data = append(q.Data, filepath.Base(path))
		for i, task := range probe.Tasks(questions, 0, 1) {
			m, err := measure(a, task)
			if err != nil {
				return fmt.Errorf("%s: %w", task.ID, err)
			}
			m.set = filepath.Base(path)
			if i%2 == 0 {
				known = append(known, m)
			} else {
				others = append(others, m)
			}
		}
	}
	q.Documents = len(known)
	for i, share := range shares {
		sum := 0.0
		for _, m := range known {
			sum += m.lost[i]
		}
		q.Points = append(q.Points, agent.Lost{Share: share, Mean: sum / float64(len(known))})
	}
	if err := q.Save(model); err != nil {
		return err
	}
	return report(q, others)
}

// measure takes a document's losses at all shares; what more is kept never loses more.
func measure(a *agent.Agent, task probe.Task) (measured, error) {
	text := token.Read(a.Tokenizer(), []byte(task.Text))
	scores, err := a.Score(context.Background(), text, 0.5)
	if err != nil {
		return measured{}, err
	}
	m := measured{lost: make([]float64, len(shares)), rates: make([]float64, len(shares))}
	for i, share := range shares {
		m.rates[i] = compress.KeptFor(share, text, scores, a.Worth)
		units := env.Select(scores, text.Units, env.Budget(len(text.Tokens), m.rates[i]), nil)
		mask := env.TokenMask(units, text.Units, len(text.Tokens))
		for _, p := range task.Probes {
			m.lost[i] += (1 - train.AnswerKept(a.Statistics(), text, p, mask)) / float64(len(task.Probes))
		}
	}
	for i := len(shares) - 2; i >= 0; i-- {
		m.lost[i] = max(m.lost[i], m.lost[i+1])
	}
	return m, nil
}

func report(q *agent.Quality, others []measured) error {
	fmt.Printf("# What --min-quality keeps\n\nCalibrated on every other document of %v (%d documents), measured on the %d between them: the mean share of the answers that stands in what is kept, a part of one counted by its rarity, with 95%% bootstrap intervals over documents, and the rate that it took. No reader is asked.\n",
		q.Data, q.Documents, len(others))
	sets := append([]string{"all"}, q.Data...)
	fmt.Printf("\n| asked | share of the worth | on | documents | stands | rate |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, quality := range qualities {
		share, err := q.Share(quality)
		if err != nil {
			fmt.Printf("| %.2f | | | | %v | |\n", quality, err)
			continue
		}
		at := slices.Index(shares, share)
		for _, set := range sets {
			var stands []float64
			rate := 0.0
			for _, m := range others {
				if set == "all" || m.set == set {
					stands = append(stands, 1-m.lost[at])
					rate += m.rates[at]
				}
			}
			interval, err := probe.Bootstrap{Resamples: 10_000, Level: 0.95, Seed: 1}.Mean(stands)
			if err != nil {
				return err
			}
			fmt.Printf("| %.2f | %.3f | %s | %d | %s | %.2f |\n", quality, share, set, len(stands), interval, rate/float64(len(stands)))
		}
	}
	return nil
}
