package metric

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// slowExp is e^x to some fifty digits.
func slowExp(x *big.Float) *big.Float {
	number := func(v float64) *big.Float { return new(big.Float).SetPrec(200).SetFloat64(v) }
	small := number(0).SetMantExp(x, -20)
	sum, term := number(1), number(1)
	for n := 1.0; n < 20; n++ {
		term.Quo(term.Mul(term, small), number(n))
		sum.Add(sum, term)
	}
	for range 20 {
		sum.Mul(sum, sum)
	}
	return sum
}

func TestMetricsRoundExpToTheNearestNumber(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 4000 {
		x := rng.Float64()*6 - 1
		if n%10 == 0 {
			x = rng.Float64()*1300 - 690
		}
		want, _ := slowExp(big.NewFloat(x)).Float64()
		if got := roundedExp(x); got != want {
			t.Fatalf("e^%v = %v, want %v", x, got, want)
		}
	}
	if roundedExp(0) != 1 || roundedExp(-1e9) != 0 {
		t.Error("the ends are wrong")
	}
}

// ln x lies between two halves of a unit of the last place around what is returned, so x between their powers.
func TestMetricsRoundLogToTheNearestNumber(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 4000 {
		total := 1 + rng.IntN(1000)
		x := 100 * float64(1+rng.IntN(total)) / float64(total) / float64(int(1)<<rng.IntN(5))
		got := roundedLog(x)
		for _, side := range []float64{-1, 1} {
			half := (math.Nextafter(got, got+side) - got) / 2
			edge := slowExp(new(big.Float).SetPrec(200).Add(big.NewFloat(got), big.NewFloat(half)))
			if edge.Cmp(big.NewFloat(x)) != int(side) {
				t.Fatalf("ln %v is not %v: another number is nearer", x, got)
			}
		}
	}
}
