package gguf_test

import (
	"fmt"

	"github.com/project-sputnik/sputnik/transformer/gguf"
)

func Example() {
	f, err := gguf.Open("testdata/llama.gguf")
	if err != nil {
		panic(err)
	}
	defer f.Close()
	values, shape, err := f.Float32s("token_embd.weight")
	if err != nil {
		panic(err)
	}
	m, err := f.HuggingFace()
	if err != nil {
		panic(err)
	}
	fmt.Println(len(values), shape, m.Config["model_type"], m.Names[len(m.Names)-1])
	// Output: 4848 [101 48] llama model.norm.weight
}
