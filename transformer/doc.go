// Package transformer runs GPT-2 and Llama models on libtorch: as one fused call a forward at inference, with a
// key-value cache and left padding or over sequences that share their beginnings, and as an autograd graph for training.
// All are the same formulas and are tested against each other and against the reference implementation's values
// (testdata/make_fixtures.py).
//
// A Model owns its weights and is closed once; its methods may be called from many goroutines, each with a scope of its
// own. Weights come from Hugging Face folders (safetensors, sharded or not, or pytorch_model.bin) and GGUF files.
package transformer
