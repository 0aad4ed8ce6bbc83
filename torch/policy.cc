//go:build cgo

// The policy's forward pass at inference: the formula of agent.Agent.States, some rows at a time. Written out, because
// what a matrix product of libtorch's returns depends, in its last bits, on how many rows and threads there are, and a
// text must score the same in any company (agent TestScoresDoNotDependOnCompany). Here every output is one sum in one
// order. A benchmark holds its speed (agent BenchmarkPolicyForward).

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "shim_internal.h"

// Nobody reads the flags of floating point: to keep them exact, the compiler would round one number at a time. And no product
// is fused with a sum but in the tiles, so that agent's forward in Go gives the same bits. What was declared before this is
// not inlined below, hence builtins in the loops, not std's functions.
#pragma GCC optimize("no-trapping-math", "fp-contract=off")

namespace {

// Compiled for each of these; the loader picks the one that the processor has.
#if defined(__x86_64__)
#define SP_WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SP_WIDE
#endif

constexpr int kRows = 24, kColumns = 32;  // of a tile: so many rows of one panel, some at a time, whose sums stay in registers

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
          const int real = top + r < rows ? top + r : rows - 1;                                                                  \
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
        for (int r = 0; r < tile_rows && top + r < rows; r++) {                                                      \
          store(c + (top + r) * c_stride + column, low[r]);                                                              \
          store(c + (top + r) * c_stride + column + lanes, high[r]);                                                     \
        }                                                                                                                \
      }                                                                                                                  \
    }                                                                                                                    \
  }

typedef float Four __attribute__((vector_size(16)));

inline Four load_four(const float* from) {
  Four f;
  __builtin_memcpy(&f, from, sizeof f);
  return f;
}
inline void store_four(float* to, Four f) { __builtin_memcpy(to, &f, sizeof f); }
inline Four broadcast_four(float x) { return Four{x, x, x, x}; }
inline Four multiply_add_four(Four a, Four b, Four c) { return a * b + c; }

SP_TILE(tile_four, , Four, 4, 4, load_four, store_four, broadcast_four, multiply_add_four)

#if defined(__x86_64__)
SP_TILE(tile_eight, __attribute__((target("avx2,fma"))), __m256, 8, 6, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_set1_ps, _mm256_fmadd_ps)
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
  int in = 0, out = 0;
  std::vector<float> values;

  Panels() = default;
  Panels(const float* weight, int stride, int out, int in) : in(in), out(out) {
    const int panels = (out + kColumns - 1) / kColumns;
    values.assign(size_t(panels) * in * kColumns, 0);
    for (int o = 0; o < out; o++)
      for (int k = 0; k < in; k++) values[(size_t(o / kColumns) * in + k) * kColumns + o % kColumns] = weight[o * stride + k];
  }

  // c [rows, c_stride] += a weight^T, a [rows, depth] with depth at most in.
  void multiply(int rows, int depth, const float* a, int a_stride, float* c, int c_stride) const {
    const float* b = values.data();
    for (int panel = 0; panel * kColumns < out; panel++, b += in * kColumns)
      for (int r = 0; r < rows; r += kRows)
        tile(std::min(kRows, rows - r), depth, a + r * a_stride, a_stride, b, c + r * c_stride + panel * kColumns, c_stride);
  }
};

// exp for x <= 0 to 2 units in the last place: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2].
inline float exp_negative(float x) {
  x = x > -87.0f ? x : -87.0f;
  const float n = __builtin_nearbyintf(x * 1.44269504f);
  const float f = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * f + 1.3981999507e-3f;
  p = p * f + 8.3334519073e-3f;
  p = p * f + 4.1665795894e-2f;
  p = p * f + 1.6666665459e-1f;
  p = p * f + 5.0000001201e-1f;
  const float value = p * f * f + f + 1;
  int32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  bits += int32_t(n) << 23;
  float result;
  __builtin_memcpy(&result, &bits, 4);
  return result;
}

// x += GELU(y), with erf after Abramowitz and Stegun 7.1.26 (off by at most 1.5e-7).
SP_WIDE void add_gelu(int n, float* x, const float* y) {
  for (int i = 0; i < n; i++) {
    const float z = __builtin_fabsf(y[i]) * 0.70710678f;
    const float t = 1 / (1 + 0.3275911f * z);
    const float p = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f) * t;
    const float erf = __builtin_copysignf(1 - p * exp_negative(-z * z), y[i]);
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
  const float scale = 1 / __builtin_sqrtf(square / width + 1e-5f);
  for (int i = 0; i < width; i++) y[i] = (x[i] - mean) * scale * weight[i] + bias[i];
}

// The sum of a_i b_i, as kLanes partial ones.
SP_WIDE float dot(int n, const float* a, const float* b) {
  float sums[kLanes] = {}, all = 0;
  const int whole = n / kLanes * kLanes;
  for (int i = 0; i < whole; i += kLanes)
    for (int lane = 0; lane < kLanes; lane++) sums[lane] += a[i + lane] * b[i + lane];
  for (int i = whole; i < n; i++) sums[i - whole] += a[i] * b[i];
  for (float sum : sums) all += sum;
  return all;
}

struct Block {
  int64_t dilation;
  const float *norm_weight, *norm_bias, *bias;
  Panels before, at, after;
};

// The weights as they are multiplied by, and the tensors that hold the rest of them.
struct Policy {
  std::vector<at::Tensor> held;
  int embedding, statics, hidden, inputs;
  const float *embed, *fixed, *in_bias, *head_weight, *head_bias;
  Panels in;
  std::vector<Block> blocks;

  Policy(void* const* weights, const int64_t* dilations, int count) {
    const auto next = [&]() -> const at::Tensor& {
      held.push_back(sp_on_cpu(*static_cast<at::Tensor*>(*weights++)));
      TORCH_CHECK(held.back().is_contiguous() && held.back().scalar_type() == at::kFloat, "policy weights must be contiguous float32");
      return held.back();
    };
    const auto values = [&] { return next().const_data_ptr<float>(); };
    const at::Tensor embeddings = next(), described = next(), input = next();
    embedding = embeddings.size(1), statics = described.size(1), hidden = input.size(0), inputs = input.size(1);
    embed = embeddings.const_data_ptr<float>(), fixed = described.const_data_ptr<float>(), in_bias = values();
    in = Panels(input.const_data_ptr<float>(), inputs, hidden, inputs);
    for (int i = 0; i < count; i++) {
      const float *norm_weight = values(), *norm_bias = values(), *taps = values(), *bias = values();  // taps [hidden, 3 hidden]
      const auto tap = [&](int which) { return Panels(taps + which * hidden, 3 * hidden, hidden, hidden); };
      blocks.push_back({dilations[i], norm_weight, norm_bias, bias, tap(0), tap(1), tap(2)});
    }
    head_weight = values(), head_bias = values();
  }

  // ids [rows], -1 where there is no token; features [rows, dynamic], of which the last inputs may be left out; scores [rows].
  void score(const int32_t* ids, const float* features, int rows, int dynamic, float* scores) const {
    const int depth = embedding + statics + dynamic;
    const int width = (hidden + kColumns - 1) / kColumns * kColumns;  // rows are padded to whole panels
    static thread_local std::vector<float> room;  // as much as was ever needed
    room.resize(size_t(rows) * (depth + 3 * width));
    float *input = room.data(), *x = input + size_t(rows) * depth, *h = x + size_t(rows) * width, *y = h + size_t(rows) * width;
    for (int t = 0; t < rows; t++) {
      const size_t id = ids[t] > 0 ? ids[t] : 0;
      float* row = input + size_t(t) * depth;
      std::memcpy(row, embed + id * embedding, embedding * sizeof(float));
      std::memcpy(row + embedding, fixed + id * statics, statics * sizeof(float));
      std::memcpy(row + embedding + statics, features + size_t(t) * dynamic, dynamic * sizeof(float));
      std::memcpy(x + size_t(t) * width, in_bias, hidden * sizeof(float));
    }
    in.multiply(rows, depth, input, depth, x, width);
    for (const auto& block : blocks) {
      for (int t = 0; t < rows; t++) {
        float* row = h + size_t(t) * width;
        if (ids[t] >= 0) layer_norm(hidden, x + size_t(t) * width, block.norm_weight, block.norm_bias, row);
        else std::fill(row, row + hidden, 0.0f);
        std::memcpy(y + size_t(t) * width, block.bias, hidden * sizeof(float));
      }
      const int shift = std::min<int64_t>(block.dilation, rows), rest = rows - shift;
      block.at.multiply(rows, hidden, h, width, y, width);
      block.before.multiply(rest, hidden, h, width, y + size_t(shift) * width, width);
      block.after.multiply(rest, hidden, h + size_t(shift) * width, width, y, width);
      for (int t = 0; t < rows; t++) add_gelu(hidden, x + size_t(t) * width, y + size_t(t) * width);
    }
    for (int t = 0; t < rows; t++) scores[t] = head_bias[0] + dot(hidden, head_weight, x + size_t(t) * width);
  }
};

}  // namespace

void* sp_policy_new(void* const* weights, const int64_t* dilations, int blocks, char** err) {
  return sp_guard(err, static_cast<void*>(nullptr), [&]() -> void* { return new Policy(weights, dilations, blocks); });
}

void sp_policy_free(void* policy) { delete static_cast<Policy*>(policy); }

char* sp_policy_scores(void* policy, const int32_t* ids, const float* features, int64_t rows, int64_t dynamic, float* scores) {
  char* err = nullptr;
  sp_guard(&err, 0, [&] {
    static_cast<const Policy*>(policy)->score(ids, features, rows, dynamic, scores);
    return 0;
  });
  return err;
}
