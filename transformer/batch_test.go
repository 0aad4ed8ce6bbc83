package transformer

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
)

func TestABatchThatDoesNotFitIsHalvedAndReadAgain(t *testing.T) {
	full := &torch.Error{Op: "transformer forest", Reason: "CUDA out of memory. Tried to allocate 2.00 GiB."}
	for _, test := range []struct {
		n, room, fits int
		sizes         []int
	}{
		{10, 4, 9, []int{4, 4, 2}},
		{10, 8, 3, []int{2, 2, 2, 2, 2}}, // 8 and 4 fail
		{3, 8, 1, []int{1, 1, 1}},
		{0, 8, 1, nil},
	} {
		var b batch
		var sizes []int
		err := b.each(test.n, test.room, func(from, to int) error {
			if to-from > test.fits {
				return full
			}
			sizes = append(sizes, to-from)
			return nil
		})
		if err != nil || !slices.Equal(sizes, test.sizes) {
			t.Errorf("%+v: read %v, %v", test, sizes, err)
		}
	}
}

func TestOneThatNeverFitsAndOtherErrorsEndABatch(t *testing.T) {
	for _, failure := range []error{&torch.Error{Reason: "CUDA out of memory"}, errors.New("broken")} {
		var b batch
		if err := b.each(4, 4, func(int, int) error { return failure }); !errors.Is(err, failure) {
			t.Errorf("got %v, want %v", err, failure)
		}
	}
}

// Forests side by side, all weighed against all, as another device reads them, cost what they cost on the CPU.
func TestForestsSideBySideCostWhatTheyCostAlone(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{"tiny-llama", "tiny-gpt2"} {
		m, err := Load("testdata/"+name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		var all []*forest
		for _, sequences := range [][]Sequence{
			{{Prompt: []int32{1, 2, 3}, Target: []int32{4, 5}}, {Prompt: []int32{1, 2, 3}, Target: []int32{6}}, {Prompt: []int32{1, 2, 7, 8}, Target: []int32{9, 1, 2}}},
			{{Prompt: slices.Repeat([]int32{5, 6, 7}, 12), Target: []int32{8}}, {Prompt: []int32{2}, Target: []int32{3}}},
		} {
			all = append(all, forests(sequences, m.Config.Positions)...)
		}
		together, err := m.forestLosses(all)
		if err != nil {
			t.Fatal(err)
		}
		var alone []float32
		for _, f := range all {
			losses, err := m.forestLosses([]*forest{f})
			if err != nil {
				t.Fatal(err)
			}
			alone = append(alone, losses...)
		}
		if len(together) != len(alone) || len(alone) != 8 {
			t.Fatalf("%s: %d and %d losses", name, len(together), len(alone))
		}
		for i := range alone {
			if math.Abs(float64(together[i]-alone[i])) > 1e-5 { // sums of float32 in another order
				t.Errorf("%s: target %d costs %g, alone %g", name, i, together[i], alone[i])
			}
		}
	}
}
