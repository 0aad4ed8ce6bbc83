package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

const (
	maxRefusal = 64 << 10 // bytes that are read of a reply that says why there is no answer
	maxText    = 300      // bytes of what the endpoint says that an error repeats
)

// A failure is a try that gave no answer. Its text is fit to print: one line, bounded, without the key.
type failure struct {
	text  string
	again bool          // it may go well the next time
	after time.Duration // the endpoint asks to be left alone for so long
}

func (f *failure) Error() string { return f.text }

// broken is a request that ended without a whole reply. The caller's own end of it is no failure of the endpoint's.
func (c *Client) broken(caller context.Context, err error) error {
	if caller.Err() != nil {
		return caller.Err()
	}
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err // without the address, which says no more than the host does
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &failure{text: fmt.Sprintf("no whole reply within %v", c.settings.Timeout), again: true}
	}
	return &failure{text: c.printable(err.Error()), again: true}
}

// unlessNeverSent is the cost of a request that broke: an endpoint that took the prompt may charge for it.
func unlessNeverSent(err error, cost int) int {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return 0
	}
	return cost
}

// mayPass tells a status that another try may not meet.
func mayPass(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500
}

// refused is a reply that is an error.
func (c *Client) refused(caller context.Context, reply *http.Response) error {
	body, err := bounded(reply.Body, maxRefusal) // what came of it will do
	if err != nil && caller.Err() != nil {
		return caller.Err()
	}
	text := fmt.Sprintf("the endpoint says %d %s", reply.StatusCode, http.StatusText(reply.StatusCode))
	if said := c.printable(complaint(body)); said != "" {
		text += ": " + said
	}
	return &failure{text, mayPass(reply.StatusCode), retryAfter(reply.Header.Get("Retry-After"), c.now())}
}

// complaint finds the message in what endpoints send: {"error": {"message": M}}, {"error": M}, {"message": M}, or M.
func complaint(body []byte) string {
	var outer struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
	}
	var inner struct {
		Message string `json:"message"`
	}
	var plain string
	switch {
	case json.Unmarshal(body, &outer) != nil:
	case json.Unmarshal(outer.Error, &inner) == nil && inner.Message != "":
		return inner.Message
	case json.Unmarshal(outer.Error, &plain) == nil && plain != "":
		return plain
	case outer.Message != "":
		return outer.Message
	}
	return string(body)
}

// printable makes one bounded line of what others wrote, without the key: some endpoints repeat it.
func (c *Client) printable(text string) string {
	if c.settings.Key != "" {
		text = strings.ReplaceAll(text, c.settings.Key, "[key]")
	}
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + " ..."
	}
	return text
}
