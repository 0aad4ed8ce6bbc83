// Package safetensors reads and writes the safetensors format: eight bytes of header length, a JSON header, and the
// tensors' bytes, little-endian and contiguous (https://github.com/huggingface/safetensors, format of 0.4).
//
// A file is memory-mapped; its header is checked before anything is believed: its length, that every tensor lies
// inside the file, that spans neither overlap nor leave holes, and that shape and type agree with them. A write goes to
// a temporary name and is renamed when it is whole, so no reader meets half a file. The package is pure Go; torch turns
// the bytes into tensors.
package safetensors
