//go:build cgo

// Operators on Meta, the device of shapes alone, that libtorch has in Python only.

#include <ATen/ATen.h>
#include <torch/library.h>

#include "shim_internal.h"

namespace {

at::Tensor on_cpu(const at::Tensor& t) {
  TORCH_CHECK(!t.defined() || t.is_meta(), "expected all tensors on meta, got one on ", t.device());
  return t.defined() ? sp_on_cpu(t) : t;
}

// What an operator says of zeros on the CPU, as far as it is a shape.
void by_zeros(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const auto& schema = op.schema();
  at::Tensor out;
  if (schema.arguments().back().is_out()) out = stack->back().toTensor();
  for (auto value = stack->end() - schema.arguments().size(); value != stack->end(); ++value) {
    if (value->isTensor()) *value = on_cpu(value->toTensor());
    if (!value->isTensorList()) continue;
    c10::List<at::Tensor> each;
    for (const at::Tensor& t : value->toTensorVector()) each.push_back(on_cpu(t));
    *value = each;
  }
  op.callBoxed(*stack);
  for (auto value = stack->end() - schema.returns().size(); value != stack->end(); ++value) {
    if (!value->isTensor() || !value->toTensor().defined()) continue;
    *value = out.defined() ? out.resize_(value->toTensor().sizes()) : value->toTensor().to(at::kMeta);
  }
}

}  // namespace

void sp_complete_meta(void) {
  static torch::Library library(torch::Library::IMPL, "aten", c10::DispatchKey::Meta, __FILE__, __LINE__);
  for (auto name : {"index_select", "embedding_dense_backward", "native_layer_norm", "native_layer_norm_backward",
                    "log_sigmoid_forward", "log_sigmoid_backward", "where.self", "where.self_out", "abs.out", "_fused_adamw_"})
    library.impl(name, torch::CppFunction::makeFromBoxedFunction<&by_zeros>());
}
