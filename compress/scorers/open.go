package scorers

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/saliency"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/encoder"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

func openAttention(o options, model string) (compress.Scorer, func(), error) {
	read, err := readLayers(o)
	if err != nil {
		return nil, nil, err
	}
	if encodes, err := isEncoder(model); err != nil || !encodes {
		return nil, nil, cmp.Or(err, fmt.Errorf("%s is no encoder, such as BERT or RoBERTa", model))
	}
	e, err := encoder.Open(model)
	if err != nil {
		return nil, nil, err
	}
	read.Rollout = o.has("rollout")
	a, err := saliency.NewAttention(e, read)
	if err != nil {
		e.Close()
		return nil, nil, err
	}
	return a, e.Close, nil
}

// readLayers reads layers=A-B or layers=A.
func readLayers(o options) (a saliency.AttentionOptions, err error) {
	if !o.has("layers") {
		return a, nil
	}
	first, last, ranged := strings.Cut(o["layers"], "-")
	if !ranged {
		last = first
	}
	var err1, err2 error
	a.First, err1 = strconv.Atoi(first)
	a.Last, err2 = strconv.Atoi(last)
	if err := errors.Join(err1, err2); err != nil || a.First < 1 || a.Last < a.First {
		return a, fmt.Errorf("layers=%s; want such as layers=2 or layers=2-5", o["layers"])
	}
	return a, nil
}

func openGradient(o options, model string) (compress.Scorer, func(), error) {
	made := saliency.GradientOptions{Input: o.has("input")}
	encodes, err := isEncoder(model)
	switch {
	case err != nil:
		return nil, nil, err
	case o.has("mlm") && !encodes:
		return nil, nil, fmt.Errorf("option mlm: %s is a causal model, which fills in no masked words", model)
	case o.has("mlm"):
		m, err := encoder.OpenMaskedLM(model)
		if err != nil {
			return nil, nil, err
		}
		return asking(saliency.NewMaskedGradient(m, made)), m.Close, nil
	case encodes:
		e, err := encoder.Open(model)
		if err != nil {
			return nil, nil, err
		}
		return asking(saliency.NewEmbeddingGradient(e, made)), e.Close, nil
	}
	r, err := openCausal(model)
	if err != nil {
		return nil, nil, err
	}
	return asking(saliency.NewNextGradient(r.Model(), r.Tokenizer(), made)), r.Close, nil
}

// isEncoder says whether a model reads in both directions.
func isEncoder(model string) (bool, error) {
	dir, err := hub.Find(model)
	if err != nil {
		return false, err
	}
	raw, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		return false, nil //nolint:nilerr // a GGUF file, or what the causal loader will say is missing
	}
	var said struct {
		Family string `json:"model_type"`
	}
	if err := json.Unmarshal(raw, &said); err != nil {
		return false, fmt.Errorf("%s: %w", filepath.Join(dir, "config.json"), err)
	}
	return slices.Contains([]string{encoder.BERT, encoder.RoBERTa, encoder.XLMRoBERTa, encoder.DistilBERT}, said.Family), nil
}

// openCausal opens a causal model in float32, in which gradients are exact enough.
func openCausal(model string) (*reconstructor.Reconstructor, error) {
	if _, err := hub.Find(model); err != nil {
		return nil, err
	}
	return reconstructor.Open(model, torch.Float32, 0)
}

// reading opens a scorer of a causal model.
func reading(model string, read func(r *reconstructor.Reconstructor) compress.Scorer) (compress.Scorer, func(), error) {
	r, err := openCausal(model)
	if err != nil {
		return nil, nil, err
	}
	return read(r), r.Close, nil
}

func openBits(o options, model string) (compress.Scorer, func(), error) {
	return reading(model, func(r *reconstructor.Reconstructor) compress.Scorer {
		return saliency.NewBits(r.Model(), r.Tokenizer(), o.has("phrase"))
	})
}

func openContrastive(_ options, model string) (compress.Scorer, func(), error) {
	return reading(model, func(r *reconstructor.Reconstructor) compress.Scorer {
		return Contrastive(r.Model(), r.Tokenizer())
	})
}

func openSurprisal(_ options, model string) (compress.Scorer, func(), error) {
	return reading(model, func(r *reconstructor.Reconstructor) compress.Scorer {
		return saliency.NewSurprisal(r.Model(), r.Tokenizer())
	})
}

func openIterative(_ options, model string) (compress.Scorer, func(), error) {
	return reading(model, func(r *reconstructor.Reconstructor) compress.Scorer {
		return saliency.NewIterative(r.Model(), r.Tokenizer())
	})
}

func openTokenClass(_ options, model string) (compress.Scorer, func(), error) {
	if model == "" {
		return nil, nil, errors.New("it needs a token classifier such as LLMLingua-2's: --scorer-model FOLDER in Hugging Face form, or OWNER/NAME that was fetched by: sputnik models pull OWNER/NAME")
	}
	c, err := encoder.OpenClassifier(model)
	if err != nil {
		return nil, nil, err
	}
	s, err := saliency.NewTokenClass(c)
	if err != nil {
		c.Close()
		return nil, nil, err
	}
	return s, c.Close, nil
}
