// The C face of libtorch that package torch needs. Every call that can fail returns a message made by malloc in *err.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SP_DEFAULT, SP_NONE, SP_TENSOR, SP_INT, SP_DOUBLE, SP_BOOL, SP_INTS, SP_TENSORS, SP_STRING, SP_DEVICE };

// One argument of an operator; lists and tensors are spans of the pools that go with the call.
typedef struct {
  int32_t kind;
  int32_t count;
  int64_t value; // integer, bool, or where the span begins
  double real;
} sp_arg;

// Operators, by schema name.
void* sp_resolve(const char* name, const char* overload, char** err);
int sp_call(void* op, const sp_arg* args, int count, const int64_t* ints, void* const* tensors, const char* text,
            void** out, int room, char** err);

// Tensors: a void* is an at::Tensor*, owned by whoever got it.
// A device is the number of a CUDA device, or below 0 one of these.
enum { SP_CPU = -1, SP_META = -2 };
void* sp_from_data(int kind, const int64_t* shape, int dims, const void* data, int device, char** err);
int sp_copy_out(void* t, void* to, int64_t bytes, char** err);
int sp_shape(void* t, int64_t* shape, int room, int* kind, int* device, int64_t* bytes);
void sp_free(void** tensors, int count);
int64_t sp_live_bytes(void); // of all tensors that are owned; a view counts like any other

void sp_complete_meta(void); // once, before the first tensor on Meta (meta.cc)

// Autograd.
int sp_set_grad(int on); // returns what it was
int sp_backward(void* loss, char** err);
void* sp_grad(void* t); // null when there is none
void sp_clear_grad(void* t);
void sp_requires_grad(void* t, int on, char** err);

// The process.
void sp_hoard(void);
void sp_set_threads(int n);
int sp_threads(void);
void sp_seed(uint64_t seed);
void* sp_rng_state(char** err);
void sp_set_rng_state(void* state, char** err);
const char* sp_version(void);
char* sp_load_cuda(void); // null when CUDA is there, else why not
int sp_cuda_devices(void);
int64_t sp_free_memory(int device, char** err); // of a CUDA device

// Fused inference: policy.cc and transformer.cc.
void* sp_policy_new(void* const* weights, const int64_t* dilations, int blocks, char** err);
void sp_policy_free(void* policy);
// Returns what went wrong, or NULL: Go allocates for every pointer to a pointer that it hands over.
char* sp_policy_scores(void* policy, const int32_t* ids, const float* features, int64_t rows, int64_t dynamic, float* scores);

typedef struct {
  int64_t layers, heads, kv_heads, head_dim, gpt2;
  double eps, rope_theta;
} sp_transformer_shape;
void* sp_cache_new(int64_t layers);
void sp_cache_free(void* cache);
int64_t sp_cache_length(void* cache);
void* sp_transformer_hidden(const sp_transformer_shape* shape, void* const* weights, int count, void* ids,
                                void* pads, void* cache, char** err);
void* sp_transformer_forest(const sp_transformer_shape* shape, void* const* weights, int count, void* ids,
                                void* parents, void* picked, char** err);
void* sp_head_losses(void* hidden, void* head, void* targets, char** err);

#ifdef __cplusplus
}
#endif
