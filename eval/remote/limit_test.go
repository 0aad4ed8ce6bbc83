package remote

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheBudgetStopsBeforeARequestIsSentAndTheNextRunGoesOn(t *testing.T) {
	for _, parallel := range []int{1, 4} {
		t.Run(fmt.Sprint(parallel, " at a time"), func(t *testing.T) {
			e, dir := serve(t), t.TempDir()
			c, _ := connect(t, e, Settings{Budget: 30, Parallel: parallel, Cache: dir})
			asked, want := prompts(10)
			_, err := c.Answer(t.Context(), asked, 10) // 12 tokens each, and so is the estimate
			if !errors.Is(err, ErrBudget) || !strings.HasSuffix(err.Error(), "after 3 of 10 prompts: the token budget is spent: 36 of 30") {
				t.Error(err)
			}
			if tokens, _ := c.Spent(); tokens != 36 || e.asked() != 3 {
				t.Errorf("%d tokens in %d requests", tokens, e.asked())
			}
			if _, err := c.Answer(t.Context(), asked[:3], 10); err != nil && parallel == 1 {
				t.Errorf("what is known costs nothing: %v", err)
			}
			c, _ = connect(t, e, Settings{Cache: dir})
			got, err := c.Answer(t.Context(), asked, 10)
			if _, cached := c.Spent(); err != nil || !slices.Equal(got, want) || cached != 3 || e.asked() != 10 {
				t.Errorf("%q, %v, %d cached, %d requests", got, err, cached, e.asked())
			}
		})
	}
}

func TestManyAtATimePassTheBudgetByOneAnswerAtTheMost(t *testing.T) {
	e := serve(t)
	c, _ := connect(t, e, Settings{Budget: 100, Parallel: 16})
	asked, _ := prompts(64)
	if _, err := c.Answer(t.Context(), asked, 50); !errors.Is(err, ErrBudget) {
		t.Error(err)
	}
	if tokens, _ := c.Spent(); tokens < 100 || tokens >= 112 {
		t.Errorf("%d tokens", tokens)
	}
}

func TestATryAgainIsNotSentOnceTheBudgetIsSpent(t *testing.T) {
	e := serve(t, says(200, `{"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":20}}`))
	c, _ := connect(t, e, Settings{Budget: 30})
	_, err := c.Answer(t.Context(), []string{"a"}, 5)
	if !errors.Is(err, ErrBudget) || e.asked() != 1 {
		t.Errorf("%v after %d requests", err, e.asked())
	}
}

func TestTokensAreEstimatedWhereTheEndpointDoesNotSay(t *testing.T) {
	const prompt, answer = "twelve bytes", "nine byte"
	for name, c := range map[string]struct {
		usage string
		want  int
	}{
		"said":            {`{"prompt_tokens":5,"completion_tokens":6}`, 11},
		"a total only":    {`{"total_tokens":8}`, 8},
		"not said":        {`null`, 6},
		"nothing":         {`{"prompt_tokens":0,"completion_tokens":0}`, 6},
		"less than none":  {`{"prompt_tokens":-50,"completion_tokens":6}`, 6},
		"more than fits":  {`{"prompt_tokens":9223372036854775807,"completion_tokens":6}`, 6},
		"not of its kind": {`{"prompt_tokens":"many"}`, 6},
	} {
		e := serve(t, says(200, completion(answer, c.usage)))
		client, _ := connect(t, e, Settings{})
		got, err := client.Answer(t.Context(), []string{prompt}, 5)
		if tokens, _ := client.Spent(); err != nil || got[0] != answer || tokens != c.want {
			t.Errorf("%s: %q, %v, %d tokens, want %d", name, got, err, tokens, c.want)
		}
	}
}

func TestATryThatBrokeMayHaveBeenCharged(t *testing.T) {
	e := serve(t, isCut, hangs)
	c, _ := connect(t, e, Settings{Timeout: 500 * time.Millisecond})
	if _, err := c.Answer(t.Context(), []string{"eight by"}, 5); err != nil {
		t.Fatal(err)
	}
	if tokens, _ := c.Spent(); tokens != 2+2+12 {
		t.Errorf("%d tokens", tokens)
	}
	e.Close()
	c.Close() // else the next request may go out on a connection that is about to break
	if _, err := c.Answer(t.Context(), []string{"nobody listens"}, 5); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Error(err)
	}
	if tokens, _ := c.Spent(); tokens != 16 {
		t.Errorf("%d tokens, and nobody was there", tokens)
	}
}

func TestRequestsKeepTheirPace(t *testing.T) {
	e := serve(t, says(500, ""))
	c, hand := connect(t, e, Settings{PerMinute: 20, Parallel: 1})
	asked, _ := prompts(4)
	if _, err := c.Answer(t.Context(), asked, 5); err != nil {
		t.Fatal(err)
	}
	// Half a second after the failure, and the rest of the 3 s; then 3 s each.
	want := []time.Duration{500 * time.Millisecond, 2500 * time.Millisecond, 3 * time.Second, 3 * time.Second, 3 * time.Second}
	if !slices.Equal(hand.sleeps, want) {
		t.Errorf("slept %v, want %v", hand.sleeps, want)
	}
}

func TestNoMinuteSeesMoreThanItMay(t *testing.T) {
	for _, perMinute := range []int{1, 7, 60, 59999999999} {
		p, now := newPace(perMinute), time.Unix(0, 0)
		n := min(perMinute, 1000)
		for range n {
			p.delay(now)
		}
		if got, least := p.delay(now), time.Duration(float64(time.Minute)*float64(n)/float64(perMinute)); got < least {
			t.Errorf("%d a minute: request %d comes after %v, want %v", perMinute, n, got, least)
		}
	}
}
