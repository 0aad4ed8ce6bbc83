//go:build cgo

package torch

// #cgo CXXFLAGS: -std=c++17 -O3
// #cgo LDFLAGS: -lc10 -ltorch_cpu -lstdc++ -ldl
// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"errors"
	"unsafe"
)

// available says why libtorch cannot be used; nil when it can.
func available() error { return nil }

// failure takes the message that the shim left, frees it, and makes an error of it; nil stays nil.
func failure(message *C.char) error {
	if message == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(message))
	return errors.New(C.GoString(message))
}

func cResolve(name, overload string) (unsafe.Pointer, error) {
	cname, coverload := C.CString(name), C.CString(overload)
	defer C.free(unsafe.Pointer(cname))
	defer C.free(unsafe.Pointer(coverload))
	var message *C.char
	op := C.sp_resolve(cname, coverload, &message)
	return op, failure(message)
}

func cCall(op unsafe.Pointer, c *callBuffer) (int, error) {
	var message *C.char
	n := C.sp_call(op, (*C.sp_arg)(unsafe.Pointer(unsafe.SliceData(c.args))), C.int(len(c.args)),
		(*C.int64_t)(unsafe.SliceData(c.ints)), unsafe.SliceData(c.tensors),
		(*C.char)(unsafe.Pointer(unsafe.SliceData(c.text))), &c.out[0], C.int(len(c.out)), &message)
	return int(n), failure(message)
}

func cFromData(kind Kind, shape []int64, data unsafe.Pointer, device Device) (unsafe.Pointer, error) {
	var message *C.char
	t := C.sp_from_data(C.int(kind), (*C.int64_t)(unsafe.SliceData(shape)), C.int(len(shape)), data, C.int(device), &message)
	return t, failure(message)
}

func cCopyOut(t, to unsafe.Pointer, bytes int64) error {
	var message *C.char
	C.sp_copy_out(t, to, C.int64_t(bytes), &message)
	return failure(message)
}

func cShape(t unsafe.Pointer) (shape []int64, kind Kind, device Device, bytes int64) {
	var dims [8]C.int64_t
	var ckind, cdevice C.int
	var cbytes C.int64_t
	n := C.sp_shape(t, &dims[0], C.int(len(dims)), &ckind, &cdevice, &cbytes)
	shape = make([]int64, n)
	for i := range shape {
		shape[i] = int64(dims[i])
	}
	return shape, Kind(ckind), Device(cdevice), int64(cbytes)
}

func cFree(tensors []unsafe.Pointer) {
	if len(tensors) > 0 {
		C.sp_free(&tensors[0], C.int(len(tensors)))
	}
}

func cLiveBytes() int64 { return int64(C.sp_live_bytes()) }

func cSetGrad(on bool) bool { return C.sp_set_grad(cBool(on)) != 0 }

func cBackward(loss unsafe.Pointer) error {
	var message *C.char
	C.sp_backward(loss, &message)
	return failure(message)
}

func cGrad(t unsafe.Pointer) unsafe.Pointer { return C.sp_grad(t) }

func cClearGrad(t unsafe.Pointer) { C.sp_clear_grad(t) }

func cRequiresGrad(t unsafe.Pointer, on bool) error {
	var message *C.char
	C.sp_requires_grad(t, cBool(on), &message)
	return failure(message)
}

func cHoard()           { C.sp_hoard() }
func cSetThreads(n int) { C.sp_set_threads(C.int(n)) }
func cThreads() int     { return int(C.sp_threads()) }
func cSeed(seed uint64) { C.sp_seed(C.uint64_t(seed)) }
func cVersion() string  { return C.GoString(C.sp_version()) }
func cDevices() int     { return int(C.sp_cuda_devices()) }
func cCompleteMeta()    { C.sp_complete_meta() }

func cLoadCUDA() error { return failure(C.sp_load_cuda()) }

func cFreeMemory(device Device) (int64, error) {
	var message *C.char
	bytes := C.sp_free_memory(C.int(device), &message)
	return int64(bytes), failure(message)
}

func cRNGState() (unsafe.Pointer, error) {
	var message *C.char
	state := C.sp_rng_state(&message)
	return state, failure(message)
}

func cSetRNGState(state unsafe.Pointer) error {
	var message *C.char
	C.sp_set_rng_state(state, &message)
	return failure(message)
}

func cPolicyNew(weights []unsafe.Pointer, dilations []int64) (unsafe.Pointer, error) {
	var message *C.char
	policy := C.sp_policy_new(unsafe.SliceData(weights), (*C.int64_t)(unsafe.SliceData(dilations)), C.int(len(dilations)), &message)
	return policy, failure(message)
}

func cPolicyFree(policy unsafe.Pointer) { C.sp_policy_free(policy) }

func cPolicyScores(policy unsafe.Pointer, ids []int32, features []float32, dynamic int, scores []float32) error {
	return failure(C.sp_policy_scores(policy, (*C.int32_t)(unsafe.SliceData(ids)), (*C.float)(unsafe.SliceData(features)),
		C.int64_t(len(ids)), C.int64_t(dynamic), (*C.float)(unsafe.SliceData(scores))))
}

func cCacheNew(layers int) unsafe.Pointer   { return C.sp_cache_new(C.int64_t(layers)) }
func cCacheFree(cache unsafe.Pointer)       { C.sp_cache_free(cache) }
func cCacheLength(cache unsafe.Pointer) int { return int(C.sp_cache_length(cache)) }

func cTransformerHidden(shape TransformerShape, weights []unsafe.Pointer, ids, pads, cache unsafe.Pointer) (unsafe.Pointer, error) {
	c := cTransformerShape(shape)
	var message *C.char
	hidden := C.sp_transformer_hidden(&c, &weights[0], C.int(len(weights)), ids, pads, cache, &message)
	return hidden, failure(message)
}

func cTransformerForest(shape TransformerShape, weights []unsafe.Pointer, ids, parents, picked unsafe.Pointer) (unsafe.Pointer, error) {
	c := cTransformerShape(shape)
	var message *C.char
	hidden := C.sp_transformer_forest(&c, &weights[0], C.int(len(weights)), ids, parents, picked, &message)
	return hidden, failure(message)
}

func cTransformerShape(shape TransformerShape) C.sp_transformer_shape {
	return C.sp_transformer_shape{
		layers: C.int64_t(shape.Layers), heads: C.int64_t(shape.Heads), kv_heads: C.int64_t(shape.KVHeads),
		head_dim: C.int64_t(shape.HeadDim), gpt2: C.int64_t(cBool(shape.GPT2)),
		eps: C.double(shape.Epsilon), rope_theta: C.double(shape.RopeTheta),
	}
}

func cHeadLosses(hidden, head, targets unsafe.Pointer) (unsafe.Pointer, error) {
	var message *C.char
	losses := C.sp_head_losses(hidden, head, targets, &message)
	return losses, failure(message)
}

func cBool(on bool) C.int {
	if on {
		return 1
	}
	return 0
}
