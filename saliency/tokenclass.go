package saliency

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/encoder"
)

// TokenClass scores a token by the probability that it is of the class to preserve, as LLMLingua-2 does (Pan et al.,
// arXiv 2403.12968). Where LLMLingua-2 cuts a long text into chunks, this one reads it in overlapping windows.
type TokenClass struct {
	classifier *encoder.Classifier
	preserve   int // the class
}

// NewTokenClass ranks by a token classifier, which stays the caller's. The class to preserve is the one that is called
// so, or keep; of two without such names it is the second, LABEL_1, as in LLMLingua-2.
func NewTokenClass(c *encoder.Classifier) (*TokenClass, error) {
	at := slices.IndexFunc(c.Labels, func(name string) bool {
		return slices.Contains([]string{"preserve", "preserved", "keep", "kept"}, strings.ToLower(name))
	})
	if at < 0 && len(c.Labels) == 2 {
		at = 1
	}
	if at < 0 {
		return nil, fmt.Errorf("which of the labels %s says that a token stays? Want two, or one that is called preserve", strings.Join(c.Labels, ", "))
	}
	return &TokenClass{c, at}, nil
}

// Name says how it goes.
func (*TokenClass) Name() string { return "tokenclass" }

// Score gives every token P(preserve), the mean over its bytes where the classifier's tokens are others.
func (s *TokenClass) Score(ctx context.Context, text token.Text, _ float64) ([]float32, error) {
	own := s.classifier.Encode(text.Bytes)
	values, err := s.classifier.Average(ctx, own, 0, func(ids []int32) ([]float32, error) {
		logits, err := s.logits(ids)
		if err != nil {
			return nil, err
		}
		each, n := make([]float32, len(ids)), len(s.classifier.Labels)
		for i := range each {
			each[i] = softmaxAt(logits[i*n:][:n], s.preserve)
		}
		return each, nil
	})
	if err != nil {
		return nil, err
	}
	return Means(text, own, values), nil
}

// logits [length, labels] of the ids of one window.
func (s *TokenClass) logits(ids []int32) (logits []float32, err error) {
	err = torch.NoGrad(func(scope *torch.Scope) error {
		logits = torch.Values[float32](scope, s.classifier.Logits(scope, row(scope, ids), torch.Tensor{}))
		return nil
	})
	return logits, err
}

// row is a batch of one: [1, length].
func row(s *torch.Scope, ids []int32) torch.Tensor {
	wide := make([]int64, len(ids))
	for i, id := range ids {
		wide[i] = int64(id)
	}
	return torch.From(s, wide, 1, int64(len(wide)))
}

// softmaxAt is exp(x[at]) / sum exp(x).
func softmaxAt(x []float32, at int) float32 {
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(float64(v - x[at]))
	}
	return float32(1 / sum)
}
