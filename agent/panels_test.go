package agent

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestPanelsMultiplyAsTheFormulaSays(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) []float32 {
		values := make([]float32, n)
		for i := range values {
			values[i] = float32(random.NormFloat64())
		}
		return values
	}
	for _, shape := range [][4]int{{1, 1, 1, 1}, {3, 16, 5, 5}, {4, 17, 8, 3}, {9, 128, 39, 39}, {512, 40, 58, 39}} {
		rows, out, in, depth := shape[0], shape[1], shape[2], shape[3]
		a, weight, c := draw((rows+tileRows)*in), draw(out*in), make([]float32, (rows+tileRows)*padded(out))
		newPanels(weight, in, out, in).multiply(rows, depth, a, in, c)
		for r := range rows {
			for o := range out {
				want := 0.0
				for k := range depth {
					want += float64(a[r*in+k]) * float64(weight[o*in+k])
				}
				if got := float64(c[r*padded(out)+o]); math.Abs(got-want) > 1e-4 { // single precision, up to 39 terms
					t.Fatalf("%v: [%d, %d] is %v, want %v", shape, r, o, got, want)
				}
			}
		}
	}
}

func TestTheTileInGoAgreesWithThatOfTheProcessor(t *testing.T) {
	if !hasTile {
		t.Skip("this processor has no tile of its own")
	}
	const depth = 128
	a, b := make([]float32, tileRows*depth), make([]float32, depth*panelWidth)
	for i := range a {
		a[i] = float32(i%7) / 7
	}
	for i := range b {
		b[i] = float32(i%11) / 11
	}
	var inGo, own [tileRows * panelWidth]float32
	tile4x16(depth, &a[0], depth, &b[0], &own[0], panelWidth)
	tileInGo(depth, a, depth, b, inGo[:], panelWidth)
	for i := range own {
		if math.Abs(float64(own[i]-inGo[i])) > 1e-4 { // fused sums round once where those of Go round twice
			t.Errorf("sum %d is %v, in Go %v", i, own[i], inGo[i])
		}
	}
}
