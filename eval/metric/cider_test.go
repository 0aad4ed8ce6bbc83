package metric_test

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/eval/metric"
)

// goldenCIDEr is a row of cider.jsonl; rows of one corpus were scored together.
type goldenCIDEr struct {
	Corpus     string
	Candidate  string
	References []string
	Score      float64
}

func readCIDEr(t *testing.T) map[string][]goldenCIDEr {
	corpora := map[string][]goldenCIDEr{}
	for _, line := range readLines(t, filepath.Join("testdata", "cider.jsonl")) {
		var g goldenCIDEr
		decode(t, line, &g)
		corpora[g.Corpus] = append(corpora[g.Corpus], g)
	}
	return corpora
}

func scoreCIDEr(corpus []goldenCIDEr) (scores []float64) {
	var sets [][]string
	for _, g := range corpus {
		sets = append(sets, g.References)
	}
	cider := metric.NewCIDEr(sets)
	for _, g := range corpus {
		scores = append(scores, cider.Score(g.Candidate, g.References))
	}
	return scores
}

func TestCIDErEqualsTheReference(t *testing.T) {
	const tolerance = 1e-9 // of scores up to 10; another library's log and exp, which may differ in the last digit, make 2e-15
	for name, corpus := range readCIDEr(t) {
		worst := 0.0
		for i, got := range scoreCIDEr(corpus) {
			g := corpus[i]
			worst = max(worst, math.Abs(got-g.Score))
			if !(math.Abs(got-g.Score) <= tolerance) {
				t.Errorf("%s, %q: got %v, want %v", name, g.Candidate, got, g.Score)
			}
		}
		t.Logf("%s: %d sets, off by %.2g at most", name, len(corpus), worst)
	}
}

func TestCIDErIsTheSameEachTime(t *testing.T) {
	corpus := readCIDEr(t)["all"]
	want := scoreCIDEr(corpus)
	for range 5 {
		if got := scoreCIDEr(corpus); !slices.Equal(got, want) {
			t.Fatalf("%v and then %v", want, got)
		}
	}
}

func TestCIDErOfNoReferencesIsNothing(t *testing.T) {
	if got := metric.NewCIDEr(nil).Score("a cat", nil); got != 0 {
		t.Errorf("got %v", got)
	}
	if got := metric.NewCIDEr(nil).Score("a cat", []string{"a cat"}); math.IsNaN(got) || math.IsInf(got, 0) {
		t.Errorf("got %v where no set was counted", got)
	}
}
