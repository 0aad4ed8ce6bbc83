package remote

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWhatMayPassIsTriedAgain(t *testing.T) {
	for name, mishap := range map[string]mishap{
		"too many requests":      says(429, `{"error":{"message":"slow down"}}`),
		"request timeout":        says(408, ""),
		"server error":           says(500, "oh"),
		"bad gateway":            says(502, "<html>"),
		"overloaded":             says(529, ""),
		"slow":                   hangs,
		"slow in the body":       stalls,
		"cut in the body":        isCut,
		"cut in a chunk":         isCutInAChunk,
		"cut before the header":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"bad JSON":               says(200, `{"choices": oops`, "Content-Type", "application/json"),
		"half a JSON":            says(200, completion("half", "{}")[:30], "Content-Type", "application/json"),
		"two JSONs":              says(200, completion("one", "{}")+completion("two", "{}")),
		"nothing":                says(200, ""),
		"null":                   says(200, "null"),
		"no choices":             says(200, `{"choices":[],"usage":{}}`),
		"no content":             says(200, `{"choices":[{"message":{}}]}`),
		"a list for an answer":   says(200, `{"choices":[{"message":{"content":[1]}}]}`),
		"an error that says 200": says(200, `{"error":{"message":"upstream is down"}}`),
		"broken off":             says(200, `{"choices":[{"message":{"content":"ha"},"finish_reason":"error"}]}`),
		"a page":                 says(200, "<!doctype html><title>Log in</title>", "Content-Type", "text/html"),
		"a stream":               says(200, "data: {}\n\ndata: [DONE]\n\n", "Content-Type", "text/event-stream"),
		"a page called JSON":     says(200, "<html>", "Content-Type", "application/json"),
		"endless":                isEndless,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := serve(t, mishap)
			timeout := 500 * time.Millisecond // a sound reply on a busy machine is within it
			if !strings.HasPrefix(name, "slow") {
				timeout = time.Minute
			}
			c, hand := connect(t, e, Settings{Timeout: timeout})
			got, err := c.Answer(t.Context(), []string{"a"}, 5)
			if err != nil || got[0] != "<a>" || e.asked() != 2 || len(hand.sleeps) != 1 {
				t.Errorf("%q, %v after %d requests, slept %v", got, err, e.asked(), hand.sleeps)
			}
		})
	}
}

func TestPausesDoubleUpToACeilingAndTheTriesEnd(t *testing.T) {
	e := serve(t, slices.Repeat([]mishap{says(503, "full")}, 9)...)
	c, hand := connect(t, e, Settings{Retries: 8})
	_, err := c.Answer(t.Context(), []string{"a"}, 5)
	if err == nil || !strings.HasSuffix(err.Error(), "tries made: 9, the last: the endpoint says 503 Service Unavailable: full") {
		t.Error(err)
	}
	var want []time.Duration
	for _, ms := range []time.Duration{500, 1000, 2000, 4000, 8000, 16000, 30000, 30000} {
		want = append(want, ms*time.Millisecond)
	}
	if !slices.Equal(hand.sleeps, want) {
		t.Errorf("slept %v", hand.sleeps)
	}
	if tokens, _ := c.Spent(); tokens != 0 {
		t.Errorf("refusals cost %d tokens", tokens)
	}
	e = serve(t, says(503, ""))
	if c, _ = connect(t, e, Settings{Retries: -1}); e.asked() != 0 {
		t.Error("New asks")
	}
	if _, err := c.Answer(t.Context(), []string{"a"}, 5); err == nil || e.asked() != 1 {
		t.Errorf("%v after %d requests", err, e.asked())
	}
}

func TestThePauseIsDrawnFromAllThatIsBelowTheCeiling(t *testing.T) {
	c, err := New(Settings{BaseURL: "http://localhost", Model: "tiny"})
	if err != nil {
		t.Fatal(err)
	}
	low, high := time.Hour, time.Duration(0)
	for range 1000 {
		p := c.pause(3, 0)
		low, high = min(low, p), max(high, p)
	}
	// The chance that 1000 even draws all miss a tenth of the range is 0.9^1000, about 1e-46.
	if low > 400*time.Millisecond || high < 3600*time.Millisecond || high > 4*time.Second {
		t.Errorf("%v to %v", low, high)
	}
	if p := c.pause(1<<40, 0); p < 0 || p > maxPause {
		t.Errorf("%v after many tries", p)
	}
}

func TestRetryAfterIsHonouredWithinBounds(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	date := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for header, want := range map[string]time.Duration{
		"7": 7 * time.Second, "0": 0, "1.5": 1500 * time.Millisecond, "-3": 0, "NaN": 0, "Inf": maxAfter, "1e300": maxAfter,
		"86400": maxAfter, "soon": 0, "": 0,
		date(9 * time.Second): 9 * time.Second, date(-time.Hour): 0, date(240 * time.Hour): maxAfter,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
	e := serve(t, says(429, "", "Retry-After", "7"), says(503, "", "Retry-After", date(20*time.Second)))
	c, hand := connect(t, e, Settings{})
	if _, err := c.Answer(t.Context(), []string{"a"}, 5); err != nil {
		t.Fatal(err)
	}
	// 7.5 s have passed at the second.
	if want := []time.Duration{7500 * time.Millisecond, 13500 * time.Millisecond}; !slices.Equal(hand.sleeps, want) {
		t.Errorf("slept %v, want %v", hand.sleeps, want)
	}
}
