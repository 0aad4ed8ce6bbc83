package probe

import (
	"context"
	"strings"
)

// Standing is the reader that needs no model: it loses nothing on a target that stands in what it is given word for word,
// and 1 on any other. What is retained is then the share of the answers that stand.
type Standing struct{}

// Losses looks for every target.
func (Standing) Losses(ctx context.Context, readings []Reading) ([]Loss, error) {
	losses := make([]Loss, len(readings))
	for i, r := range readings {
		losses[i].Tokens = 1
		if !strings.Contains(r.Context, r.Probe.Target) {
			losses[i].Nats = 1
		}
	}
	return losses, ctx.Err()
}
