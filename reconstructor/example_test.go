package reconstructor

import (
	"context"
	"fmt"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// A toy learns one sentence by heart, and then knows what was left out of it.
func ExampleReconstructor_Expand() {
	torch.Seed(3)
	r, err := New(Shape{Tokenizer: "gpt2", Layers: 1, Width: 32, Heads: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	if _, err := teach(r, 60); err != nil {
		fmt.Println(err)
		return
	}
	kept := token.Read(r.Tokenizer(), []byte("The harbour of old town opened ships spring, mayor gave about weather."))
	pieces, err := r.Expand(context.Background(), kept, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range pieces {
		if p.Inserted {
			fmt.Printf("[%s]", p.Bytes)
		} else {
			fmt.Printf("%s", p.Bytes)
		}
	}
	fmt.Println()
	// Output:
	// The harbour of[ the] old town opened[ to] ships[ in] spring,[ and][ the] mayor gave[ a][ speech] about[ the] weather.
}
