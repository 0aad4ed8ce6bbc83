package remote_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/project-sputnik/sputnik/eval/remote"
)

func ExampleClient_Answer() {
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"choices":[{"message":{"content":"4"}}],"usage":{"prompt_tokens":9,"completion_tokens":1}}`)
	}))
	defer model.Close()

	client, err := remote.New(remote.Settings{BaseURL: model.URL + "/v1", Model: "tiny", Budget: 1000})
	if err != nil {
		panic(err)
	}
	defer client.Close()
	answers, err := client.Answer(context.Background(), []string{"What is 2 + 2?", "What is 2 + 2?"}, 8)
	if err != nil {
		panic(err)
	}
	tokens, cached := client.Spent()
	fmt.Println(answers, tokens, cached)
	// Output: [4 4] 10 0
}
