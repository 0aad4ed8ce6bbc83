package torch

import "math"

// Operators of formulas. Each allocates its result in s and panics with an *Error that Do returns; shapes broadcast as
// in PyTorch, whose documentation of the operator of the same name holds here.

var (
	opAdd, opSub             = op("add", "Tensor"), op("sub", "Tensor")
	opMul, opDiv             = op("mul", "Tensor"), op("div", "Tensor")
	opAddScalar, opMulScalar = op("add", "Scalar"), op("mul", "Scalar")
	opPow                    = op("pow", "Tensor_Scalar")
	opNeg, opAbs             = op("neg", ""), op("abs", "")
	opExp, opLog             = op("exp", ""), op("log", "")
	opSigmoid, opLogSigmoid  = op("sigmoid", ""), op("log_sigmoid", "")
	opGELU, opSiLU           = op("gelu", ""), op("silu", "")
	opCos, opSin             = op("cos", ""), op("sin", "")
	opSoftmax, opLogSoftmax  = op("softmax", "int"), op("log_softmax", "int")
	opSum, opMean            = op("sum", ""), op("mean", "")
	opSumDim, opMeanDim      = op("sum", "dim_IntList"), op("mean", "dim")
	opCumSum                 = op("cumsum", "")
	opArgMax                 = op("argmax", "")
	opIsFinite, opAll        = op("isfinite", ""), op("all", "")
	opClamp                  = op("clamp", "")
	opMatMul, opLinear       = op("matmul", ""), op("linear", "")
	opEmbedding              = op("embedding", "")
	opLayerNorm, opRMSNorm   = op("layer_norm", ""), op("rms_norm", "")
	opAttention              = op("scaled_dot_product_attention", "")
	opCrossEntropy           = op("cross_entropy_loss", "")
	opBCE                    = op("binary_cross_entropy_with_logits", "")
	opWhere                  = op("where", "self")
	opMaskedFill             = op("masked_fill", "Scalar")
	opGather, opIndexSelect  = op("gather", ""), op("index_select", "")
	opCat, opStack           = op("cat", ""), op("stack", "")
	opNarrow                 = op("narrow", "")
	opReshape, opExpand      = op("reshape", ""), op("expand", "")
	opTranspose, opPermute   = op("transpose", "int"), op("permute", "")
	opSqueeze, opUnsqueeze   = op("squeeze", "dim"), op("unsqueeze", "")
	opAsStrided              = op("as_strided", "")
	opPad                    = op("constant_pad_nd", "")
	opContiguous             = op("contiguous", "")
	opDetach, opClone        = op("detach", ""), op("clone", "")
	opToKind, opToDevice     = op("to", "dtype"), op("to", "device")
	opFull, opArange         = op("full", ""), op("arange", "start")
	opRandn                  = op("randn", "")
	opSVD                    = op("linalg_svd", "")
)

// Add returns a + b.
func (s *Scope) Add(a, b Tensor) Tensor { return s.one(opAdd, a, b) }

// Sub returns a - b.
func (s *Scope) Sub(a, b Tensor) Tensor { return s.one(opSub, a, b) }

// Mul returns a * b, element by element.
func (s *Scope) Mul(a, b Tensor) Tensor { return s.one(opMul, a, b) }

// Div returns a / b, element by element.
func (s *Scope) Div(a, b Tensor) Tensor { return s.one(opDiv, a, b) }

// Shift returns a + by.
func (s *Scope) Shift(a Tensor, by float64) Tensor { return s.one(opAddScalar, a, by) }

// Scale returns a * by.
func (s *Scope) Scale(a Tensor, by float64) Tensor { return s.one(opMulScalar, a, by) }

// Pow returns a to the power of exponent.
func (s *Scope) Pow(a Tensor, exponent float64) Tensor { return s.one(opPow, a, exponent) }

// Neg returns -a.
func (s *Scope) Neg(a Tensor) Tensor { return s.one(opNeg, a) }

// Abs returns the magnitude of a.
func (s *Scope) Abs(a Tensor) Tensor { return s.one(opAbs, a) }

// Exp returns e to the power of a.
func (s *Scope) Exp(a Tensor) Tensor { return s.one(opExp, a) }

// Log returns the natural logarithm of a.
func (s *Scope) Log(a Tensor) Tensor { return s.one(opLog, a) }

// Cos returns the cosine of a, in radians.
func (s *Scope) Cos(a Tensor) Tensor { return s.one(opCos, a) }

// Sin returns the sine of a, in radians.
func (s *Scope) Sin(a Tensor) Tensor { return s.one(opSin, a) }

// Sigmoid returns 1 / (1 + exp(-a)).
func (s *Scope) Sigmoid(a Tensor) Tensor { return s.one(opSigmoid, a) }

// LogSigmoid returns log(sigmoid(a)) without underflow.
func (s *Scope) LogSigmoid(a Tensor) Tensor { return s.one(opLogSigmoid, a) }

// GELU returns a times the Gaussian distribution function of a (arXiv 1606.08415), exact.
func (s *Scope) GELU(a Tensor) Tensor { return s.one(opGELU, a) }

// GELUTanh is GELU by GPT-2's tanh approximation.
func (s *Scope) GELUTanh(a Tensor) Tensor { return s.one(opGELU, a, "tanh") }

// SiLU returns a * sigmoid(a).
func (s *Scope) SiLU(a Tensor) Tensor { return s.one(opSiLU, a) }

// Softmax normalises exp(a) along dim.
func (s *Scope) Softmax(a Tensor, dim int) Tensor { return s.one(opSoftmax, a, dim) }

// LogSoftmax is the logarithm of Softmax.
func (s *Scope) LogSoftmax(a Tensor, dim int) Tensor { return s.one(opLogSoftmax, a, dim) }

// Divergence is KL(p || q) of log probabilities over the last dimension: [..., n] -> [...].
func (s *Scope) Divergence(p, q Tensor) Tensor {
	return s.SumDim(s.Mul(s.Exp(p), s.Sub(p, q)), -1)
}

// Sum adds all elements.
func (s *Scope) Sum(a Tensor) Tensor { return s.one(opSum, a) }

// Mean averages all elements.
func (s *Scope) Mean(a Tensor) Tensor { return s.one(opMean, a) }

// SumDim adds along dim, which is dropped.
func (s *Scope) SumDim(a Tensor, dim int64) Tensor { return s.one(opSumDim, a, []int64{dim}) }

// MeanDim averages along dim, which is dropped.
func (s *Scope) MeanDim(a Tensor, dim int64) Tensor { return s.one(opMeanDim, a, []int64{dim}) }

// CumSum adds up along dim.
func (s *Scope) CumSum(a Tensor, dim int) Tensor { return s.one(opCumSum, a, dim) }

// ArgMax returns the index of the largest along dim, int64.
func (s *Scope) ArgMax(a Tensor, dim int) Tensor { return s.one(opArgMax, a, dim) }

// Finite says whether no element is infinite or not a number.
func (s *Scope) Finite(a Tensor) bool { return s.Item(s.one(opAll, s.one(opIsFinite, a))) != 0 }

// Clamp bounds every element to [low, high].
func (s *Scope) Clamp(a Tensor, low, high float64) Tensor { return s.one(opClamp, a, low, high) }

// MatMul is the matrix product over the last two dimensions.
func (s *Scope) MatMul(a, b Tensor) Tensor { return s.one(opMatMul, a, b) }

// Linear returns x weight^T + bias: x [..., in], weight [out, in], bias [out] or not defined -> [..., out].
func (s *Scope) Linear(x, weight, bias Tensor) Tensor {
	return s.one(opLinear, x, weight, optional(bias))
}

// Embedding takes the rows ids of weight: weight [n, width], ids [...] -> [..., width].
func (s *Scope) Embedding(weight, ids Tensor) Tensor { return s.one(opEmbedding, weight, ids) }

// LayerNorm normalises over the last dimension (arXiv 1607.06450).
func (s *Scope) LayerNorm(x, weight, bias Tensor, epsilon float64) Tensor {
	return s.one(opLayerNorm, x, []int64{x.Size(-1)}, weight, bias, epsilon)
}

// RMSNorm scales by the root of the mean square over the last dimension, in float32 (arXiv 1910.07467).
func (s *Scope) RMSNorm(x, weight Tensor, epsilon float64) Tensor {
	wide := s.To(x, Float32)
	if x.Kind() == Float64 {
		wide = x
	}
	return s.Mul(s.To(s.one(opRMSNorm, wide, []int64{x.Size(-1)}, none{}, epsilon), x.Kind()), weight)
}

// Attention is softmax(q k^T / sqrt(d) + bias) v: q [b, h, m, d], k and v [b, h, n, d], bias broadcast to [b, h, m, n]
// or not defined -> [b, h, m, d].
func (s *Scope) Attention(q, k, v, bias Tensor) Tensor {
	return s.one(opAttention, q, k, v, optional(bias))
}

// CrossEntropy returns -log softmax(logits)[target] a row: logits [n, classes], targets [n] -> [n]; rows whose target
// is -100 cost nothing.
func (s *Scope) CrossEntropy(logits, targets Tensor) Tensor {
	return s.one(opCrossEntropy, logits, targets, none{}, 0)
}

// BinaryCrossEntropy returns -t log p - (1-t) log(1-p) an element, p = sigmoid(logits); weights may be not defined.
func (s *Scope) BinaryCrossEntropy(logits, targets, weights Tensor) Tensor {
	return s.one(opBCE, logits, targets, optional(weights), none{}, 0)
}

// Where picks a where the condition holds, else b.
func (s *Scope) Where(condition, a, b Tensor) Tensor { return s.one(opWhere, condition, a, b) }

// MaskedFill writes value where mask holds.
func (s *Scope) MaskedFill(a, mask Tensor, value float64) Tensor {
	return s.one(opMaskedFill, a, mask, value)
}

// Gather picks along dim the elements that index names; index has a's number of dimensions.
func (s *Scope) Gather(a Tensor, dim int, index Tensor) Tensor { return s.one(opGather, a, dim, index) }

// IndexSelect picks whole slices along dim: index [n], int64.
func (s *Scope) IndexSelect(a Tensor, dim int, index Tensor) Tensor {
	return s.one(opIndexSelect, a, dim, index)
}

// Cat joins along an existing dimension.
func (s *Scope) Cat(dim int, each ...Tensor) Tensor { return s.one(opCat, each, dim) }

// Stack joins along a new dimension.
func (s *Scope) Stack(dim int, each ...Tensor) Tensor { return s.one(opStack, each, dim) }

// Narrow is the view of length elements of dim from start on.
func (s *Scope) Narrow(a Tensor, dim int, start, length int64) Tensor {
	return s.one(opNarrow, a, dim, start, length)
}

// Reshape gives the elements another shape; one size may be -1.
func (s *Scope) Reshape(a Tensor, shape ...int64) Tensor { return s.one(opReshape, a, shape) }

// Expand repeats dimensions of size 1 without copying.
func (s *Scope) Expand(a Tensor, shape ...int64) Tensor { return s.one(opExpand, a, shape) }

// AsStrided views the storage by sizes, strides and an offset, in elements.
func (s *Scope) AsStrided(a Tensor, size, stride []int64, offset int64) Tensor {
	return s.one(opAsStrided, a, size, stride, offset)
}

// Transpose swaps two dimensions.
func (s *Scope) Transpose(a Tensor, i, j int) Tensor { return s.one(opTranspose, a, i, j) }

// Permute orders the dimensions anew.
func (s *Scope) Permute(a Tensor, dims ...int64) Tensor { return s.one(opPermute, a, dims) }

// Squeeze drops dim when its size is 1.
func (s *Scope) Squeeze(a Tensor, dim int) Tensor { return s.one(opSqueeze, a, dim) }

// Unsqueeze puts in a dimension of size 1.
func (s *Scope) Unsqueeze(a Tensor, dim int) Tensor { return s.one(opUnsqueeze, a, dim) }

// Pad puts value around the elements: sizes are pairs of before and after, from the last dimension back; negative cuts.
func (s *Scope) Pad(a Tensor, value float64, sizes ...int64) Tensor {
	return s.one(opPad, a, sizes, value)
}

// Contiguous lays the elements out in row order.
func (s *Scope) Contiguous(a Tensor) Tensor { return s.one(opContiguous, a) }

// Detach is the same elements without their history.
func (s *Scope) Detach(a Tensor) Tensor { return s.one(opDetach, a) }

// Clone copies the elements.
func (s *Scope) Clone(a Tensor) Tensor { return s.one(opClone, a) }

// To converts the elements to kind.
func (s *Scope) To(a Tensor, kind Kind) Tensor { return s.one(opToKind, a, kind) }

// ToDevice copies a to a device.
func (s *Scope) ToDevice(a Tensor, device Device) Tensor {
	return s.one(opToDevice, a, device, a.Kind())
}

// Full makes a tensor of one value.
func (s *Scope) Full(value float64, kind Kind, shape ...int64) Tensor {
	return s.one(opFull, shape, value, kind, none{}, InUse())
}

// Zeros makes a tensor of zeros.
func (s *Scope) Zeros(kind Kind, shape ...int64) Tensor { return s.Full(0, kind, shape...) }

// Arange counts from start to end, exclusive, int64.
func (s *Scope) Arange(start, end int) Tensor {
	return s.one(opArange, start, end, Int64, none{}, InUse())
}

// Randn draws from the normal distribution, by libtorch's generator of the CPU, so that a seed gives the same numbers on
// every device.
func (s *Scope) Randn(kind Kind, shape ...int64) Tensor {
	drawn := s.one(opRandn, shape, kind)
	if InUse() == CPU {
		return drawn
	}
	return s.ToDevice(drawn, InUse())
}

// SVD factors a [m, n] into u, s, v^T, economical.
func (s *Scope) SVD(a Tensor) (u, sigma, vt Tensor) {
	each := s.many(opSVD, a, false)
	return each[0], each[1], each[2]
}

// Negative infinity as masks use it: finite, so that a row of nothing but masked scores stays a number.
const masked = -math.MaxFloat32 / 2

// CausalBias is 0 where row position i (of the last m of n) may look at j <= i, and next to -inf elsewhere: [m, n].
func (s *Scope) CausalBias(m, n int64) Tensor {
	rows := s.Reshape(s.Arange(int(n-m), int(n)), m, 1)
	later := s.one(opGreater, s.Reshape(s.Arange(0, int(n)), 1, n), rows)
	return s.MaskedFill(s.Zeros(Float32, m, n), later, masked)
}

var opGreater = op("gt", "Tensor")

func optional(t Tensor) any {
	if t.Defined() {
		return t
	}
	return none{}
}
