//go:build !cgo

package torch

import "unsafe"

// Do and NoGrad return ErrNoLibtorch before anything here is reached; the functions let the rest compile.

func available() error { return ErrNoLibtorch }

func cResolve(string, string) (unsafe.Pointer, error)                      { return nil, ErrNoLibtorch }
func cCall(unsafe.Pointer, *callBuffer) (int, error)                       { return 0, ErrNoLibtorch }
func cFreeMemory(Device) (int64, error)                                    { return 0, ErrNoLibtorch }
func cCopyOut(unsafe.Pointer, unsafe.Pointer, int64) error                 { return ErrNoLibtorch }
func cShape(unsafe.Pointer) (shape []int64, k Kind, d Device, bytes int64) { return }
func cFree([]unsafe.Pointer)                                               {}
func cLiveBytes() int64                                                    { return 0 }
func cSetGrad(bool) bool                                                   { return false }
func cBackward(unsafe.Pointer) error                                       { return ErrNoLibtorch }
func cGrad(unsafe.Pointer) unsafe.Pointer                                  { return nil }
func cClearGrad(unsafe.Pointer)                                            {}
func cRequiresGrad(unsafe.Pointer, bool) error                             { return ErrNoLibtorch }
func cHoard()                                                              {}
func cSetThreads(int)                                                      {}
func cThreads() int                                                        { return 0 }
func cSeed(uint64)                                                         {}
func cVersion() string                                                     { return "" }
func cDevices() int                                                        { return 0 }
func cCompleteMeta()                                                       {}
func cLoadCUDA() error                                                     { return ErrNoLibtorch }
func cRNGState() (unsafe.Pointer, error)                                   { return nil, ErrNoLibtorch }
func cSetRNGState(unsafe.Pointer) error                                    { return ErrNoLibtorch }
func cCacheNew(int) unsafe.Pointer                                         { return nil }
func cCacheFree(unsafe.Pointer)                                            {}
func cCacheLength(unsafe.Pointer) int                                      { return 0 }
func cHeadLosses(_, _, _ unsafe.Pointer) (unsafe.Pointer, error)           { return nil, ErrNoLibtorch }
func cPolicyNew([]unsafe.Pointer, []int64) (unsafe.Pointer, error)         { return nil, ErrNoLibtorch }
func cPolicyFree(unsafe.Pointer)                                           {}
func cPolicyScores(unsafe.Pointer, []int32, []float32, int, []float32) error {
	return ErrNoLibtorch
}
func cFromData(Kind, []int64, unsafe.Pointer, Device) (unsafe.Pointer, error) {
	return nil, ErrNoLibtorch
}
func cTransformerHidden(TransformerShape, []unsafe.Pointer, unsafe.Pointer, unsafe.Pointer, unsafe.Pointer) (unsafe.Pointer, error) {
	return nil, ErrNoLibtorch
}
func cTransformerForest(TransformerShape, []unsafe.Pointer, unsafe.Pointer, unsafe.Pointer, unsafe.Pointer) (unsafe.Pointer, error) {
	return nil, ErrNoLibtorch
}
