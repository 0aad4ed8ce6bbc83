package encoder

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
)

// A classifier that was saved says what it said before, and a new one says the same of every token.
func TestAClassifierIsReadAsItWasSaved(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	for _, family := range []string{"tiny-bert", "tiny-roberta"} {
		t.Run(family, func(t *testing.T) {
			c, err := NewClassifier(filepath.Join("testdata", family), []string{"drop", "keep"}, []float32{0, -2})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			ids := []int64{1, 5, 3}
			if got := logits(t, c, ids); !slices.Equal(got, []float32{0, -2, 0, -2, 0, -2}) {
				t.Fatalf("a new head says %v", got)
			}
			torch.Seed(1)
			err = torch.NoGrad(func(s *torch.Scope) error {
				return torch.CopyInto(c.head.weight, s.Randn(torch.Float32, c.head.weight.Shape()...))
			})
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if err := c.Save(dir); err != nil {
				t.Fatal(err)
			}
			again, err := OpenClassifier(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			if !slices.Equal(again.Labels, c.Labels) {
				t.Errorf("labels %q; want %q", again.Labels, c.Labels)
			}
			if got, want := logits(t, again, ids), logits(t, c, ids); !slices.Equal(got, want) || slices.Equal(got[:2], got[2:4]) {
				t.Errorf("logits %v; want %v, not all alike", got, want)
			}
		})
	}
}

func logits(t *testing.T, c *Classifier, ids []int64) (values []float32) {
	t.Helper()
	err := torch.NoGrad(func(s *torch.Scope) error {
		values = torch.Values[float32](s, c.Logits(s, torch.From(s, ids, 1, int64(len(ids))), torch.Tensor{}))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return values
}
