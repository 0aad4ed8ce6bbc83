package scorers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/saliency"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer"
)

// Opened is a scorer with the model that it reads.
type Opened struct {
	Scorer  compress.Scorer // a compress.Asker where a question can change the ranking
	closing func()
}

// Close frees the model.
func (o *Opened) Close() { o.closing() }

// kind is what a name stands for.
type kind struct {
	options []string // each with a = behind it if it has a value
	model   string   // the one that is read unless another is named
	open    func(options options, model string) (compress.Scorer, func(), error)
}

const (
	encoderName = "minilm-l6"
	causalName  = "smollm2-135m"
)

var kinds = map[string]kind{
	"attention":           {[]string{"rollout", "layers="}, encoderName, openAttention},
	"gradient":            {[]string{"input", "mlm"}, encoderName, openGradient},
	"surprisal":           {[]string{"phrase"}, causalName, openBits},
	"contrastive":         {nil, causalName, openContrastive},
	"tokenclass":          {nil, "", openTokenClass},
	"transformer_based":   {nil, causalName, openSurprisal},
	"iterative_surprisal": {nil, causalName, openIterative},
}

// Usage lists the names with their options, as help shows them.
func Usage() string {
	return "attention[:rollout][:layers=A-B], gradient[:input][:mlm], surprisal[:phrase], contrastive, tokenclass, transformer_based, iterative_surprisal"
}

// Reads says whether a scorer, of whatever options, is one of this package.
func Reads(scorer string) bool {
	name, _, _ := strings.Cut(scorer, ":")
	_, known := kinds[name]
	return known
}

// Open opens a scorer by its name and options. model is a name that `sputnik models` knows, a folder in Hugging Face form
// or a GGUF file; empty takes what the scorer reads by itself.
func Open(scorer, model string) (*Opened, error) {
	name, rest, _ := strings.Cut(scorer, ":")
	k, known := kinds[name]
	if !known {
		return nil, fmt.Errorf("no scorer that reads a model is called %q; want %s", name, Usage())
	}
	o, err := k.read(rest)
	if err != nil {
		return nil, fmt.Errorf("scorer %s: %w", name, err)
	}
	if err := torch.Available(); err != nil {
		return nil, fmt.Errorf("scorer %s reads a model, which needs libtorch: %w", name, err)
	}
	s, closing, err := k.open(o, cmp.Or(model, k.model))
	if err != nil {
		return nil, fmt.Errorf("scorer %s: %w", name, err)
	}
	return &Opened{called(scorer, s), closing}, nil
}

// options are what stands behind a name, by name; those without a value are there with an empty one.
type options map[string]string

func (o options) has(name string) bool {
	_, there := o[name]
	return there
}

// read takes "rollout:layers=1-3" apart.
func (k kind) read(text string) (options, error) {
	o := options{}
	if text == "" {
		return o, nil
	}
	for _, each := range strings.Split(text, ":") {
		name, value, valued := strings.Cut(each, "=")
		key := name
		if valued {
			key += "="
		}
		switch {
		case !slices.Contains(k.options, key) && len(k.options) == 0:
			return nil, fmt.Errorf("it has no options, and %q is none", each)
		case !slices.Contains(k.options, key):
			return nil, fmt.Errorf("option %q; want %s", each, strings.Join(k.options, " or "))
		case o.has(name):
			return nil, fmt.Errorf("option %q is given twice", name)
		}
		o[name] = value
	}
	return o, nil
}

// renamed is a scorer under the name that it was asked for by.
type renamed struct {
	compress.Scorer
	name string
}

func (r renamed) Name() string { return r.name }

// asker puts questions to a scorer of package saliency, which returns its own kind.
type asker struct {
	renamed
	asked func(question string) compress.Scorer
}

func (a asker) ScoreAsked(ctx context.Context, text token.Text, question string, rate float64) ([]float32, error) {
	return a.asked(question).Score(ctx, text, rate)
}

// Contrastive is the scorer of that name on a model that is open.
func Contrastive(m *transformer.Model, t token.Tokenizer) compress.Scorer {
	return asking(saliency.NewContrastive(m, t))
}

func asking[S interface {
	compress.Scorer
	Asked(question string) S
}](s S) compress.Scorer {
	return asker{renamed{s, s.Name()}, func(question string) compress.Scorer { return s.Asked(question) }}
}

// called gives a scorer its name with its options.
func called(name string, s compress.Scorer) compress.Scorer {
	if a, asks := s.(asker); asks {
		a.name = name
		return a
	}
	return renamed{s, name}
}
