package corpus

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// words makes a text of n different words, numbered from first.
func numbered(first, n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("w%d", first+i))
	}
	return strings.Join(out, " ")
}

func TestCopiesAreFound(t *testing.T) {
	base := numbered(0, 300)
	tests := map[string]struct {
		text        string
		exact, near bool
	}{
		"the same text":                    {base, true, false},
		"other case and points":            {strings.ToUpper(strings.ReplaceAll(base, " ", ", ")), false, true},
		"one word in a hundred is another": {strings.NewReplacer("w50 ", "x ", "w150 ", "y ", "w250 ", "z ").Replace(base), false, true},
		"half of it":                       {numbered(0, 150) + " " + numbered(1000, 150), false, false},
		"another text":                     {numbered(1000, 300), false, false},
		"a few words":                      {"w1 w2", false, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := NewDuplicates(0.8, 16<<20)
			d.Add(base)
			if exact, near := d.Add(test.text); exact != test.exact || near != test.near {
				t.Errorf("exact %v, near %v", exact, near)
			}
		})
	}
}

func TestAThresholdOfOneFindsExactCopiesOnly(t *testing.T) {
	d := NewDuplicates(1, 16<<20)
	d.Add(numbered(0, 100))
	if exact, near := d.Add(numbered(0, 100) + " x"); exact || near {
		t.Error("a near copy was found")
	}
}

// The estimate of an overlap has a deviation of at most .0625 with 64 hashes; five of them are allowed.
func TestASignatureEstimatesTheOverlap(t *testing.T) {
	for _, shared := range []int{0, 100, 200, 300, 400} {
		a, _ := sign(numbered(0, 400))
		b, _ := sign(numbered(400-shared, 400))
		shingles := float64(max(0, shared-shingleWords+1))
		want := shingles / (2*float64(400-shingleWords+1) - shingles)
		if got := overlap(&a, &b); math.Abs(got-want) > 5*0.0625 {
			t.Errorf("%d words shared: %.3f; want %.3f", shared, got, want)
		}
	}
}

func TestMemoryIsBoundedAndTheOldestIsForgottenFirst(t *testing.T) {
	d := NewDuplicates(0.8, 4*nearBytes*10)
	for i := range 3000 {
		d.Add(numbered(i*1000, 20))
	}
	if len(d.near.items) > 30 || len(d.index) > 30*bands || len(d.seen) > d.exact.limit {
		t.Errorf("%d signatures, %d bands, %d hashes", len(d.near.items), len(d.index), len(d.seen))
	}
	if _, near := d.Add(numbered(2999*1000, 20) + " x"); !near {
		t.Error("the newest was forgotten")
	}
	if _, near := d.Add(numbered(0, 20) + " x"); near {
		t.Error("the oldest was not forgotten")
	}
}

func BenchmarkDuplicates(b *testing.B) {
	text := numbered(0, 1000)
	d := NewDuplicates(0.8, 16<<20)
	b.SetBytes(int64(len(text)))
	for i := 0; b.Loop(); i++ {
		d.Add(fmt.Sprint(i, text))
	}
}
