// Package gguf reads GGUF model files (versions 2 and 3): metadata, tensors, tokenizer, chat template.
//
// A file is mapped, not read: [Open] checks the header against the size of the file, so that a file cut short or
// made to harm gives one clear error and never a panic or a large allocation; weights are touched when asked for.
// [File.Float32s] dequantises F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K and Q6_K.
//
// [File.HuggingFace] shows GPT-2 and Llama files as the Hugging Face folder they came from: config.json, names and
// layout of the weights. Slices of a [File] are valid until Close.
//
//	f, err := gguf.Open("model.gguf")
//	defer f.Close()
//	values, shape, err := f.Float32s("token_embd.weight")
package gguf
