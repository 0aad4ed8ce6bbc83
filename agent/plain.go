package agent

import (
	"fmt"
	"math"
	"sync"
)

// plain is the policy's forward pass in Go: what a binary without libtorch runs, and the reference that the fused one
// is tested against.
type plain struct {
	Config
	statics *lazyStatics
	weights map[string][]float32

	laidOut sync.Once // on first use: with libtorch there is none
	input   panels
	blocks  []plainBlock
}

// plainBlock is a convolution whose taps are multiplied by one after the other.
type plainBlock struct {
	dilation             int
	norm, normBias, bias []float32
	taps                 [3]panels // before, at and after the token
}

func (p *plain) layOut() {
	inputs := p.Embedding + staticFeatures + p.dynamics()
	p.input = newPanels(p.weights["input.weight"], inputs, p.Hidden, inputs)
	for i, dilation := range p.dilations() {
		at := fmt.Sprintf("blocks.%d.", i)
		b := plainBlock{dilation: dilation, norm: p.weights[at+"norm.weight"], normBias: p.weights[at+"norm.bias"], bias: p.weights[at+"conv.bias"]}
		for tap := range b.taps {
			b.taps[tap] = newPanels(p.weights[at+"conv.weight"][tap*p.Hidden:], 3*p.Hidden, p.Hidden, p.Hidden)
		}
		p.blocks = append(p.blocks, b)
	}
}

// scratch is what one forward needs room for: rows of padded(Hidden), or of inputs.
type scratch struct{ input, x, h, y []float32 }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// Scores is a policy: the same sums in the same order as in torch/policy.cc, so that both give the same bits.
func (p *plain) Scores(ids []int32, features []float32, dynamics int, scores []float32) error {
	p.laidOut.Do(p.layOut)
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	rows, hidden, width := len(ids), p.Hidden, padded(p.Hidden)
	all := rows + tileRows // those after the last are zeros, or what nobody reads
	s.x, s.h, s.y = sized(s.x, all*width), sized(s.h, all*width), sized(s.y, all*width)
	p.embed(ids, features, dynamics, s)
	clear(s.h[rows*width:])
	for _, b := range p.blocks {
		for t, id := range ids {
			row := s.h[t*width : t*width+hidden]
			if id >= 0 {
				layerNorm(row, s.x[t*width:], b.norm, b.normBias)
			} else {
				clear(row)
			}
			copy(s.y[t*width:], b.bias)
		}
		shift := min(b.dilation, rows)
		b.taps[1].multiply(rows, hidden, s.h, width, s.y)
		b.taps[0].multiply(rows-shift, hidden, s.h, width, s.y[shift*width:])
		b.taps[2].multiply(rows-shift, hidden, s.h[shift*width:], width, s.y)
		for t := range rows {
			addGELU(s.x[t*width:t*width+hidden], s.y[t*width:])
		}
	}
	head, bias := p.weights["head.weight"], p.weights["head.bias"][0]
	for t := range scores {
		scores[t] = bias + laneDot(head, s.x[t*width:])
	}
	return nil
}

// embed is the first layer: x [rows, padded(Hidden)].
func (p *plain) embed(ids []int32, features []float32, dynamics int, s *scratch) {
	hidden, width := padded(p.Hidden), p.Embedding+staticFeatures+dynamics
	s.input = sized(s.input, (len(ids)+tileRows)*width)
	embedding, bias := p.weights["embedding.weight"], p.weights["input.bias"]
	for t, id := range ids {
		row := s.input[t*width : (t+1)*width]
		known := max(id, 0)
		at := p.row(known) * p.Embedding
		copy(row, embedding[at:at+p.Embedding])
		copy(row[p.Embedding:], p.statics.row(known))
		copy(row[p.Embedding+staticFeatures:], features[t*dynamics:(t+1)*dynamics])
		copy(s.x[t*hidden:], bias)
	}
	p.input.multiply(len(ids), width, s.input, width, s.x)
}

// lanes is how many partial sums a sum is made of, whatever the processor's registers.
const lanes = 16

// total adds partial sums up.
func total(sums *[lanes]float32) float32 {
	all := float32(0)
	for _, sum := range sums {
		all += sum
	}
	return all
}

func laneDot(a, b []float32) float32 {
	b = b[:len(a)]
	var sums [lanes]float32
	for i, v := range a {
		sums[i%lanes] += float32(v * b[i])
	}
	return total(&sums)
}

// layerNorm is y = (x - mean)/deviation * weight + bias of one row as long as y.
func layerNorm(y, x, weight, bias []float32) {
	n := float32(len(y))
	x, weight, bias = x[:len(y)], weight[:len(y)], bias[:len(y)]
	var sums, squares [lanes]float32
	for i, v := range x {
		sums[i%lanes] += v
	}
	mean := total(&sums) / n
	for i, v := range x {
		squares[i%lanes] += float32((v - mean) * (v - mean))
	}
	scale := 1 / float32(math.Sqrt(float64(total(&squares)/n+1e-5)))
	for i, v := range x {
		y[i] = float32(float32((v-mean)*scale)*weight[i]) + bias[i]
	}
}

// addGELU is x += GELU(y), with erf after Abramowitz and Stegun 7.1.26, off by at most 1.5e-7. Every product is rounded
// before it is added, here and in torch/policy.cc.
func addGELU(x, y []float32) {
	y = y[:len(x)]
	for i, v := range y {
		z := float32(math.Abs(float64(v))) * 0.70710678
		t := 1 / (1 + float32(0.3275911*z))
		p := float32(1.061405429*t) - 1.453152027
		p = float32(p*t) + 1.421413741
		p = float32(p*t) - 0.284496736
		p = float32(p*t) + 0.254829592
		p *= t
		erf := float32(math.Copysign(float64(1-float32(p*expNegative(-z*z))), float64(v)))
		x[i] += float32(float32(0.5*v) * (1 + erf))
	}
}

// expNegative is exp for x <= 0 to 2 units in the last place: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2].
func expNegative(x float32) float32 {
	x = max(x, -87)
	n := float32(math.RoundToEven(float64(x * 1.44269504)))
	f := (x - float32(n*0.693359375)) + float32(n*2.12194440e-4)
	p := float32(1.9875691500e-4)
	p = float32(p*f) + 1.3981999507e-3
	p = float32(p*f) + 8.3334519073e-3
	p = float32(p*f) + 4.1665795894e-2
	p = float32(p*f) + 1.6666665459e-1
	p = float32(p*f) + 5.0000001201e-1
	value := float32(float32(p*f)*f) + f + 1
	return math.Float32frombits(math.Float32bits(value) + uint32(int32(n))<<23)
}
