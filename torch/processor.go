package torch

import "golang.org/x/sys/cpu"

// Fast is the kind of number in which a large model runs fastest on the device in use: bfloat16, unless that is a processor
// which has no instruction to multiply them and for which float32 is ten times as fast.
func Fast() Kind {
	if InUse() != CPU || cpu.X86.HasAVX512BF16 || cpu.X86.HasAMXBF16 {
		return BFloat16
	}
	return Float32
}
