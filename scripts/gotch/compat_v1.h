// Three overloads that let gotch v0.9.1, written for libtorch 2.1, compile against 2.11 to 2.13 as it is.
// Force-included by CGO_CXXFLAGS (scripts/setup.py). Go's build cache does not see edits of this file: rename it.
#pragma once
#include <ATen/ATen.h>

namespace at {

inline Tensor _cslt_sparse_mm(const Tensor& compressed, const Tensor& dense, const Tensor& bias, bool transpose) {
  return _cslt_sparse_mm(compressed, dense, bias, std::nullopt, std::nullopt, transpose);
}

inline std::tuple<Tensor, Tensor> _scaled_mm(const Tensor& self, const Tensor& mat2, const Tensor& bias,
                                             std::optional<ScalarType> dtype, const Tensor& scale_a,
                                             const Tensor& scale_b, const Tensor& scale_result) {
  return {_scaled_mm(self, mat2, scale_a, scale_b, bias, scale_result, dtype), Tensor()};
}

inline std::tuple<Tensor, Tensor> _scaled_mm_out(Tensor& out, Tensor& amax, const Tensor& self, const Tensor& mat2,
                                                 const Tensor& bias, std::optional<ScalarType> dtype,
                                                 const Tensor& scale_a, const Tensor& scale_b,
                                                 const Tensor& scale_result) {
  return {_scaled_mm_out(out, self, mat2, scale_a, scale_b, bias, scale_result, dtype), amax};
}

}  // namespace at
