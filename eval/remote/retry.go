package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	firstPause = 500 * time.Millisecond // the ceiling of the first pause; it doubles
	maxPause   = 30 * time.Second
	maxAfter   = 2 * time.Minute // a Retry-After that asks for more gets this
)

// insist tries until there is an answer, or no sense in another try.
func (c *Client) insist(ctx context.Context, prompt string, limit int) (string, error) {
	for try := 0; ; try++ {
		answer, err := c.try(ctx, prompt, limit)
		var f *failure
		if err == nil || !errors.As(err, &f) || !f.again {
			return answer, err
		}
		if try >= c.settings.Retries {
			return "", fmt.Errorf("tries made: %d, the last: %w", try+1, err)
		}
		if err := c.sleep(ctx, c.pause(try, f.after)); err != nil {
			return "", err
		}
	}
}

// pause is drawn evenly from zero to a ceiling that doubles ("full jitter"), so that clients that failed together do
// not come back together. It comes on top of what the endpoint asked for, for the same reason.
func (c *Client) pause(try int, after time.Duration) time.Duration {
	ceiling := firstPause << min(try, 10) // a larger shift would overflow in the end
	return after + c.jitter(min(ceiling, maxPause))
}

// retryAfter reads seconds or a date (RFC 9110, 10.2.3). What cannot be read asks for nothing.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseFloat(header, 64); err == nil {
		if seconds > 0 {
			return time.Duration(min(seconds, maxAfter.Seconds()) * float64(time.Second))
		}
		return 0
	}
	if date, err := http.ParseTime(header); err == nil {
		return min(max(date.Sub(now), 0), maxAfter)
	}
	return 0
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
