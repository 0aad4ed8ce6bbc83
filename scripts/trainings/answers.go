package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/train"
)

// rates are the shares of tokens that texts are cut to.
var rates = []float64{0.3, 0.5, 0.7}

// A shortener is somebody who ranks tokens, with the answers that its cuts kept: [rate][document], means over questions.
type shortener struct {
	name   string
	scorer compress.Scorer
	kept   [][]float64
}

// writeAnswers compares the runs' agents, and baselines, by the answers that stand in what they keep, which asks no reader.
func (p *page) writeAnswers(ctx context.Context, w io.Writer) error {
	if p.questions == "" {
		return nil
	}
	questions, err := corpus.Questions(p.questions)
	if err != nil {
		return err
	}
	tasks := probe.Tasks(questions, 0, 0)
	all, language, closeAll, err := p.shorteners()
	if err != nil {
		return err
	}
	defer closeAll()
	for _, s := range all {
		if err := s.cut(ctx, tasks, language); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	fmt.Fprintf(w, "\n## Answers that stand in what is kept, without a reader\n\n%s: %d documents, %d questions; a part of an answer counts for as much as its tokens are rare.\nIntervals: 95%%, bootstrap over documents; of differences, paired.\n\n", p.questions, len(tasks), len(questions))
	head := ""
	for _, rate := range rates {
		head += fmt.Sprintf(" at %.1f | %s less it |", rate, all[0].name)
	}
	fmt.Fprintf(w, "| agent |%s\n| --- |%s\n", head, strings.Repeat(" --- | --- |", len(rates)))
	for _, s := range all {
		fmt.Fprintf(w, "| %s |", s.name)
		for r := range rates {
			if err := s.compare(w, all[0], r); err != nil {
				return err
			}
		}
		fmt.Fprintln(w)
	}
	return nil
}

// shorteners are the runs' agents and three baselines, which count words as the first agent does.
func (p *page) shorteners() (all []*shortener, language *agent.Agent, closeAll func(), err error) {
	var agents []*agent.Agent
	closeAll = func() {
		for _, a := range agents {
			a.Close()
		}
	}
	for _, r := range p.runs {
		for _, which := range p.weights {
			a, err := agent.Load(filepath.Join(r.folder, which))
			if err != nil {
				closeAll()
				return nil, nil, nil, err
			}
			agents, all = append(agents, a), append(all, &shortener{name: r.name + ", " + which, scorer: a})
		}
	}
	for _, name := range []string{"ngram", "frequency", "random"} {
		s, err := compress.Baseline(name, agents[0].Statistics(), 1)
		if err != nil {
			closeAll()
			return nil, nil, nil, err
		}
		all = append(all, &shortener{name: name, scorer: s})
	}
	return all, agents[0], closeAll, nil
}

func (s *shortener) cut(ctx context.Context, tasks []probe.Task, language *agent.Agent) error {
	s.kept = make([][]float64, len(rates))
	for _, task := range tasks {
		text := token.Read(language.Tokenizer(), []byte(task.Text))
		for r, rate := range rates {
			scores, err := s.scorer.Score(ctx, text, rate)
			if err != nil {
				return err
			}
			mask := env.TokenMask(env.Select(scores, text.Units, env.Budget(len(text.Tokens), rate), nil), text.Units, len(text.Tokens))
			kept := 0.0
			for _, p := range task.Probes {
				kept += train.AnswerKept(language.Statistics(), text, p, mask) / float64(len(task.Probes))
			}
			s.kept[r] = append(s.kept[r], kept)
		}
	}
	return nil
}

// compare writes what is kept at a rate, and what the first of all keeps more.
func (s *shortener) compare(w io.Writer, first *shortener, r int) error {
	kept, err := probe.Bootstrap{}.Mean(s.kept[r])
	if err != nil {
		return err
	}
	fmt.Fprintf(w, " %s |", kept)
	if s == first {
		fmt.Fprint(w, " – |")
		return nil
	}
	less := make([]float64, len(s.kept[r]))
	for i, v := range s.kept[r] {
		less[i] = first.kept[r][i] - v
	}
	more, err := probe.Bootstrap{}.Mean(less)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, " %+.3f [%+.3f, %+.3f] |", more.Value, more.Low, more.High)
	return nil
}
