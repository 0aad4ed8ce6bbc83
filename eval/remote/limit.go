package remote

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrBudget says that the token budget is spent.
var ErrBudget = errors.New("the token budget is spent")

// try sends one request when the limits let it.
func (c *Client) try(ctx context.Context, prompt string, limit int) (string, error) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	held, cost := estimate(prompt)+limit, 0
	if err := c.budget.hold(ctx, held); err != nil {
		return "", err
	}
	defer func() { c.budget.settle(held, cost) }()
	if err := c.sleep(ctx, c.pace.delay(c.now())); err != nil {
		return "", err
	}
	answer, cost, err := c.send(ctx, prompt, limit)
	return answer, err
}

// estimate is how many tokens a text has where nobody says.
func estimate(text string) int { return (len(text) + 3) / 4 }

// A budget counts tokens: those that are spent, and those that requests under way may come to.
type budget struct {
	lock    sync.Mutex
	limit   int // 0 is none
	spent   int
	held    int
	changed chan struct{} // closed, and made anew, at every settlement
}

func newBudget(limit int) *budget { return &budget{limit: limit, changed: make(chan struct{})} }

// hold sets tokens aside. It waits while requests under way could spend what is left, so that running many at a time
// passes the budget by no more than one would.
func (b *budget) hold(ctx context.Context, tokens int) error {
	for {
		changed, err := b.admit(tokens)
		if changed == nil || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// admit returns a channel when the answer depends on requests under way: one of them will close it.
func (b *budget) admit(tokens int) (<-chan struct{}, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if b.limit > 0 && b.spent >= b.limit {
		return nil, fmt.Errorf("%w: %d of %d", ErrBudget, b.spent, b.limit)
	}
	if b.limit > 0 && b.spent+b.held >= b.limit {
		return b.changed, nil
	}
	b.held += tokens
	return nil, nil
}

// settle gives back what was held and writes down what it came to.
func (b *budget) settle(held, cost int) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.held -= held
	b.spent += cost
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *budget) total() int {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.spent
}

// A pace sets requests evenly apart, so that no minute sees more than it may, and none a burst.
type pace struct {
	lock  sync.Mutex
	every time.Duration // 0 is no limit
	next  time.Time
}

func newPace(perMinute int) *pace {
	if perMinute == 0 {
		return &pace{}
	}
	n := time.Duration(perMinute)
	return &pace{every: (time.Minute-1)/n + 1} // rounded up
}

// delay takes the next free moment and returns how far off it is.
func (p *pace) delay(now time.Time) time.Duration {
	p.lock.Lock()
	defer p.lock.Unlock()
	at := now
	if p.next.After(at) {
		at = p.next
	}
	p.next = at.Add(p.every)
	return at.Sub(now)
}
