package remote

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"
)

func TestAnEndlessReplyIsReadUpToABound(t *testing.T) {
	var sent atomic.Int64
	e := serve(t, func(w http.ResponseWriter, r *http.Request) { isEndless(counting{w, &sent}, r) })
	c, _ := connect(t, e, Settings{Retries: -1})
	_, err := c.Answer(t.Context(), []string{"a"}, 5)
	if err == nil || !strings.HasSuffix(err.Error(), "the reply is longer than 4194304 bytes") {
		t.Error(err)
	}
	e.Close()                                        // waits for the handler
	if most := int64(64 << 20); sent.Load() > most { // what was read, and what the buffers of two sockets hold
		t.Errorf("%d bytes were taken", sent.Load())
	}
}

type counting struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (c counting) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.n.Add(int64(n))
	return n, err
}

func TestAnEndlessRefusalIsOneShortLine(t *testing.T) {
	e := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadRequest); isEndless(w, r) })
	c, _ := connect(t, e, Settings{})
	_, err := c.Answer(t.Context(), []string{"a"}, 5)
	if err == nil || !strings.Contains(err.Error(), "400 Bad Request") || len(err.Error()) > maxText+150 {
		t.Error(err)
	}
}

func TestAReplyIsJudgedByItsBody(t *testing.T) {
	for name, c := range map[string]struct{ kind, body, want string }{
		"text/plain":        {"text/plain", completion("right", "{}"), "right"},
		"no type":           {"", completion("right", "{}"), "right"},
		"an empty answer":   {"application/json", completion("", "{}"), ""},
		"null, and a stop":  {"application/json", `{"choices":[{"message":{"content":null},"finish_reason":"length"}]}`, ""},
		"more than we know": {"application/json", `{"id":"x","choices":[{"index":0,"message":{"content":"right","refusal":null},"logprobs":null}]}`, "right"},
		"the first of two":  {"application/json", `{"choices":[{"message":{"content":"right"}},{"message":{"content":"wrong"}}]}`, "right"},
		"half a surrogate":  {"application/json", `{"choices":[{"message":{"content":"\ud83d"}}]}`, "\ufffd"},
	} {
		e := serve(t, says(200, c.body, "Content-Type", c.kind))
		client, _ := connect(t, e, Settings{Cache: t.TempDir(), Retries: -1})
		for range 2 { // and once more from the cache
			if got, err := client.Answer(t.Context(), []string{"a"}, 5); err != nil || got[0] != c.want || e.asked() != 1 {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	}
}

func TestWhatTheEndpointSaysIsFitToPrint(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":{"message":"no model","code":404}}`: ": no model",
		`{"error":"no model"}`:                        ": no model",
		`{"message":"no model"}`:                      ": no model",
		`{"detail":[{"msg":"no model"}]}`:             `: {"detail":[{"msg":"no model"}]}`,
		"<h1>\n\tno\x1b[31m model</h1>\r\n":           ": <h1> no [31m model</h1>",
		`{"error":{"message":"sk-very\/secret?"}}`:    ": [key]?",
		"it is " + secret:                             ": it is [key]",
		strings.Repeat("é", 200):                      ": " + strings.Repeat("é", 150) + " ...",
		"x" + strings.Repeat("é", 200):                ": x" + strings.Repeat("é", 149) + " ...",
		"":                                            "",
		"\xff\xfe":                                    ": \ufffd\ufffd",
	} {
		e := serve(t, says(404, body))
		c, _ := connect(t, e, Settings{})
		_, err := c.Answer(t.Context(), []string{"a"}, 5)
		if err == nil || !strings.HasSuffix(err.Error(), "the endpoint says 404 Not Found"+want) || !utf8.ValidString(err.Error()) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestARepliesNonsenseDoesNotShowTheKey(t *testing.T) {
	raw := func(text string) mishap { // what is not HTTP at all
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			conn.Write([]byte(text))
			conn.Close()
		}
	}
	for name, mishap := range map[string]mishap{
		"no HTTP":         raw(secret + "\r\n\r\n"),
		"a status line":   raw("HTTP/1.1 499 " + secret + "\r\n\r\n"),
		"a bad header":    raw("HTTP/1.1 200 OK\r\n" + secret + "\r\n\r\n"),
		"a status":        raw("HTTP/1.1 " + secret + "\r\n\r\n"),
		"without choices": says(200, `{"choices":[],"you":"`+secret+`"}`),
		"broken off":      says(200, `{"choices":[{"finish_reason":"error","message":{"content":"`+secret+`"}}]}`),
	} {
		e := serve(t, mishap)
		c, _ := connect(t, e, Settings{Retries: -1})
		_, err := c.Answer(t.Context(), []string{"a"}, 5)
		if err == nil || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
