// What the shim's C++ files share.
#pragma once
#include <ATen/core/Tensor.h>

#include <exception>

#include "shim.h"

// The one line of an exception, without libtorch's stack, made by malloc.
char* sp_message(const std::exception& e);

// Runs body; an exception becomes a message in *err and the result `otherwise`. No exception crosses into Go.
template <typename T, typename Body>
T sp_guard(char** err, T otherwise, Body body) {
  try {
    return body();
  } catch (const std::exception& e) {
    *err = sp_message(e);
  }
  return otherwise;
}

// The same elements in the host's memory: the tensor itself where they are there. Those of Meta, which has none, are 0.
at::Tensor sp_on_cpu(const at::Tensor& t);

// Hands a tensor out, counted until sp_free.
void* sp_own(at::Tensor t);
