//go:build cgo

#include "shim.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/version.h>

#include <atomic>
#include <cstring>
#include <mutex>

#include "shim_internal.h"

namespace {

at::Tensor& deref(void* t) { return *static_cast<at::Tensor*>(t); }

std::atomic<int64_t> live_bytes{0};
int64_t bytes_of(const at::Tensor& t) { return t.defined() ? t.nbytes() : 0; }

c10::Device device_of(int64_t number) {
  if (number == SP_META) return c10::kMeta;
  return number < 0 ? c10::Device(c10::kCPU) : c10::Device(c10::kCUDA, number);
}

// The element type that a schema asks for, looked at through Optional.
c10::TypePtr bare(c10::TypePtr type) {
  if (auto optional = type->cast<c10::OptionalType>()) return optional->getElementType();
  return type;
}

struct Pools {
  const int64_t* ints;
  void* const* tensors;
  const char* text;
};

c10::IValue tensor_list(const sp_arg& arg, const Pools& pools, const c10::TypePtr& type) {
  auto list = type->cast<c10::ListType>();
  TORCH_CHECK(list, "got a list of tensors, want ", type->str());
  if (list->getElementType()->kind() == c10::TypeKind::OptionalType) {
    c10::List<std::optional<at::Tensor>> each;
    for (int i = 0; i < arg.count; i++) each.push_back(deref(pools.tensors[arg.value + i]));
    return each;
  }
  c10::List<at::Tensor> each;
  for (int i = 0; i < arg.count; i++) each.push_back(deref(pools.tensors[arg.value + i]));
  return each;
}

c10::IValue to_ivalue(const sp_arg& arg, const Pools& pools, const c10::Argument& want) {
  const auto type = bare(want.type());
  switch (arg.kind) {
    case SP_DEFAULT:
      TORCH_CHECK(want.default_value().has_value(), "argument ", want.name(), " is missing");
      return *want.default_value();
    case SP_NONE: return c10::IValue();
    case SP_TENSOR: return deref(pools.tensors[arg.value]);
    case SP_INT:
      if (type->kind() == c10::TypeKind::FloatType) return static_cast<double>(arg.value);
      return arg.value;
    case SP_DOUBLE: return arg.real;
    case SP_BOOL: return arg.value != 0;
    case SP_INTS: return std::vector<int64_t>(pools.ints + arg.value, pools.ints + arg.value + arg.count);
    case SP_TENSORS: return tensor_list(arg, pools, type);
    case SP_STRING: return std::string(pools.text + arg.value, arg.count);
    case SP_DEVICE: return device_of(arg.value);
  }
  TORCH_CHECK(false, "argument of unknown kind ", arg.kind);
}

int put(const c10::IValue& value, void** out, int room, int n) {
  if (value.isTensor()) {
    TORCH_CHECK(n < room, "more than ", room, " results");
    out[n++] = sp_own(value.toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor& each : value.toTensorVector()) n = put(each, out, room, n);
  }
  return n;
}

}  // namespace

void* sp_own(at::Tensor t) {
  live_bytes += bytes_of(t);
  return new at::Tensor(std::move(t));
}

int64_t sp_live_bytes(void) { return live_bytes; }

char* sp_message(const std::exception& e) {
  auto* error = dynamic_cast<const c10::Error*>(&e);
  return strdup(error ? error->what_without_backtrace() : e.what());
}

void* sp_resolve(const char* name, const char* overload, char** err) {
  return sp_guard(err, (void*)nullptr, [&]() -> void* {
    return new c10::OperatorHandle(c10::Dispatcher::singleton().findSchemaOrThrow(name, overload));
  });
}

int sp_call(void* op, const sp_arg* args, int count, const int64_t* ints, void* const* tensors, const char* text,
            void** out, int room, char** err) {
  return sp_guard(err, -1, [&] {
    auto& handle = *static_cast<c10::OperatorHandle*>(op);
    const auto& wants = handle.schema().arguments();
    TORCH_CHECK(count <= (int)wants.size(), count, " arguments, the schema takes ", wants.size());
    std::vector<c10::IValue> stack;
    stack.reserve(wants.size());
    const Pools pools{ints, tensors, text};
    const sp_arg missing{SP_DEFAULT, 0, 0, 0};
    for (size_t i = 0; i < wants.size(); i++) {
      stack.push_back(to_ivalue((int)i < count ? args[i] : missing, pools, wants[i]));
    }
    handle.callBoxed(stack);
    int n = 0;
    for (const auto& value : stack) n = put(value, out, room, n);
    return n;
  });
}

at::Tensor sp_on_cpu(const at::Tensor& t) { return t.is_meta() ? at::zeros(t.sizes(), t.scalar_type()) : t.to(at::kCPU); }

void* sp_from_data(int kind, const int64_t* shape, int dims, const void* data, int device, char** err) {
  return sp_guard(err, (void*)nullptr, [&] {
    auto t = at::empty(at::IntArrayRef(shape, dims), at::TensorOptions().dtype(static_cast<at::ScalarType>(kind)));
    if (t.nbytes() > 0) std::memcpy(t.data_ptr(), data, t.nbytes());
    return sp_own(device == SP_CPU ? std::move(t) : t.to(device_of(device)));
  });
}

int sp_copy_out(void* t, void* to, int64_t bytes, char** err) {
  return sp_guard(err, -1, [&] {
    auto flat = sp_on_cpu(deref(t).detach()).contiguous();
    TORCH_CHECK((int64_t)flat.nbytes() == bytes, flat.nbytes(), " bytes, room for ", bytes);
    if (bytes > 0) std::memcpy(to, flat.data_ptr(), bytes);
    return 0;
  });
}

int sp_shape(void* t, int64_t* shape, int room, int* kind, int* device, int64_t* bytes) {
  const auto& tensor = deref(t);
  *kind = static_cast<int>(tensor.scalar_type());
  *device = tensor.is_cuda() ? tensor.get_device() : tensor.is_meta() ? SP_META : SP_CPU;
  *bytes = tensor.nbytes();
  const int dims = tensor.dim();
  for (int i = 0; i < dims && i < room; i++) shape[i] = tensor.size(i);
  return dims;
}

void sp_free(void** tensors, int count) {
  for (int i = 0; i < count; i++) {
    live_bytes -= bytes_of(deref(tensors[i]));
    delete static_cast<at::Tensor*>(tensors[i]);
  }
}

int sp_set_grad(int on) {
  const bool was = at::GradMode::is_enabled();
  at::GradMode::set_enabled(on != 0);
  return was;
}

int sp_backward(void* loss, char** err) {
  return sp_guard(err, -1, [&] {
    deref(loss).backward();
    return 0;
  });
}

void* sp_grad(void* t) {
  const auto& grad = deref(t).grad();
  return grad.defined() ? sp_own(grad) : nullptr;
}

void sp_clear_grad(void* t) { deref(t).mutable_grad() = at::Tensor(); }

void sp_requires_grad(void* t, int on, char** err) {
  sp_guard(err, 0, [&] {
    deref(t).requires_grad_(on != 0);
    return 0;
  });
}

// glibc gives large blocks back to the kernel at every free, and page faults then take a third of a training step's
// time. Only the main arena can keep them, so it must be the only one before any thread asks for memory.
__attribute__((constructor)) static void one_arena() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
#endif
}

void sp_hoard(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 2000000000);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

void sp_set_threads(int n) { at::set_num_threads(n); }
int sp_threads(void) { return at::get_num_threads(); }

void sp_seed(uint64_t seed) { at::manual_seed(seed); }

void* sp_rng_state(char** err) {
  return sp_guard(err, (void*)nullptr, [&] {
    auto generator = at::globalContext().defaultGenerator(at::kCPU);
    std::lock_guard<std::mutex> lock(generator.mutex());
    return sp_own(generator.get_state());
  });
}

void sp_set_rng_state(void* state, char** err) {
  sp_guard(err, 0, [&] {
    auto generator = at::globalContext().defaultGenerator(at::kCPU);
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(deref(state));
    return 0;
  });
}

const char* sp_version(void) { return TORCH_VERSION; }

char* sp_load_cuda(void) {
  if (!dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL)) return strdup(dlerror());
  if (sp_cuda_devices() == 0) return strdup("libtorch_cuda is loaded and sees no device");
  return nullptr;
}

int sp_cuda_devices(void) { return at::hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0; }

int64_t sp_free_memory(int device, char** err) {
  return sp_guard(err, int64_t(0), [&]() -> int64_t {
    auto* allocator = c10::getDeviceAllocator(c10::kCUDA);
    const auto stats = allocator->getDeviceStats(device);
    const auto& reserved = stats.reserved_bytes[0];  // of all pools together
    return int64_t(allocator->getMemoryInfo(device).first) + reserved.current - stats.allocated_bytes[0].current;
  });
}
