package eval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/scorers"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/saliency"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/transformer"
)

// surprisals are the baselines that run the reader, unless another model is named for them.
var surprisals = map[string]func(*transformer.Model, token.Tokenizer) compress.Scorer{
	"transformer_based": func(m *transformer.Model, t token.Tokenizer) compress.Scorer {
		return saliency.NewSurprisal(m, t)
	},
	"iterative_surprisal": func(m *transformer.Model, t token.Tokenizer) compress.Scorer {
		return saliency.NewIterative(m, t)
	},
	"surprisal":        func(m *transformer.Model, t token.Tokenizer) compress.Scorer { return saliency.NewBits(m, t, false) },
	"surprisal:phrase": func(m *transformer.Model, t token.Tokenizer) compress.Scorer { return saliency.NewBits(m, t, true) },
}

const contrastive = "contrastive"

// reading is a baseline that reads a model: the one that is named for it, or the reader, or what it reads by itself.
func (s *session) reading(name string) (Method, error) {
	model := s.scorerModel(name)
	if r, ok := s.evaluation.Reader.Reader.(*reconstructor.Reconstructor); ok && model == "" {
		if read := surprisals[name]; read != nil {
			return Only(name, read(r.Model(), r.Tokenizer())), nil
		}
		if name == contrastive {
			return s.asked(name, scorers.Contrastive(r.Model(), r.Tokenizer())), nil
		}
	}
	if surprisals[name] != nil && model == "" {
		return Method{}, config.Usagef("baselines: %s ranks tokens by what the reader expects, and %s tells no such thing; name a model by scorer_model", name, s.evaluation.Reader.Name)
	}
	opened, err := scorers.Open(name, model)
	if err != nil {
		return Method{}, config.Usagef("baselines: %s", strings.ReplaceAll(err.Error(), "--scorer-model", "--scorer_model"))
	}
	s.closing = append(s.closing, opened.Close)
	if name == contrastive {
		return s.asked(name, opened.Scorer), nil
	}
	return Only(name, opened.Scorer), nil
}

// scorerModel is what is named for a baseline: by its own name, or else for all.
func (s *session) scorerModel(name string) (model string) {
	base, _, _ := strings.Cut(name, ":")
	for _, each := range s.cfg.ScorerModel {
		of, named, single := strings.Cut(each, "=")
		switch {
		case single && (of == name || of == base):
			return named
		case !single:
			model = each
		}
	}
	return model
}

// asked is a scorer that means nothing without a question. It is told all that a document is asked, which the others are
// not unless question_given says so, and the report says so.
func (s *session) asked(name string, scorer compress.Scorer) Method {
	if s.cfg.QuestionGiven {
		return Only(name, scorer)
	}
	note := fmt.Sprintf("%s is told the questions of a document; the others are not.", name)
	if !slices.Contains(s.notes, note) {
		s.notes = append(s.notes, note)
	}
	return Method{name, 1, func(d Draw) (compress.Scorer, error) {
		var prompts []string
		for _, p := range d.Task.Probes {
			prompts = append(prompts, strings.TrimSpace(p.Prompt))
		}
		return s.asking(scorer, strings.Join(prompts, "\n")), nil
	}}
}
