package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const secret = "sk-very/secret"

// endpoint answers "<" + prompt + ">" to whoever knows the secret, for 10 + 2 tokens, once the mishaps are used up.
type endpoint struct {
	*httptest.Server
	lock    sync.Mutex
	mishaps []mishap
	bodies  []chatRequest
	now     int // requests under way, and
	most    int // the most there ever were
}

// A mishap is what becomes of a request instead of an answer.
type mishap func(w http.ResponseWriter, r *http.Request)

func serve(t testing.TB, mishaps ...mishap) *endpoint {
	e := &endpoint{mishaps: mishaps}
	e.Server = httptest.NewServer(e)
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body chatRequest
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.URL.Path != "/v1/chat/completions" {
		http.Error(w, "no such thing", http.StatusNotFound)
		return
	}
	mishap := e.enter(body)
	defer e.leave()
	switch {
	case mishap != nil:
		mishap(w, r)
	case r.Header.Get("Authorization") != "Bearer "+secret:
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"error":{"message":"wrong key\n%s"}}`, r.Header.Get("Authorization"))
	default:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, completion("<"+body.Messages[0].Content+">", `{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}`))
	}
}

func completion(content, usage string) string {
	quoted, _ := json.Marshal(content)
	return fmt.Sprintf(`{"choices":[{"message":{"role":"assistant","content":%s},"finish_reason":"stop"}],"usage":%s}`, quoted, usage)
}

func (e *endpoint) enter(body chatRequest) (next mishap) {
	e.lock.Lock()
	defer e.lock.Unlock()
	e.bodies = append(e.bodies, body)
	e.now++
	e.most = max(e.most, e.now)
	if len(e.mishaps) > 0 {
		next, e.mishaps = e.mishaps[0], e.mishaps[1:]
	}
	return next
}

func (e *endpoint) leave() {
	e.lock.Lock()
	defer e.lock.Unlock()
	e.now--
}

// asked is how many requests came.
func (e *endpoint) asked() int {
	e.lock.Lock()
	defer e.lock.Unlock()
	return len(e.bodies)
}

// says is a reply of that status, its headers in pairs.
func says(status int, body string, header ...string) mishap {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// hangs says nothing until the client is gone.
func hangs(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// stalls begins an answer and says no more until the client is gone.
func stalls(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, `{"choices":[`)
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

// isCut promises a body and ends the connection in the middle of it.
func isCut(w http.ResponseWriter, _ *http.Request) {
	body := completion("half of this is lost", "{}")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	fmt.Fprint(w, body[:len(body)/2])
}

// isCutInAChunk does so where no length was promised.
func isCutInAChunk(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(w, completion("half", "{}")[:20])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// isEndless goes on for as long as somebody listens.
func isEndless(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(w, `{"choices":[{"message":{"content":"`)
	more := strings.Repeat("ha", 1<<15)
	for {
		if _, err := fmt.Fprint(w, more); err != nil {
			return
		}
	}
}

// clock is a time that passes when somebody sleeps.
type clock struct {
	lock   sync.Mutex
	time   time.Time
	sleeps []time.Duration
}

func (c *clock) now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.time
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	if d > 0 {
		c.time, c.sleeps = c.time.Add(d), append(c.sleeps, d)
	}
	return ctx.Err()
}

// connect makes a client of e that draws the longest pauses and waits for none of them.
func connect(t testing.TB, e *endpoint, s Settings) (*Client, *clock) {
	t.Helper()
	s.BaseURL, s.Model = e.URL+"/v1/", "tiny"
	if s.Key == "" {
		s.Key = secret
	}
	c, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	hand := &clock{time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	c.now, c.sleep = hand.now, hand.sleep
	c.jitter = func(ceiling time.Duration) time.Duration { return ceiling }
	return c, hand
}
