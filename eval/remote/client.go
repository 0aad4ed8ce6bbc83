package remote

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Client asks one model.
type Client struct {
	settings Settings
	base     *url.URL
	http     *http.Client
	slots    chan struct{} // one is held while a request is under way
	budget   *budget
	pace     *pace
	cache    cache
	cached   atomic.Int64

	now    func() time.Time
	sleep  func(context.Context, time.Duration) error
	jitter func(ceiling time.Duration) time.Duration
}

// New checks the settings and makes the cache folder. It asks nothing yet.
func New(s Settings) (*Client, error) {
	s = s.filled()
	base, err := s.check()
	if err != nil {
		return nil, fmt.Errorf("remote reader: %w", err)
	}
	store, err := openCache(s.Cache)
	if err != nil {
		return nil, fmt.Errorf("remote reader: %w", err)
	}
	return &Client{
		settings: s, base: base, http: connections(s.Parallel), cache: store,
		slots: make(chan struct{}, s.Parallel), budget: newBudget(s.Budget), pace: newPace(s.PerMinute),
		now: time.Now, sleep: sleep, jitter: rand.N[time.Duration],
	}, nil
}

// connections follows no redirect: prompts and key go to the host that was named, and to no other.
func connections(parallel int) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
			MaxIdleConnsPerHost: parallel, IdleConnTimeout: 90 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// String names the model and its host, as errors do.
func (c *Client) String() string { return c.settings.Model + " at " + c.base.Host }

// Close lets go of connections that are idle. The client can still be used.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// Spent is tokens so far, as the endpoint counted them (bytes/4 where it did not say), and how many answers came from
// the cache.
func (c *Client) Spent() (tokens int, cached int) { return c.budget.total(), int(c.cached.Load()) }

// maxLimit keeps sums of tokens far from overflow.
const maxLimit = 1 << 30

// Answer returns what the model says to each prompt, in order, greedily, at most limit tokens each. When it fails, what
// was answered by then is in the cache, and the error says how much that is; it wraps [ErrBudget] when the budget was
// the reason, and the context's error when that was.
func (c *Client) Answer(ctx context.Context, prompts []string, limit int) ([]string, error) {
	if limit < 1 || limit > maxLimit {
		return nil, fmt.Errorf("ask %s: the limit is %d tokens, want 1 to %d", c, limit, maxLimit)
	}
	questions := distinct(prompts)
	open, err := c.recall(ctx, questions, limit)
	if err == nil {
		err = c.askAll(ctx, open, limit)
	}
	answers, answered := gather(questions, len(prompts))
	if err != nil {
		return nil, fmt.Errorf("ask %s: after %d of %d prompts: %w", c, answered, len(prompts), err)
	}
	return answers, nil
}

// A question is a prompt and every place that wants its answer.
type question struct {
	prompt   string
	places   []int
	answer   string
	answered bool
}

func distinct(prompts []string) []*question {
	var questions []*question
	known := map[string]*question{}
	for i, prompt := range prompts {
		q := known[prompt]
		if q == nil {
			q = &question{prompt: prompt}
			known[prompt], questions = q, append(questions, q)
		}
		q.places = append(q.places, i)
	}
	return questions
}

// gather puts every answer in its places, and counts those that have one.
func gather(questions []*question, places int) (answers []string, answered int) {
	answers = make([]string, places)
	for _, q := range questions {
		for _, place := range q.places {
			answers[place] = q.answer
		}
		if q.answered {
			answered += len(q.places)
		}
	}
	return answers, answered
}

// recall answers from the cache and returns what it does not hold.
func (c *Client) recall(ctx context.Context, questions []*question, limit int) ([]*question, error) {
	var open []*question
	for _, q := range questions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if q.answer, q.answered = c.cache.get(c.key(q.prompt, limit)); q.answered {
			c.cached.Add(int64(len(q.places)))
		} else {
			open = append(open, q)
		}
	}
	return open, nil
}

// askAll asks several at a time. A failure ends what is under way; a spent budget lets it finish, as it is paid for.
func (c *Client) askAll(caller context.Context, open []*question, limit int) error {
	ctx, stop := context.WithCancelCause(caller)
	defer stop(nil)
	queue := make(chan *question, len(open))
	for _, q := range open {
		queue <- q
	}
	close(queue)
	var workers sync.WaitGroup
	errs := make([]error, min(c.settings.Parallel, len(open)))
	for i := range errs {
		workers.Go(func() {
			if errs[i] = c.drain(ctx, queue, limit); errs[i] != nil && !errors.Is(errs[i], ErrBudget) {
				stop(errs[i])
			}
		})
	}
	workers.Wait()
	return cmp.Or(append([]error{caller.Err(), context.Cause(ctx)}, errs...)...) // what came first, before what came of it
}

func (c *Client) drain(ctx context.Context, queue <-chan *question, limit int) error {
	for q := range queue {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.ask(ctx, q, limit); err != nil {
			return err
		}
	}
	return nil
}

// ask has one question answered and the answer kept.
func (c *Client) ask(ctx context.Context, q *question, limit int) error {
	answer, err := c.insist(ctx, q.prompt, limit)
	if err != nil {
		return err
	}
	if err := c.cache.put(c.key(q.prompt, limit), answer); err != nil {
		return err
	}
	q.answer, q.answered = answer, true
	return nil
}
