package metric

import "math"

// The last digit of a score depends on the last bit of exp and log, in which math's differ from the C library's (exp for
// one number in eight). Here they are computed to twice the precision and rounded once: the nearest number on any machine,
// and the C library's but for one in a thousand, where its own error is just over half a unit.

// twofold is the unevaluated sum of two numbers, the second below half a unit of the first's last place [Dekker 1971].
type twofold struct{ hi, lo float64 }

var ln2 = twofold{math.Ln2, 2.3190468138462996e-17}

func (a twofold) add(b twofold) twofold {
	sum := a.hi + b.hi
	part := sum - a.hi
	rest := (a.hi - (sum - part)) + (b.hi - part) // what rounding took from sum
	return normal(sum, rest+a.lo+b.lo)
}

func (a twofold) mul(b twofold) twofold {
	product := a.hi * b.hi
	rest := math.FMA(a.hi, b.hi, -product)
	return normal(product, math.FMA(a.lo, b.hi, math.FMA(a.hi, b.lo, rest)))
}

func (a twofold) div(n float64) twofold {
	quotient := a.hi / n
	return normal(quotient, (math.FMA(-quotient, n, a.hi)+a.lo)/n)
}

func normal(hi, lo float64) twofold {
	sum := hi + lo
	return twofold{sum, lo - (sum - hi)}
}

// exp is e^x for |x| < 700: x = k ln 2 + 32 r, and e^r = 1 + r/1 (1 + r/2 (1 + ...)), of which 13 terms leave 2^-128.
func exp(x float64) twofold {
	k := math.Round(x / math.Ln2)
	r := ln2.mul(twofold{hi: -k}).add(twofold{hi: x}).div(32)
	e := twofold{hi: 1}
	for n := 13.0; n > 0; n-- {
		e = twofold{hi: 1}.add(e.mul(r).div(n))
	}
	for range 5 {
		e = e.mul(e)
	}
	return twofold{math.Ldexp(e.hi, int(k)), math.Ldexp(e.lo, int(k))}
}

// roundedExp is e^x, rounded to the nearest number.
func roundedExp(x float64) float64 {
	if math.Abs(x) > 700 {
		return math.Exp(x) // 0 to three hundred digits, in a score
	}
	return exp(x).hi
}

// roundedLog is ln x of a normal x > 0, rounded to the nearest number: a step of Newton's from math's,
// ln x = y + (x e^-y - 1).
func roundedLog(x float64) float64 {
	y := math.Log(x)
	e := exp(-y).mul(twofold{hi: x})
	return y + (e.hi - 1 + e.lo)
}
