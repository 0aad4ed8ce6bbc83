//go:build cgo

// The policy's forward pass at inference: the formula of agent.Policy.logits, a window a thread. A window is computed
// by one thread with operators of one size, so its scores do not depend on how many windows or threads there are.
// A benchmark asked for it (agent BenchmarkScores).

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "shim_internal.h"

namespace {

struct Block {
  int64_t dilation;
  at::Tensor norm_weight, norm_bias, taps[3], bias;  // taps [width, width], transposed for x @ tap
};

struct Policy {
  at::Tensor embed, statics, in_weight, in_bias, head_weight, head_bias;
  std::vector<Block> blocks;
};

Policy view(void* const* weights, const int64_t* dilations, int blocks) {
  auto next = [&]() -> const at::Tensor& { return *static_cast<at::Tensor*>(*weights++); };
  Policy p;
  p.embed = next(), p.statics = next(), p.in_weight = next().t(), p.in_bias = next();
  for (int i = 0; i < blocks; i++) {
    Block block;
    block.dilation = dilations[i];
    block.norm_weight = next(), block.norm_bias = next();
    auto taps = next().t().chunk(3);  // [width, 3 width] -> three [width, width]
    for (int tap = 0; tap < 3; tap++) block.taps[tap] = taps[tap];
    block.bias = next();
    p.blocks.push_back(std::move(block));
  }
  p.head_weight = next().t(), p.head_bias = next();
  return p;
}

// sum over taps of x[t + (tap-1) dilation] taps[tap] + bias: x [length, width] -> [length, width].
at::Tensor convolve(const at::Tensor& x, const Block& block) {
  auto out = at::addmm(block.bias, x, block.taps[1]);
  const int64_t dilation = block.dilation, rest = x.size(0) - dilation;
  if (rest > 0) {
    out.narrow(0, dilation, rest).addmm_(x.narrow(0, 0, rest), block.taps[0]);
    out.narrow(0, 0, rest).addmm_(x.narrow(0, dilation, rest), block.taps[2]);
  }
  return out;
}

// ids [length], -1 where the window has no token; features [length, dynamic]; scores [length].
void score(const Policy& p, at::Tensor ids, const at::Tensor& features, at::Tensor scores) {
  const auto present = ids.ge(0);
  const bool whole = present.all().item<bool>();
  const auto mask = present.to(at::kFloat).unsqueeze(1);
  ids = ids.clamp_min(0);
  auto x = at::cat({p.embed.index_select(0, ids), p.statics.index_select(0, ids), features}, 1);
  x = at::addmm(p.in_bias, x, p.in_weight);
  for (const auto& block : p.blocks) {
    auto h = at::layer_norm(x, {x.size(1)}, block.norm_weight, block.norm_bias);
    if (!whole) h.mul_(mask);
    x.add_(at::gelu(convolve(h, block)));
  }
  auto out = at::addmm(p.head_bias, x, p.head_weight);
  scores.copy_(out.squeeze(1));
}

}  // namespace

int sp_policy_scores(void* const* weights, const int64_t* dilations, int blocks, const int64_t* ids, const float* features, int64_t windows,
                     int64_t length, float* scores, char** err) {
  return sp_guard(err, -1, [&] {
    c10::InferenceMode guard;
    const Policy p = view(weights, dilations, blocks);
    const int64_t dynamic = p.in_weight.size(0) - p.embed.size(1) - p.statics.size(1);
    auto all_ids = at::from_blob(const_cast<int64_t*>(ids), {windows, length}, at::kLong);
    auto all_features = at::from_blob(const_cast<float*>(features), {windows, length, dynamic}, at::kFloat);
    auto all_scores = at::from_blob(scores, {windows, length}, at::kFloat);
    at::parallel_for(0, windows, 1, [&](int64_t begin, int64_t end) {
      c10::InferenceMode inner;
      for (int64_t w = begin; w < end; w++) score(p, all_ids[w], all_features[w], all_scores[w]);
    });
    return 0;
  });
}
