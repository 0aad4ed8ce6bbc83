package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func prompts(n int) (asked, want []string) {
	for i := range n {
		asked = append(asked, fmt.Sprintf("prompt %d", i))
		want = append(want, fmt.Sprintf("<prompt %d>", i))
	}
	return asked, want
}

func TestAnswersComeInTheOrderOfThePrompts(t *testing.T) {
	slow := func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(5 * time.Millisecond)
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	e := serve(t, slow, slow, slow, slow) // so that the first prompts are answered late
	c, _ := connect(t, e, Settings{Parallel: 4})
	asked, want := prompts(40)
	got, err := c.Answer(t.Context(), asked, 5)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	if e.most > 4 {
		t.Errorf("%d requests were under way at a time", e.most)
	}
}

func TestTheRequestIsWhatTheProtocolWants(t *testing.T) {
	e := serve(t)
	c, _ := connect(t, e, Settings{})
	if _, err := c.Answer(t.Context(), []string{"Who?\n<&>"}, 7); err != nil {
		t.Fatal(err)
	}
	got := e.bodies[0]
	if got.Model != "tiny" || got.Temperature != 0 || got.MaxTokens != 7 || got.Stream ||
		!slices.Equal(got.Messages, []message{{"user", "Who?\n<&>"}}) {
		t.Errorf("%+v", got)
	}
	if tokens, cached := c.Spent(); tokens != 12 || cached != 0 {
		t.Errorf("spent %d, cached %d", tokens, cached)
	}
}

func TestEqualPromptsAreAskedOnce(t *testing.T) {
	e := serve(t)
	c, _ := connect(t, e, Settings{})
	got, err := c.Answer(t.Context(), []string{"a", "b", "a", "a"}, 5)
	if err != nil || !slices.Equal(got, []string{"<a>", "<b>", "<a>", "<a>"}) || e.asked() != 2 {
		t.Errorf("%q, %v after %d requests", got, err, e.asked())
	}
	if got, err := c.Answer(t.Context(), nil, 5); err != nil || len(got) != 0 {
		t.Errorf("no prompts: %q, %v", got, err)
	}
}

func TestAWrongKeyFailsAtOnceAndIsNotShown(t *testing.T) {
	e := serve(t)
	wrong := "sk-wrong/key" // which the endpoint repeats
	c, hand := connect(t, e, Settings{Key: wrong, Parallel: 1, Cache: t.TempDir()})
	asked, _ := prompts(3)
	_, err := c.Answer(t.Context(), asked, 5)
	if err == nil {
		t.Fatal("no error")
	}
	host := strings.TrimPrefix(e.URL, "http://")
	want := "ask tiny at " + host + ": after 0 of 3 prompts: the endpoint says 401 Unauthorized: wrong key Bearer [key]"
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	if e.asked() != 1 || len(hand.sleeps) != 0 {
		t.Errorf("%d requests, %v slept", e.asked(), hand.sleeps)
	}
	if shown := fmt.Sprintf("%v %+v", c, c); strings.Contains(shown, wrong) {
		t.Error("the client shows its key: ", shown)
	}
}

func TestARefusalEndsWhatIsUnderWay(t *testing.T) {
	e := serve(t, hangs, hangs, hangs, says(400, `{"message":"too long"}`))
	c, _ := connect(t, e, Settings{Parallel: 4, Timeout: time.Minute})
	asked, _ := prompts(9)
	_, err := c.Answer(t.Context(), asked, 5)
	if err == nil || !strings.HasSuffix(err.Error(), "after 0 of 9 prompts: the endpoint says 400 Bad Request: too long") {
		t.Error(err)
	}
	if e.asked() > 4 {
		t.Errorf("%d requests", e.asked())
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	other := serve(t)
	e := serve(t, says(307, "", "Location", other.URL+"/v1/chat/completions"))
	c, _ := connect(t, e, Settings{})
	_, err := c.Answer(t.Context(), []string{"mine"}, 5)
	if err == nil || !strings.Contains(err.Error(), "307 Temporary Redirect") || other.asked() != 0 {
		t.Errorf("%v, the other host got %d requests", err, other.asked())
	}
}

func TestCancellationEndsWhateverIsBeingWaitedFor(t *testing.T) {
	for name, set := range map[string]struct {
		mishap mishap
		Settings
	}{
		"a reply":               {hangs, Settings{}},
		"the rest of a reply":   {stalls, Settings{}},
		"the pause after a 429": {says(429, "", "Retry-After", "60"), Settings{}},
		"the pace":              {nil, Settings{PerMinute: 1, Parallel: 1}},
		"a free slot":           {hangs, Settings{Parallel: 1}},
		"others to settle":      {hangs, Settings{Budget: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			// What it waits for takes a minute or more; a busy machine may be a little late by itself.
			if took := cancelled(t, set.mishap, set.Settings); took > 2*time.Second {
				t.Errorf("it went on for %v", took)
			}
		})
	}
}

// cancelled is how long Answer goes on after its context ends.
func cancelled(t *testing.T, mishap mishap, s Settings) time.Duration {
	e := serve(t, mishap, mishap, mishap, mishap)
	c, _ := connect(t, e, s)
	c.now, c.sleep = time.Now, sleep
	ctx, cancel := context.WithCancel(t.Context())
	var end time.Time
	time.AfterFunc(15*time.Millisecond, func() { end = time.Now(); cancel() })
	asked, _ := prompts(9)
	_, err := c.Answer(ctx, asked, 5)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "of 9 prompts: context canceled") {
		t.Error(err)
	}
	return time.Since(end)
}

func TestADeadlineIsTheCallersAndNoFailureOfTheEndpoint(t *testing.T) {
	e := serve(t, hangs)
	c, hand := connect(t, e, Settings{})
	ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Millisecond, errors.New("lunch"))
	defer cancel()
	if _, err := c.Answer(ctx, []string{"a"}, 5); !errors.Is(err, context.DeadlineExceeded) || len(hand.sleeps) > 0 {
		t.Errorf("%v, slept %v", err, hand.sleeps)
	}
}

func TestManyMayAskAtATime(t *testing.T) {
	e := serve(t, isCut, says(500, ""), says(429, ""))
	c, _ := connect(t, e, Settings{Parallel: 3, Cache: t.TempDir(), Budget: 1 << 20})
	asked, want := prompts(10)
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			if got, err := c.Answer(t.Context(), asked, 5); err != nil || !slices.Equal(got, want) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	callers.Wait()
	if e.most > 3 {
		t.Errorf("%d requests were under way at a time", e.most)
	}
}

func TestNoGoroutineIsLeftBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	e := serve(t, hangs, stalls, isCut, isEndless, says(500, ""), says(404, "gone"))
	c, _ := connect(t, e, Settings{Timeout: 20 * time.Millisecond, Parallel: 8})
	asked, _ := prompts(20)
	for range 3 {
		c.Answer(t.Context(), asked, 5)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c.Answer(ctx, asked, 5)
	c.Close()
	e.Close()
	for end := time.Now().Add(time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func TestSettingsThatCannotBeMetNameTheField(t *testing.T) {
	good := Settings{BaseURL: "http://localhost:8080/v1", Model: "tiny"}
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Settings){
		"setting BaseURL is no address":    func(s *Settings) { s.BaseURL = "localhost:8080/v1" },
		"setting BaseURL is no":            func(s *Settings) { s.BaseURL = "http://a:hushhush@b c/" },
		"BaseURL is no address of a host":  func(s *Settings) { s.BaseURL = "me:hushhush@host/v1" },
		"setting BaseURL holds a user":     func(s *Settings) { s.BaseURL = "https://me:hushhush@host/v1" },
		"holds a user, a query":            func(s *Settings) { s.BaseURL = "https://host/v1?key=hushhush" },
		"setting Model is empty":           func(s *Settings) { s.Model = "" },
		"setting Key holds a space":        func(s *Settings) { s.Key = "hushhush\n" },
		"setting Budget is -1":             func(s *Settings) { s.Budget = -1 },
		"setting Parallel is -2":           func(s *Settings) { s.Parallel = -2 },
		"setting PerMinute is -3":          func(s *Settings) { s.PerMinute = -3 },
		"setting Timeout is -4":            func(s *Settings) { s.Timeout = -4 },
		"make cache folder: mkdir " + file: func(s *Settings) { s.Cache = file + "/below" },
	} {
		s := good
		spoil(&s)
		if _, err := New(s); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hushhush") ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	c, err := New(good)
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int{0, -1, maxLimit + 1} {
		if _, err := c.Answer(t.Context(), []string{"a"}, limit); err == nil || !strings.Contains(err.Error(), "the limit is") {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}
