package torch

import "golang.org/x/sys/cpu"

// Fast is the kind of number in which a large model runs fastest on this processor: bfloat16 where it multiplies them in
// one instruction, else float32, which is then ten times as fast.
func Fast() Kind {
	if cpu.X86.HasAVX512BF16 || cpu.X86.HasAMXBF16 {
		return BFloat16
	}
	return Float32
}
