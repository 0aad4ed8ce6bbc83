package hub_test

import (
	"fmt"

	"github.com/project-sputnik/sputnik/transformer/hub"
)

func ExampleDescribe() {
	d, err := hub.Describe("../gguf/testdata/llama.gguf")
	if err != nil {
		panic(err)
	}
	fmt.Println(d.Architecture, d.Parameters, d.TypeNames(), d.Context)
	// Output: llama 63024 [F32] 128
}
