//go:build cgo

// GPT-2 and Llama at inference, one call a forward, with a key-value cache. The formulas are those of the autograd
// graph in package transformer, which is tested against this one.

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "forest.h"
#include "shim_internal.h"

namespace {

using at::Tensor;

// What earlier calls left: keys and values [batch, kv_heads, capacity, head_dim] a layer, filled up to length.
struct Cache {
  std::vector<Tensor> keys, values;
  int64_t length = 0;
};

struct Forward {
  const sp_transformer_shape& shape;
  void* const* weights;
  Cache* cache;
  const Forest* forest = nullptr;
  Tensor picked;    // of forests: tokens whose hidden states are wanted, counted through all rows
  Tensor bias;      // added to attention scores, [batch, 1, length, total]; undefined: causal, or one new token
  Tensor cos, sin;  // [batch, 1, length, head_dim], Llama
  bool causal = false;

  const Tensor& next() { return *static_cast<Tensor*>(*weights++); }
};

Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps) {
  auto wide = x.to(at::kFloat);
  auto scaled = wide * at::rsqrt(wide.pow(2).mean(-1, true) + eps);
  return scaled.to(x.scalar_type()) * weight;
}

// x cos + rotate_half(x) sin, the halves of a head being its first and second half (arXiv 2104.09864).
Tensor rotate(const Tensor& x, const Tensor& cos, const Tensor& sin) {
  const auto half = x.size(-1) / 2;
  auto turned = at::cat({x.narrow(-1, half, half).neg(), x.narrow(-1, 0, half)}, -1);
  return x * cos + turned * sin;
}

// Writes the new rows behind those of earlier calls and returns all of them.
Tensor extend(Tensor& store, const Tensor& rows, int64_t length) {
  const int64_t total = length + rows.size(2);
  if (!store.defined() || store.size(2) < total) {
    auto sizes = rows.sizes().vec();
    sizes[2] = std::max<int64_t>(2 * total, 64);
    auto larger = at::empty(sizes, rows.options());
    if (length > 0) larger.narrow(2, 0, length).copy_(store.narrow(2, 0, length));
    store = larger;
  }
  store.narrow(2, length, rows.size(2)).copy_(rows);
  return store.narrow(2, 0, total);
}

// q [batch, heads, length, d]; k, v [batch, kv_heads, length, d] -> [batch, length, heads d].
Tensor attend(Forward& f, int64_t layer, const Tensor& q, Tensor k, Tensor v) {
  if (f.forest && !f.bias.defined()) return f.forest->attend(q, k, v);
  if (f.cache) {
    k = extend(f.cache->keys[layer], k, f.cache->length);
    v = extend(f.cache->values[layer], v, f.cache->length);
  }
  const auto groups = q.size(1) / k.size(1);
  if (groups > 1 && q.size(2) == 1) {  // one new token: the heads of a group are rows that see the same keys
    std::optional<Tensor> unseen;
    if (f.bias.defined()) unseen = f.bias;
    auto rows = q.reshape({q.size(0), k.size(1), groups, q.size(3)});
    return at::scaled_dot_product_attention(rows, k, v, unseen).reshape({q.size(0), 1, -1});
  }
  if (groups > 1) {
    auto repeat = [&](const Tensor& t) {
      return t.unsqueeze(2).expand({t.size(0), t.size(1), groups, t.size(2), t.size(3)}).reshape(
          {t.size(0), q.size(1), t.size(2), t.size(3)});
    };
    k = repeat(k), v = repeat(v);
  }
  std::optional<Tensor> bias;
  if (f.bias.defined()) bias = f.bias;
  auto out = at::scaled_dot_product_attention(q, k, v, bias, 0.0, f.causal);
  return out.transpose(1, 2).reshape({q.size(0), q.size(2), -1});
}

// The last layer goes on with the tokens that are wanted; others were needed for their keys and values only.
void pick(Forward& f, int64_t layer, Tensor& x, Tensor& attended) {
  if (!f.picked.defined() || layer + 1 < f.shape.layers) return;
  auto rows = [&](const Tensor& t) { return t.reshape({1, -1, t.size(-1)}).index_select(1, f.picked); };
  x = rows(x), attended = rows(attended);
}

Tensor heads(const Tensor& x, int64_t n, int64_t d) { return x.view({x.size(0), x.size(1), n, d}).transpose(1, 2); }

Tensor llama_layer(Forward& f, int64_t layer, Tensor x) {
  const auto& s = f.shape;
  const auto groups = s.heads / s.kv_heads;
  auto h = rms_norm(x, f.next(), s.eps);
  auto qkv = at::linear(h, f.next());
  const auto kv_width = qkv.size(-1) / (groups + 2), q_width = groups * kv_width;  // of this layer: it may be pruned
  auto q = rotate(heads(qkv.narrow(-1, 0, q_width).contiguous(), q_width / s.head_dim, s.head_dim), f.cos, f.sin);
  auto k = rotate(heads(qkv.narrow(-1, q_width, kv_width).contiguous(), kv_width / s.head_dim, s.head_dim), f.cos, f.sin);
  auto v = heads(qkv.narrow(-1, q_width + kv_width, kv_width).contiguous(), kv_width / s.head_dim, s.head_dim);
  auto attended = attend(f, layer, q, k, v);
  pick(f, layer, x, attended);
  x = x + at::linear(attended, f.next());
  h = rms_norm(x, f.next(), s.eps);
  auto gate_up = at::linear(h, f.next()).chunk(2, -1);
  return x + at::linear(at::silu(gate_up[0]) * gate_up[1], f.next());
}

Tensor gpt2_layer(Forward& f, int64_t layer, Tensor x) {
  const auto& s = f.shape;
  auto norm = [&](const Tensor& t) {
    const auto& weight = f.next();
    const auto& bias = f.next();
    return at::layer_norm(t, {t.size(-1)}, weight, bias, s.eps);
  };
  auto linear = [&](const Tensor& t) {
    const auto& weight = f.next();
    const auto& bias = f.next();
    return at::linear(t, weight, bias);
  };
  auto qkv = linear(norm(x)).chunk(3, -1);
  auto split = [&](const Tensor& t) { return heads(t.contiguous(), s.heads, s.head_dim); };
  auto attended = attend(f, layer, split(qkv[0]), split(qkv[1]), split(qkv[2]));
  pick(f, layer, x, attended);
  x = x + linear(attended);
  auto h = at::gelu(linear(norm(x)), "tanh");
  return x + linear(h);
}

// Rows see keys up to their own place and none of the padding on the left: [batch, 1, length, total].
Tensor attention_bias(const Tensor& pads, int64_t past, int64_t length, at::ScalarType kind) {
  auto rows = at::arange(past, past + length, pads.options()).view({1, 1, length, 1});
  auto columns = at::arange(0, past + length, pads.options()).view({1, 1, 1, past + length});
  auto hidden = columns.gt(rows).logical_or(columns.lt(pads.view({-1, 1, 1, 1})));
  return at::zeros(hidden.sizes(), pads.options().dtype(kind)).masked_fill_(hidden, -1e30);
}

void rope(Forward& f, const Tensor& positions, at::ScalarType kind) {
  const auto d = f.shape.head_dim;
  auto inverse = at::pow(f.shape.rope_theta, -at::arange(0, d, 2, positions.options().dtype(at::kFloat)) / d);
  auto angles = positions.to(at::kFloat).unsqueeze(-1) * inverse;  // [batch, length, d/2]
  angles = at::cat({angles, angles}, -1).unsqueeze(1);
  f.cos = angles.cos().to(kind), f.sin = angles.sin().to(kind);
}

// ids and positions [batch, length] -> the normed last hidden states [batch, length, width], of a forest those picked.
Tensor run(Forward& f, const Tensor& ids, const Tensor& positions) {
  const auto& s = f.shape;
  auto x = at::embedding(f.next(), ids);
  if (s.gpt2) x = x + at::embedding(f.next(), positions);
  else rope(f, positions, x.scalar_type());
  for (int64_t layer = 0; layer < s.layers; layer++) x = s.gpt2 ? gpt2_layer(f, layer, x) : llama_layer(f, layer, x);
  const auto& weight = f.next();
  return s.gpt2 ? at::layer_norm(x, {x.size(-1)}, weight, f.next(), s.eps) : rms_norm(x, weight, s.eps);
}

}  // namespace

void* sp_cache_new(int64_t layers) {
  auto* cache = new Cache;
  cache->keys.resize(layers), cache->values.resize(layers);
  return cache;
}

void sp_cache_free(void* cache) { delete static_cast<Cache*>(cache); }

int64_t sp_cache_length(void* cache) { return static_cast<Cache*>(cache)->length; }

// ids [batch, length]; pads [batch], how many of a row's first ids are padding, or null; weights as
// transformer.Model.weights orders them -> the normed last hidden states [batch, length, width].
void* sp_transformer_hidden(const sp_transformer_shape* shape, void* const* weights, int count, void* ids,
                                void* pads, void* cache, char** err) {
  return sp_guard(err, (void*)nullptr, [&]() -> void* {
    c10::InferenceMode guard;
    Forward f{*shape, weights, static_cast<Cache*>(cache)};
    const Tensor& tokens = *static_cast<Tensor*>(ids);
    const int64_t batch = tokens.size(0), length = tokens.size(1), past = cache ? f.cache->length : 0;
    auto padding = pads ? *static_cast<Tensor*>(pads) : at::zeros({batch}, tokens.options());
    const bool padded = sp_on_cpu(padding.any()).item<bool>();
    auto positions = (at::arange(past, past + length, tokens.options()).view({1, length}) - padding.view({batch, 1})).clamp_min(0);

    const auto kind = static_cast<Tensor*>(*weights)->scalar_type();
    if (padded || (past > 0 && length > 1)) f.bias = attention_bias(padding, past, length, kind);
    else f.causal = length > 1;
    auto x = run(f, tokens, positions);
    if (cache) f.cache->length += length;
    TORCH_CHECK(f.weights - weights == count, f.weights - weights, " weights used of ", count);
    return sp_own(std::move(x));
  });
}

// Texts that share beginnings (forest.h): ids and parents [rows, tokens], a forest a row, picked [n] of all -> their
// normed last hidden states [n, width].
void* sp_transformer_forest(const sp_transformer_shape* shape, void* const* weights, int count, void* ids,
                                void* parents, void* picked, char** err) {
  return sp_guard(err, (void*)nullptr, [&]() -> void* {
    c10::InferenceMode guard;
    const Tensor& tokens = *static_cast<Tensor*>(ids);
    const Tensor before = sp_on_cpu(*static_cast<Tensor*>(parents));
    const Forest forest(before, static_cast<Tensor*>(*weights)->scalar_type(), tokens.device());
    Forward f{*shape, weights, nullptr};
    f.forest = &forest, f.bias = forest.bias(), f.picked = *static_cast<Tensor*>(picked);
    auto x = run(f, tokens, forest.positions());
    TORCH_CHECK(f.weights - weights == count, f.weights - weights, " weights used of ", count);
    return sp_own(x.squeeze(0));
  });
}

// -log softmax(hidden head^T)[target] a row, in float32: hidden [n, width], head [vocabulary, width], targets [n]
// -> [n]. The vocabulary is wide, so rows go in chunks: on the CPU, whose logits stay in the cache.
void* sp_head_losses(void* hidden, void* head, void* targets, char** err) {
  return sp_guard(err, (void*)nullptr, [&]() -> void* {
    c10::InferenceMode guard;
    const Tensor &h = *static_cast<Tensor*>(hidden), &w = *static_cast<Tensor*>(head), &y = *static_cast<Tensor*>(targets);
    std::vector<Tensor> losses;
    const int64_t chunk = h.is_cpu() ? 32 : 512;
    for (int64_t row = 0; row < h.size(0); row += chunk) {
      const auto rows = std::min(chunk, h.size(0) - row);
      auto logits = at::linear(h.narrow(0, row, rows), w).to(at::kFloat);
      auto picked = logits.gather(1, y.narrow(0, row, rows).unsqueeze(1)).squeeze(1);
      losses.push_back(at::logsumexp(logits, 1) - picked);
    }
    return sp_own(losses.empty() ? at::zeros({0}, h.options().dtype(at::kFloat)) : at::cat(losses));
  });
}
