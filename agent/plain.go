package agent

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// plain is the policy's forward pass in Go: what a binary without libtorch runs, and the reference that the fused one
// is tested against.
type plain struct {
	Config
	statics []float32
	weights map[string][]float32
}

func (p *plain) scores(ids []int64, features []float32, windows int, scores []float32) error {
	dynamics := len(features) / max(1, len(ids))
	for w := range windows {
		from, to := w*windowLength, (w+1)*windowLength
		p.window(ids[from:to], features[from*dynamics:to*dynamics], scores[from:to])
	}
	return nil
}

// window scores one window: ids [length], features [length, dynamics], the question's left out where there are none.
func (p *plain) window(ids []int64, features, scores []float32) {
	length, hidden := len(ids), p.Hidden
	dynamics := len(features) / length
	width := p.Embedding + staticFeatures + dynamics
	input := make([]float32, length*width)
	for t, id := range ids {
		row := input[t*width : (t+1)*width]
		known := int(max(id, 0))
		copy(row, p.weights["embedding.weight"][known*p.Embedding:(known+1)*p.Embedding])
		copy(row[p.Embedding:], p.statics[known*staticFeatures:(known+1)*staticFeatures])
		copy(row[p.Embedding+staticFeatures:], features[t*dynamics:(t+1)*dynamics])
	}
	x := linear(input, length, p.weights["input.weight"], p.weights["input.bias"])
	taps := make([]float32, length*3*hidden)
	for i, dilation := range p.dilations() {
		at := fmt.Sprintf("blocks.%d.", i)
		h := layerNorm(x, hidden, p.weights[at+"norm.weight"], p.weights[at+"norm.bias"])
		for t, id := range ids {
			if id < 0 {
				clear(h[t*hidden : (t+1)*hidden])
			}
		}
		gatherTaps(taps, h, length, hidden, dilation)
		for j, v := range linear(taps, length, p.weights[at+"conv.weight"], p.weights[at+"conv.bias"]) {
			x[j] += gelu(v)
		}
	}
	copy(scores, linear(x, length, p.weights["head.weight"], p.weights["head.bias"]))
}

// gatherTaps lays the rows at t-dilation, t and t+dilation side by side, zero outside of the window.
func gatherTaps(taps, h []float32, length, hidden, dilation int) {
	clear(taps)
	for t := range length {
		for tap, at := range [3]int{t - dilation, t, t + dilation} {
			if at >= 0 && at < length {
				copy(taps[(3*t+tap)*hidden:], h[at*hidden:(at+1)*hidden])
			}
		}
	}
}

// linear is x weight^T + bias: x [rows, in], weight [out, in or more], of which the first in columns count.
func linear(x []float32, rows int, weight, bias []float32) []float32 {
	in, out := len(x)/rows, len(bias)
	y := make([]float32, rows*out)
	for r := range rows {
		copy(y[r*out:(r+1)*out], bias)
	}
	blas32.Gemm(blas.NoTrans, blas.Trans, 1,
		blas32.General{Rows: rows, Cols: in, Stride: in, Data: x},
		blas32.General{Rows: out, Cols: in, Stride: len(weight) / out, Data: weight}, 1,
		blas32.General{Rows: rows, Cols: out, Stride: out, Data: y})
	return y
}

func layerNorm(x []float32, width int, weight, bias []float32) []float32 {
	y := make([]float32, len(x))
	for r := 0; r < len(x); r += width {
		mean, square := 0.0, 0.0
		for _, v := range x[r : r+width] {
			mean += float64(v)
		}
		mean /= float64(width)
		for _, v := range x[r : r+width] {
			square += (float64(v) - mean) * (float64(v) - mean)
		}
		scale := 1 / math.Sqrt(square/float64(width)+1e-5)
		for i, v := range x[r : r+width] {
			y[r+i] = float32((float64(v)-mean)*scale)*weight[i] + bias[i]
		}
	}
	return y
}

func gelu(x float32) float32 { return x * float32(0.5*(1+math.Erf(float64(x)/math.Sqrt2))) }
