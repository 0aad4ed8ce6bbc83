package pipeline

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
)

// fittedComplexity is the classifier in the binary; `sputnik pipeline fit` wrote it.
//
//go:embed complexity.json
var fittedComplexity []byte

// Linear is a multinomial logistic classifier: p(class) ~ exp(bias + sum weight (feature - mean)/deviation).
type Linear struct {
	Features  []string                 `json:"features"`
	Mean      []float64                `json:"mean"`
	Deviation []float64                `json:"deviation"`
	Weights   map[Complexity][]float64 `json:"weights"`
	Bias      map[Complexity]float64   `json:"bias"`
	Fitted    *Fitted                  `json:"fitted,omitempty"`
}

// Fitted says what a classifier was fitted on, and how it does on texts that it was not.
type Fitted struct {
	Command   string                            `json:"command"`
	Label     string                            `json:"label"`
	Texts     int                               `json:"texts"`
	HeldOut   int                               `json:"held_out"`
	Accuracy  float64                           `json:"accuracy"`       // on held-out texts
	Majority  float64                           `json:"majority"`       // of always saying the most frequent class
	Rules     float64                           `json:"accuracy_rules"` // of the seed's rules on the same
	Confusion map[Complexity]map[Complexity]int `json:"confusion"`      // measured, then said
}

// OpenLinear reads a classifier; an empty path takes the one in the binary.
func OpenLinear(path string) (*Linear, error) {
	raw := fittedComplexity
	if path != "" {
		var err error
		if raw, err = os.ReadFile(path); err != nil {
			return nil, fmt.Errorf("open classifier: %w", err)
		}
	}
	var l Linear
	if err := json.Unmarshal(raw, &l); err != nil {
		return nil, fmt.Errorf("open classifier %s: %w", path, err)
	}
	return &l, l.check(path)
}

func (l *Linear) check(path string) error {
	if !slices.Equal(l.Features, FeatureNames) {
		return fmt.Errorf("open classifier %s: its features are %v, this program has %v", path, l.Features, FeatureNames)
	}
	n := len(FeatureNames)
	if len(l.Mean) != n || len(l.Deviation) != n {
		return fmt.Errorf("open classifier %s: %d means and %d deviations for %d features", path, len(l.Mean), len(l.Deviation), n)
	}
	for _, c := range Complexities {
		if len(l.Weights[c]) != n {
			return fmt.Errorf("open classifier %s: %d weights of %s for %d features", path, len(l.Weights[c]), c, n)
		}
	}
	return nil
}

// Classify takes the likeliest class, and names the three features that speak most for it against the next.
func (l *Linear) Classify(f Features) (Complexity, string) {
	x := l.standard(f.Vector())
	p := l.probabilities(x)
	order := slices.Clone(Complexities)
	slices.SortStableFunc(order, func(a, b Complexity) int { return cmp.Compare(p[b], p[a]) })
	best, next := order[0], order[1]
	features := make([]int, len(x))
	for i := range features {
		features[i] = i
	}
	speaks := func(i int) float64 { return (l.Weights[best][i] - l.Weights[next][i]) * x[i] }
	slices.SortStableFunc(features, func(a, b int) int { return cmp.Compare(speaks(b), speaks(a)) })
	return best, fmt.Sprintf("fitted, %s: probability %.2f, %s %.2f; for it %s, %s, %s", best, p[best], next, p[next],
		l.Features[features[0]], l.Features[features[1]], l.Features[features[2]])
}

// standard is the features in deviations from the mean, at most 4.
func (l *Linear) standard(v []float64) []float64 {
	x := make([]float64, len(v))
	for i := range v {
		x[i] = clamp((v[i]-l.Mean[i])/math.Max(l.Deviation[i], 1e-9), -4, 4)
	}
	return x
}

func (l *Linear) probabilities(x []float64) map[Complexity]float64 {
	p, most, sum := map[Complexity]float64{}, math.Inf(-1), 0.0
	for _, c := range Complexities {
		p[c] = l.Bias[c]
		for i, w := range l.Weights[c] {
			p[c] += w * x[i]
		}
		most = math.Max(most, p[c])
	}
	for _, c := range Complexities {
		p[c] = math.Exp(p[c] - most)
		sum += p[c]
	}
	for _, c := range Complexities {
		p[c] /= sum
	}
	return p
}

// Observed is a text's features and the class that was measured.
type Observed struct {
	Features Features
	Class    Complexity
}

// How a classifier is fitted: full-batch gradient descent on a convex loss.
const (
	fitSteps = 2000
	fitRate  = 0.5
	fitDecay = 0.001
)

// Fit minimises the mean cross-entropy and a penalty on the weights, fitDecay/2 |w|^2.
func Fit(observed []Observed) *Linear {
	l := newLinear(observed)
	xs := make([][]float64, len(observed))
	for i, o := range observed {
		xs[i] = l.standard(o.Features.Vector())
	}
	for range fitSteps {
		slope := map[Complexity][]float64{}
		for _, c := range Complexities {
			slope[c] = make([]float64, len(FeatureNames)+1)
		}
		for i, o := range observed {
			p := l.probabilities(xs[i])
			for _, c := range Complexities {
				off := p[c]
				if c == o.Class {
					off--
				}
				off /= float64(len(observed))
				for k, x := range xs[i] {
					slope[c][k] += off * x
				}
				slope[c][len(FeatureNames)] += off
			}
		}
		for _, c := range Complexities {
			for k := range l.Weights[c] {
				l.Weights[c][k] -= fitRate * (slope[c][k] + fitDecay*l.Weights[c][k])
			}
			l.Bias[c] -= fitRate * slope[c][len(FeatureNames)]
		}
	}
	return l
}

// newLinear has the features' means and deviations, and no opinion.
func newLinear(observed []Observed) *Linear {
	n := len(FeatureNames)
	l := &Linear{Features: FeatureNames, Mean: make([]float64, n), Deviation: make([]float64, n), Weights: map[Complexity][]float64{}, Bias: map[Complexity]float64{}}
	for _, c := range Complexities {
		l.Weights[c] = make([]float64, n)
	}
	for _, o := range observed {
		for i, v := range o.Features.Vector() {
			l.Mean[i] += v / float64(len(observed))
		}
	}
	for _, o := range observed {
		for i, v := range o.Features.Vector() {
			l.Deviation[i] += (v - l.Mean[i]) * (v - l.Mean[i]) / float64(len(observed))
		}
	}
	for i := range l.Deviation {
		l.Deviation[i] = math.Sqrt(l.Deviation[i])
	}
	return l
}
