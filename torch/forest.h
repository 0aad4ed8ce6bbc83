// Attention of texts that share beginnings. A text is a path of tokens from a root; texts that begin alike are paths that
// part where they differ, and what they share is there once. Tokens stand in depth-first order, so a token comes behind
// the one before it in its text, its parent, and sees its ancestors and itself.
//
// On the CPU a forest is read chunk by chunk, each with those tokens that any of it sees. Another device has the room and
// the speed to weigh all against all, of several forests at once, and would be kept waiting by so many small products.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

class Forest {
 public:
  // parents [rows, tokens] in the host's memory: that of token i of a row is below i, -1 of a root.
  Forest(const at::Tensor& parents, at::ScalarType kind, at::Device device)
      : parents_(parents.const_data_ptr<int64_t>()), depths_(parents.numel()) {
    const auto rows = parents.size(0), tokens = parents.size(1);
    for (int64_t row = 0; row < rows; row++) {
      const int64_t *parent = parents_ + row * tokens, first = row * tokens;
      for (int64_t i = 0; i < tokens; i++) depths_[first + i] = parent[i] < 0 ? 0 : depths_[first + parent[i]] + 1;
    }
    positions_ = at::tensor(depths_, at::kLong).view({rows, tokens}).to(device);
    if (rows > 1 || !device.is_cpu()) {
      bias_ = dense(rows, tokens, kind, device);
      return;
    }
    for (int64_t begin = 0, end; begin < tokens; begin = end) {
      if (end = stretch(begin); end - begin >= kStretch) {
        stretches_.push_back({begin, end, begin, {}, {}});
      } else {
        end = std::min(begin + kChunk, tokens);
        chunks_.push_back(chunk(begin, end, kind));
      }
    }
  }

  const at::Tensor& positions() const { return positions_; }  // [rows, tokens]
  const at::Tensor& bias() const { return bias_; }            // [rows, 1, tokens, tokens] where all are weighed against all

  // q [1, heads, tokens, d]; k, v [1, kv_heads, tokens, d] -> [1, tokens, heads d], chunk by chunk.
  at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const {
    const auto heads = q.size(1), kv_heads = k.size(1), tokens = q.size(2), d = q.size(3), groups = heads / kv_heads;
    // The query heads of a group are a batch whose keys are the same: [groups, kv_heads, tokens, d].
    auto queries = q.view({kv_heads, groups, tokens, d}).transpose(0, 1);
    auto shared = [&](const at::Tensor& x) { return x.expand({groups, kv_heads, x.size(2), d}); };
    auto out = at::empty({tokens, kv_heads, groups, d}, q.options());
    auto attend = [&](const Chunk& c) {
      const auto n = c.end - c.begin;
      auto o = at::scaled_dot_product_attention(queries.narrow(2, c.begin, n), shared(c.seen(k)), shared(c.seen(v)), c.bias,
                                                0.0, !c.bias);
      out.narrow(0, c.begin, n).copy_(o.permute({2, 1, 0, 3}));
    };
    for (const auto& c : stretches_) attend(c);
    at::parallel_for(0, int64_t(chunks_.size()), 1, [&](int64_t from, int64_t to) {
      c10::InferenceMode guard;
      std::for_each(chunks_.begin() + from, chunks_.begin() + to, attend);
    });
    return out.view({1, tokens, heads * d});
  }

 private:
  static constexpr int64_t kChunk = 32, kStretch = 256;  // the fastest of those measured

  // Neighbours, which are computed together. What any of them sees is among the ancestors of the first and themselves:
  // an ancestor of a later one that stands before the first is an ancestor of that one too.
  struct Chunk {
    int64_t begin, end, first;
    at::Tensor keys;                 // what they see; not defined where that is all from first to end
    std::optional<at::Tensor> bias;  // [end - begin, keys]; none: each sees those before it

    at::Tensor seen(const at::Tensor& x) const {
      return keys.defined() ? x.index_select(2, keys) : x.narrow(2, first, end - first);
    }
  };

  Chunk chunk(int64_t begin, int64_t end, at::ScalarType kind) const {
    std::vector<int64_t> keys;
    for (auto i = parents_[begin]; i >= 0; i = parents_[i]) keys.push_back(i);
    std::reverse(keys.begin(), keys.end());
    const int64_t before = keys.size(), all = before + end - begin;
    for (auto i = begin; i < end; i++) keys.push_back(i);
    auto bias = at::full({end - begin, all}, -1e30, at::kFloat);
    auto* row = bias.data_ptr<float>();
    for (auto i = begin; i < end; i++, row += all) {
      auto at = i;
      for (; at >= begin; at = parents_[at]) row[before + at - begin] = 0;
      std::fill(row, row + (at < 0 ? 0 : depths_[at] + 1), 0.0f);
    }
    Chunk c{begin, end, keys[0], {}, bias.to(kind)};
    if (keys[0] != end - all) c.keys = at::tensor(keys, at::kLong);
    return c;
  }

  // Where a text that begins here ends or parts from others; begin itself if none begins here.
  int64_t stretch(int64_t begin) const {
    if (parents_[begin] >= 0) return begin;
    auto end = begin + 1;
    while (end < int64_t(depths_.size()) && parents_[end] == end - 1) end++;
    return end;
  }

  // The tokens that see token i are those from i to the last of its tree's part that begins with it.
  at::Tensor dense(int64_t rows, int64_t tokens, at::ScalarType kind, at::Device device) const {
    std::vector<int64_t> last(rows * tokens);
    for (int64_t row = 0; row < rows; row++) {
      const int64_t *parent = parents_ + row * tokens;
      int64_t* ends = last.data() + row * tokens;
      std::iota(ends, ends + tokens, 0);
      for (int64_t i = tokens - 1; i > 0; i--)
        if (parent[i] >= 0) ends[parent[i]] = std::max(ends[parent[i]], ends[i]);
    }
    const auto ends = at::tensor(last, at::kLong).view({rows, 1, 1, tokens}).to(device);
    const auto places = at::arange(tokens, ends.options());
    const auto seeing = places.view({1, 1, tokens, 1}), seen = places.view({1, 1, 1, tokens});
    const auto hidden = seen.gt(seeing).bitwise_or(seeing.gt(ends));
    return at::zeros(hidden.sizes(), hidden.options().dtype(kind)).masked_fill_(hidden, -1e30);
  }

  const int64_t* parents_;
  std::vector<int64_t> depths_;
  at::Tensor positions_, bias_;
  std::vector<Chunk> stretches_, chunks_;  // the former are long, and take all threads one after the other
};
