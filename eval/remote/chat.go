package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxReply is how many bytes of a reply are read: far more than any answer has, and little enough for memory.
const maxReply = 4 << 20

type chatRequest struct {
	Model       string    `json:"model"`
	Messages    []message `json:"messages"`
	Temperature float64   `json:"temperature"`
	MaxTokens   int       `json:"max_tokens"` // the name that every endpoint knows
	Stream      bool      `json:"stream"`
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type chatReply struct {
	Choices []struct {
		Message struct {
			Content *string `json:"content"` // null when the model said nothing
		} `json:"message"`
		Finish string `json:"finish_reason"`
	} `json:"choices"`
	Usage json.RawMessage `json:"usage"` // read apart: odd counts should not cost the answer
}

// send puts one prompt to the endpoint, once. The cost is what is known or likely to have been charged, answer or not.
func (c *Client) send(ctx context.Context, prompt string, limit int) (answer string, cost int, err error) {
	timed, cancel := context.WithTimeout(ctx, c.settings.Timeout)
	defer cancel()
	reply, err := c.post(timed, prompt, limit)
	if err != nil {
		return "", unlessNeverSent(err, estimate(prompt)), c.broken(ctx, err)
	}
	defer reply.Body.Close()
	if reply.StatusCode < 200 || reply.StatusCode > 299 {
		return "", 0, c.refused(ctx, reply)
	}
	body, err := bounded(reply.Body, maxReply)
	if err != nil {
		return "", estimate(prompt), c.broken(ctx, err)
	}
	answer, tokens, err := read(body)
	if tokens == 0 {
		tokens = estimate(prompt) + estimate(answer)
	}
	if err != nil {
		err = &failure{text: c.printable(err.Error()), again: true}
	}
	return answer, tokens, err
}

func (c *Client) post(ctx context.Context, prompt string, limit int) (*http.Response, error) {
	body, err := json.Marshal(chatRequest{
		Model: c.settings.Model, Messages: []message{{"user", prompt}}, MaxTokens: limit,
	})
	if err != nil {
		return nil, err
	}
	address := c.base.JoinPath("chat/completions").String()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	if c.settings.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.settings.Key)
	}
	return c.http.Do(req)
}

// read takes the answer and the number of tokens (0: it does not say) out of a reply. The reply's content type is not
// asked: right answers come as text/plain, and pages of proxies as application/json.
func read(body []byte) (answer string, tokens int, err error) {
	var r chatReply
	if err := json.Unmarshal(body, &r); err != nil {
		return "", 0, fmt.Errorf("the reply is not a chat completion: %w", err)
	}
	tokens = r.tokens()
	if len(r.Choices) == 0 {
		return "", tokens, fmt.Errorf("the reply holds no choices: %s", body)
	}
	choice := r.Choices[0]
	switch {
	case choice.Finish == "error":
		return "", tokens, fmt.Errorf("the endpoint broke off: %s", body)
	case choice.Message.Content != nil:
		return *choice.Message.Content, tokens, nil
	case choice.Finish != "": // it thought, or declined, until it stopped
		return "", tokens, nil
	}
	return "", tokens, errors.New("the reply holds no content")
}

// tokens is what the reply says it cost, 0 when it does not say or says what cannot be.
func (r *chatReply) tokens() int {
	var u struct {
		Prompt     int `json:"prompt_tokens"`
		Completion int `json:"completion_tokens"`
		Total      int `json:"total_tokens"`
	}
	const most = 1 << 40 // far more than any reply costs, and far from overflow
	if json.Unmarshal(r.Usage, &u) != nil || min(u.Prompt, u.Completion, u.Total) < 0 || max(u.Prompt, u.Completion, u.Total) > most {
		return 0
	}
	if u.Prompt+u.Completion > 0 {
		return u.Prompt + u.Completion
	}
	return u.Total
}

// bounded reads all of a body that is no longer than limit.
func bounded(body io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("the reply is longer than %d bytes", limit)
	}
	return data, err
}
