package agent

import "golang.org/x/sys/cpu"

var hasTile = cpu.X86.HasAVX2 && cpu.X86.HasFMA

//go:noescape
func tile4x16(depth int, a *float32, aStride int, b *float32, c *float32, cStride int)
