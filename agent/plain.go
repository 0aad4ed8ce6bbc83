package agent

import (
	"fmt"
	"math"
	"runtime"
	"sync"
)

// plain is the policy's forward pass in Go: what a binary without libtorch runs, and the reference that the fused one
// is tested against.
type plain struct {
	Config
	statics []float32
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

// scores shares windows out among the processors; a window's scores do not depend on how many there are.
func (p *plain) scores(ids []int64, features []float32, windows int, scores []float32) error {
	p.laidOut.Do(p.layOut)
	dynamics := len(features) / max(1, len(ids))
	next := make(chan int, windows)
	for w := range windows {
		next <- w
	}
	close(next)
	var working sync.WaitGroup
	for range min(windows, runtime.GOMAXPROCS(0)) {
		working.Go(func() {
			for w := range next {
				from, to := w*windowLength, (w+1)*windowLength
				p.window(ids[from:to], features[from*dynamics:to*dynamics], scores[from:to])
			}
		})
	}
	working.Wait()
	return nil
}

// window scores one window: ids [length], features [length, dynamics], the question's left out where there are none.
func (p *plain) window(ids []int64, features, scores []float32) {
	length, hidden, width := len(ids), p.Hidden, padded(p.Hidden)
	x := p.embed(ids, features)
	h, y := make([]float32, length*width), make([]float32, length*width)
	for _, b := range p.blocks {
		for t, id := range ids {
			row := h[t*width : t*width+hidden]
			if id >= 0 {
				layerNorm(row, x[t*width:], b.norm, b.normBias)
			} else {
				clear(row)
			}
			copy(y[t*width:], b.bias)
		}
		shift := min(b.dilation, length)
		b.taps[0].multiply(length-shift, hidden, h, width, y[shift*width:])
		b.taps[1].multiply(length, hidden, h, width, y)
		b.taps[2].multiply(length-shift, hidden, h[shift*width:], width, y)
		for t := range length {
			for i := t * width; i < t*width+hidden; i++ {
				x[i] += gelu(y[i])
			}
		}
	}
	head, bias := p.weights["head.weight"], p.weights["head.bias"][0]
	for t := range scores {
		scores[t] = bias + dot(head, x[t*width:])
	}
}

// embed is the first layer: [length, padded(Hidden)].
func (p *plain) embed(ids []int64, features []float32) []float32 {
	dynamics, hidden := len(features)/len(ids), padded(p.Hidden)
	width := p.Embedding + staticFeatures + dynamics
	input, x := make([]float32, len(ids)*width), make([]float32, len(ids)*hidden)
	for t, id := range ids {
		row := input[t*width : (t+1)*width]
		known := int(max(id, 0))
		at := p.row(int32(known)) * p.Embedding
		copy(row, p.weights["embedding.weight"][at:at+p.Embedding])
		copy(row[p.Embedding:], p.statics[known*staticFeatures:(known+1)*staticFeatures])
		copy(row[p.Embedding+staticFeatures:], features[t*dynamics:(t+1)*dynamics])
		copy(x[t*hidden:], p.weights["input.bias"])
	}
	p.input.multiply(len(ids), width, input, width, x)
	return x
}

// layerNorm is y = (x - mean)/deviation * weight + bias of one row as long as y.
func layerNorm(y, x, weight, bias []float32) {
	x = x[:len(y)]
	mean, square := 0.0, 0.0
	for _, v := range x {
		mean += float64(v)
	}
	mean /= float64(len(x))
	for _, v := range x {
		square += (float64(v) - mean) * (float64(v) - mean)
	}
	scale := 1 / math.Sqrt(square/float64(len(x))+1e-5)
	for i, v := range x {
		y[i] = float32((float64(v)-mean)*scale)*weight[i] + bias[i]
	}
}

func gelu(x float32) float32 { return x * float32(0.5*(1+math.Erf(float64(x)/math.Sqrt2))) }
