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

// Linear says of a text how likely it survives that a class's share of it goes: a logistic regression for each class that
// gives away more than complex does, p = sigmoid(bias + sum weight (feature - mean)/deviation).
type Linear struct {
	Features  []string                 `json:"features"`
	Mean      []float64                `json:"mean"`
	Deviation []float64                `json:"deviation"`
	Least     float64                  `json:"least"` // likelihood from which a share is given away
	Weights   map[Complexity][]float64 `json:"weights"`
	Bias      map[Complexity]float64   `json:"bias"`
	Fitted    *Fitted                  `json:"fitted,omitempty"`
}

// generous are the classes that a text has to earn, the one that gives away least first.
var generous = []Complexity{Medium, Simple}

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
	if l.Least <= 0 || l.Least > 1 {
		return fmt.Errorf("open classifier %s: least is %g, want a likelihood; sputnik pipeline fit writes one", path, l.Least)
	}
	for _, c := range generous {
		if len(l.Weights[c]) != n {
			return fmt.Errorf("open classifier %s: %d weights of %s for %d features", path, len(l.Weights[c]), c, n)
		}
	}
	return nil
}

// Classify takes the class that gives away most while the text is likely to survive that and every smaller share. It names
// the three features that speak most for it: that a simple text survives its share, that another does not survive more.
func (l *Linear) Classify(f Features) (Complexity, string) {
	x := l.standard(f.Vector())
	class, asked, sign := Complex, Medium, -1.0
	for _, c := range generous {
		if l.likely(c, x) < l.Least {
			break
		}
		class, asked = c, Simple
	}
	if class == Simple {
		sign = 1
	}
	features := make([]int, len(x))
	for i := range features {
		features[i] = i
	}
	speaks := func(i int) float64 { return sign * l.Weights[asked][i] * x[i] }
	slices.SortStableFunc(features, func(a, b int) int { return cmp.Compare(speaks(b), speaks(a)) })
	return class, fmt.Sprintf("fitted, %s: it survives as medium text with probability %.2f, as simple %.2f; for it %s, %s, %s", class,
		l.likely(Medium, x), l.likely(Simple, x), l.Features[features[0]], l.Features[features[1]], l.Features[features[2]])
}

// likely is the probability that a text of standard features survives the class's share.
func (l *Linear) likely(c Complexity, x []float64) float64 {
	sum := l.Bias[c]
	for i, w := range l.Weights[c] {
		sum += w * x[i]
	}
	return 1 / (1 + math.Exp(-sum))
}

// standard is the features in deviations from the mean, at most 4.
func (l *Linear) standard(v []float64) []float64 {
	x := make([]float64, len(v))
	for i := range v {
		x[i] = clamp((v[i]-l.Mean[i])/math.Max(l.Deviation[i], 1e-9), -4, 4)
	}
	return x
}

// Observed is a text's features and what was measured: what is told of all that it could be at each class's share, and
// the class that this makes.
type Observed struct {
	Features Features
	Class    Complexity
	All      float64
	Told     map[Complexity]float64
	halves   []Complexity // the class by every other question, and by the rest; nil where there are too few
}

// How a classifier is fitted: full-batch gradient descent on a convex loss.
const (
	fitSteps = 2000
	fitRate  = 0.5
	fitDecay = 0.001
)

// Fit minimises, for each generous class, the cross-entropy of all that was asked and a penalty on the weights,
// -1/N sum [told log p + (all - told) log(1-p)] + fitDecay/2 |w|^2, each text counting by what was asked of it.
func Fit(observed []Observed, least float64) *Linear {
	l := newLinear(observed)
	l.Least = least
	xs, all := make([][]float64, len(observed)), 0.0
	for i, o := range observed {
		xs[i] = l.standard(o.Features.Vector())
		all += o.All
	}
	for _, c := range generous {
		for range fitSteps {
			l.descend(c, observed, xs, all)
		}
	}
	return l
}

// descend takes a step for one class.
func (l *Linear) descend(c Complexity, observed []Observed, xs [][]float64, all float64) {
	slope, bias := make([]float64, len(FeatureNames)), 0.0
	for i, o := range observed {
		off := (l.likely(c, xs[i])*o.All - clamp(o.Told[c], 0, o.All)) / all
		for k, x := range xs[i] {
			slope[k] += off * x
		}
		bias += off
	}
	for k := range l.Weights[c] {
		l.Weights[c][k] -= fitRate * (slope[k] + fitDecay*l.Weights[c][k])
	}
	l.Bias[c] -= fitRate * bias
}

// newLinear has the features' means and deviations, and no opinion.
func newLinear(observed []Observed) *Linear {
	n := len(FeatureNames)
	l := &Linear{Features: FeatureNames, Mean: make([]float64, n), Deviation: make([]float64, n), Weights: map[Complexity][]float64{}, Bias: map[Complexity]float64{}}
	for _, c := range generous {
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
