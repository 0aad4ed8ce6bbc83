//go:build cgo

// The policy's forward pass at inference: the formula of agent.Policy.logits, a window a thread. Written out, because
// what a matrix product of libtorch's returns depends, in its last bits, on how many threads it was told of, and the
// same text must score the same on any number (agent TestScoresDoNotDependOnThreads). Here every output is one sum in
// one order. A benchmark holds its speed (agent BenchmarkPolicyForward).

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "shim_internal.h"

namespace {

// Compiled for each of these; the loader picks the one that the processor has.
#if defined(__x86_64__)
#define SP_WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SP_WIDE
#endif

constexpr int kRows = 8, kColumns = 32;  // of a tile, whose sums stay in registers

// A tile of c += a b: a is up to kRows rows with a stride, b is [depth, kColumns], c has a stride. Every output is one sum
// over depth in order, so that the forms differ in nothing but how many sums they hold at a time: as many as there are
// registers, of four floats, eight or sixteen.
using Tile = void (*)(int rows, int depth, const float* a, int a_stride, const float* b, float* c, int c_stride);

// Two registers of each of some rows at a time, the last row repeated where there are fewer.
#define SP_TILE(name, target, Wide, lanes, tile_rows, load, store, broadcast, multiply_add)                              \
  target void name(int rows, int depth, const float* a, int a_stride, const float* b, float* c, int c_stride) {          \
    for (int column = 0; column < kColumns; column += 2 * lanes) {                                                       \
      for (int top = 0; top < rows; top += tile_rows) {                                                                  \
        const float* row[tile_rows];                                                                                     \
        Wide low[tile_rows], high[tile_rows];                                                                            \
        for (int r = 0; r < tile_rows; r++) {                                                                            \
          const int real = std::min(top + r, rows - 1);                                                                  \
          row[r] = a + real * a_stride;                                                                                  \
          low[r] = load(c + real * c_stride + column);                                                                   \
          high[r] = load(c + real * c_stride + column + lanes);                                                          \
        }                                                                                                                \
        for (int k = 0; k < depth; k++) {                                                                                \
          const Wide first = load(b + k * kColumns + column), second = load(b + k * kColumns + column + lanes);          \
          _Pragma("GCC unroll 8") for (int r = 0; r < tile_rows; r++) {                                                  \
            const Wide each = broadcast(row[r][k]);                                                                      \
            low[r] = multiply_add(each, first, low[r]);                                                                  \
            high[r] = multiply_add(each, second, high[r]);                                                               \
          }                                                                                                              \
        }                                                                                                                \
        for (int r = 0; r < std::min(tile_rows, rows - top); r++) {                                                      \
          store(c + (top + r) * c_stride + column, low[r]);                                                              \
          store(c + (top + r) * c_stride + column + lanes, high[r]);                                                     \
        }                                                                                                                \
      }                                                                                                                  \
    }                                                                                                                    \
  }

typedef float Four __attribute__((vector_size(16)));

inline Four load_four(const float* from) {
  Four f;
  std::memcpy(&f, from, sizeof f);
  return f;
}
inline void store_four(float* to, Four f) { std::memcpy(to, &f, sizeof f); }
inline Four broadcast_four(float x) { return Four{x, x, x, x}; }
inline Four multiply_add_four(Four a, Four b, Four c) { return a * b + c; }

SP_TILE(tile_four, , Four, 4, 4, load_four, store_four, broadcast_four, multiply_add_four)

#if defined(__x86_64__)
SP_TILE(tile_eight, __attribute__((target("avx2,fma"))), __m256, 8, 4, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_set1_ps, _mm256_fmadd_ps)
SP_TILE(tile_sixteen, __attribute__((target("avx512f"))), __m512, 16, 8, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_set1_ps, _mm512_fmadd_ps)

Tile widest() {
  if (__builtin_cpu_supports("avx512f")) return tile_sixteen;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return tile_eight;
  return tile_four;
}
#else
Tile widest() { return tile_four; }
#endif

const Tile tile = widest();

// A weight [out, in] laid out for tile: panels of kColumns outputs, each [in, kColumns]; outputs padded with zeros.
struct Panels {
  int in, out;
  std::vector<float> values;

  Panels(const float* weight, int stride, int out, int in) : in(in), out(out) {
    const int panels = (out + kColumns - 1) / kColumns;
    values.assign(size_t(panels) * in * kColumns, 0);
    for (int o = 0; o < out; o++)
      for (int k = 0; k < in; k++) values[(size_t(o / kColumns) * in + k) * kColumns + o % kColumns] = weight[o * stride + k];
  }

  // c [rows, c_stride] += a [rows, in] weight^T.
  void multiply(int rows, const float* a, int a_stride, float* c, int c_stride) const {
    for (int panel = 0; panel * kColumns < out; panel++)
      for (int r = 0; r < rows; r += kRows)
        tile(std::min(kRows, rows - r), in, a + r * a_stride, a_stride, &values[size_t(panel) * in * kColumns],
             c + r * c_stride + panel * kColumns, c_stride);
  }
};

// exp for x <= 0 to 2 units in the last place: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2].
inline float exp_negative(float x) {
  x = std::max(x, -87.0f);
  const float n = std::nearbyint(x * 1.44269504f);
  const float f = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * f + 1.3981999507e-3f;
  p = p * f + 8.3334519073e-3f;
  p = p * f + 4.1665795894e-2f;
  p = p * f + 1.6666665459e-1f;
  p = p * f + 5.0000001201e-1f;
  const float value = p * f * f + f + 1;
  int32_t bits;
  std::memcpy(&bits, &value, 4);
  bits += int32_t(n) << 23;
  float result;
  std::memcpy(&result, &bits, 4);
  return result;
}

// x += GELU(y), with erf after Abramowitz and Stegun 7.1.26 (off by at most 1.5e-7).
SP_WIDE void add_gelu(int n, float* x, const float* y) {
  for (int i = 0; i < n; i++) {
    const float z = std::fabs(y[i]) * 0.70710678f;
    const float t = 1 / (1 + 0.3275911f * z);
    const float p = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f) * t;
    const float erf = std::copysign(1 - p * exp_negative(-z * z), y[i]);
    x[i] += 0.5f * y[i] * (1 + erf);
  }
}

constexpr int kLanes = 16;  // of a sum: as many partial ones, added up at the end, whatever the processor's registers

// y = LayerNorm(x) of one row.
SP_WIDE void layer_norm(int width, const float* x, const float* weight, const float* bias, float* y) {
  float sums[kLanes] = {}, squares[kLanes] = {}, mean = 0, square = 0;
  const int whole = width / kLanes * kLanes;
  for (int i = 0; i < whole; i += kLanes)
    for (int lane = 0; lane < kLanes; lane++) sums[lane] += x[i + lane];
  for (int i = whole; i < width; i++) sums[i - whole] += x[i];
  for (float sum : sums) mean += sum;
  mean /= width;
  for (int i = 0; i < whole; i += kLanes)
    for (int lane = 0; lane < kLanes; lane++) squares[lane] += (x[i + lane] - mean) * (x[i + lane] - mean);
  for (int i = whole; i < width; i++) squares[i - whole] += (x[i] - mean) * (x[i] - mean);
  for (float sum : squares) square += sum;
  const float scale = 1 / std::sqrt(square / width + 1e-5f);
  for (int i = 0; i < width; i++) y[i] = (x[i] - mean) * scale * weight[i] + bias[i];
}

struct Block {
  int64_t dilation;
  const float *norm_weight, *norm_bias, *bias;
  Panels before, at, after;
};

struct Policy {
  int embedding, statics, inputs, hidden;
  const float *embed, *fixed, *in_bias, *head_weight, *head_bias;
  Panels in;
  std::vector<Block> blocks;
};

const at::Tensor& tensor(void* const*& weights) {
  const auto& t = *static_cast<at::Tensor*>(*weights++);
  TORCH_CHECK(t.is_contiguous() && t.scalar_type() == at::kFloat, "policy weights must be contiguous float32");
  return t;
}

Policy view(void* const* weights, const int64_t* dilations, int blocks) {
  const auto& embed = tensor(weights);
  const auto& fixed = tensor(weights);
  const auto& in = tensor(weights);
  const int inputs = in.size(1), hidden = in.size(0);
  Policy p{int(embed.size(1)), int(fixed.size(1)), inputs, hidden, embed.data_ptr<float>(), fixed.data_ptr<float>(),
           tensor(weights).data_ptr<float>(), nullptr, nullptr, Panels(in.data_ptr<float>(), inputs, hidden, inputs), {}};
  for (int i = 0; i < blocks; i++) {
    const float* norm_weight = tensor(weights).data_ptr<float>();
    const float* norm_bias = tensor(weights).data_ptr<float>();
    const float* taps = tensor(weights).data_ptr<float>();  // [hidden, 3 hidden]
    auto tap = [&](int which) { return Panels(taps + which * hidden, 3 * hidden, hidden, hidden); };
    p.blocks.push_back({dilations[i], norm_weight, norm_bias, tensor(weights).data_ptr<float>(), tap(0), tap(1), tap(2)});
  }
  p.head_weight = tensor(weights).data_ptr<float>(), p.head_bias = tensor(weights).data_ptr<float>();
  return p;
}

// ids [length], -1 where the window has no token; features [length, dynamic]; scores [length].
void score(const Policy& p, const int64_t* ids, const float* features, int length, float* scores) {
  const int width = (p.hidden + kColumns - 1) / kColumns * kColumns;  // rows are padded to whole panels
  const int dynamic = p.inputs - p.embedding - p.statics;
  std::vector<float> input(size_t(length) * p.inputs), x(size_t(length) * width), h(x.size()), y(x.size());
  for (int t = 0; t < length; t++) {
    const int64_t id = std::max<int64_t>(ids[t], 0);
    float* row = &input[size_t(t) * p.inputs];
    std::memcpy(row, p.embed + id * p.embedding, p.embedding * sizeof(float));
    std::memcpy(row + p.embedding, p.fixed + id * p.statics, p.statics * sizeof(float));
    std::memcpy(row + p.embedding + p.statics, features + size_t(t) * dynamic, dynamic * sizeof(float));
    std::memcpy(&x[size_t(t) * width], p.in_bias, p.hidden * sizeof(float));
  }
  p.in.multiply(length, input.data(), p.inputs, x.data(), width);
  for (const auto& block : p.blocks) {
    for (int t = 0; t < length; t++) {
      float* row = &h[size_t(t) * width];
      if (ids[t] >= 0) layer_norm(p.hidden, &x[size_t(t) * width], block.norm_weight, block.norm_bias, row);
      else std::fill(row, row + p.hidden, 0.0f);
      std::memcpy(&y[size_t(t) * width], block.bias, p.hidden * sizeof(float));
    }
    const int shift = std::min<int64_t>(block.dilation, length), rest = length - shift;
    block.at.multiply(length, h.data(), width, y.data(), width);
    block.before.multiply(rest, h.data(), width, y.data() + size_t(shift) * width, width);
    block.after.multiply(rest, h.data() + size_t(shift) * width, width, y.data(), width);
    for (int t = 0; t < length; t++) add_gelu(p.hidden, &x[size_t(t) * width], &y[size_t(t) * width]);
  }
  for (int t = 0; t < length; t++) {
    float sum = p.head_bias[0];
    for (int i = 0; i < p.hidden; i++) sum += p.head_weight[i] * x[size_t(t) * width + i];
    scores[t] = sum;
  }
}

}  // namespace

int sp_policy_scores(void* const* weights, const int64_t* dilations, int blocks, const int64_t* ids,
                     const float* features, int64_t windows, int64_t length, float* scores, char** err) {
  return sp_guard(err, -1, [&] {
    const Policy p = view(weights, dilations, blocks);
    const int64_t dynamic = p.inputs - p.embedding - p.statics;
    at::parallel_for(0, windows, 1, [&](int64_t begin, int64_t end) {
      for (int64_t w = begin; w < end; w++) {
        score(p, ids + w * length, features + w * length * dynamic, length, scores + w * length);
      }
    });
    return 0;
  });
}
