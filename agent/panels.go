package agent

const (
	panelWidth = 16 // outputs of a panel: two registers of eight
	tileRows   = 4
)

// panels is a weight [out, in] as it is multiplied by: panels of 16 outputs, each [in, 16], the outputs padded with zeros.
type panels struct {
	in, out int
	values  []float32
}

// newPanels lays out in columns of a weight whose rows are stride apart.
func newPanels(weight []float32, stride, out, in int) panels {
	p := panels{in: in, out: out, values: make([]float32, padded(out)*in)}
	for o := range out {
		for k := range in {
			p.values[(o/panelWidth*in+k)*panelWidth+o%panelWidth] = weight[o*stride+k]
		}
	}
	return p
}

// padded is n up to a whole number of panels.
func padded(n int) int { return (n + panelWidth - 1) / panelWidth * panelWidth }

// multiply is c += a weight^T for some rows: a [rows, depth], its rows stride apart, depth at most in; c [rows, padded(out)].
// Rows up to a whole tile must be there in both; what becomes of them is as if they counted. Every output is one sum over
// depth in order, whatever the number of rows.
func (p panels) multiply(rows, depth int, a []float32, stride int, c []float32) {
	width := padded(p.out)
	for at := 0; at < width; at += panelWidth {
		b := p.values[at*p.in : (at+panelWidth)*p.in]
		for row := 0; row < rows; row += tileRows {
			tile(depth, a[row*stride:], stride, b, c[row*width+at:], width)
		}
	}
}

// tile is c += a b for four rows: a [4, depth], b [depth, 16], c [4, 16].
func tile(depth int, a []float32, aStride int, b, c []float32, cStride int) {
	_, _, _ = a[3*aStride+depth-1], b[depth*panelWidth-1], c[3*cStride+panelWidth-1]
	if hasTile {
		tile4x16(depth, &a[0], aStride, &b[0], &c[0], cStride)
		return
	}
	tileInGo(depth, a, aStride, b, c, cStride)
}

// tileInGo is tile where the processor has no such instructions, and what they are tested against.
func tileInGo(depth int, a []float32, aStride int, b, c []float32, cStride int) {
	for r := range tileRows {
		sums := (*[panelWidth]float32)(c[r*cStride:])
		row := a[r*aStride : r*aStride+depth]
		for k, x := range row {
			each := (*[panelWidth]float32)(b[k*panelWidth:])
			for i := range sums {
				sums[i] += float32(x * each[i])
			}
		}
	}
}
