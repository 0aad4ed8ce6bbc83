package eval

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/probe"
)

func TestAScorerThatIgnoresTheQuestionKeepsAsMuchWithItGiven(t *testing.T) {
	documents := tasks(12)
	for i := range documents {
		documents[i].Probes = append(documents[i].Probes, probe.Probe{Kind: probe.KindQuestion, Prompt: "What is there?", Target: "sea"})
	}
	whole := setUp(t, &finder{}, baselines(t, "random", "length")...)
	whole.Documents = documents
	given := setUp(t, &finder{}, baselines(t, "random", "length")...)
	given.Documents, given.QuestionGiven = apart(documents), true
	want, got := run(t, whole, 1), run(t, given, 1)
	if diff := cmp.Diff(want.Methods[0].Points[0].Retained, got.Methods[0].Points[0].Retained); diff != "" {
		t.Errorf("what random keeps, and its interval over documents: %s", diff)
	}
	if diff := cmp.Diff(want.Comparisons[0].Retained, got.Comparisons[0].Retained); diff != "" {
		t.Errorf("the difference: %s", diff)
	}
	if got.Data.Documents != 12 || got.Data.Probes != 24 {
		t.Errorf("%d documents with %d probes, want 12 with 24", got.Data.Documents, got.Data.Probes)
	}
}
