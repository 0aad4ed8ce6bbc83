package probe

import (
	"context"
	"strings"
)

// Standing is the reader that needs no model: it loses nothing on a target that stands in what it is given word for word,
// and 1 on any other. What is retained is then the share of the answers that stand. By words, it loses the share of the
// target's words that do not stand there in any place; stop words count where a target has no others. A target that is
// kept but for an article is lost by the one and whole by the other.
type Standing struct{ ByWords bool }

// Losses looks for every target.
func (r Standing) Losses(ctx context.Context, readings []Reading) ([]Loss, error) {
	losses := make([]Loss, len(readings))
	for i, each := range readings {
		losses[i].Tokens = 1
		switch {
		case strings.Contains(each.Context, each.Probe.Target):
		case r.ByWords:
			losses[i].Nats = missing(each.Context, each.Probe.Target)
		default:
			losses[i].Nats = 1
		}
	}
	return losses, ctx.Err()
}

// missing is the share of a target's words that a text has not.
func missing(text, target string) float64 {
	has := map[string]bool{}
	for _, w := range Words(text) {
		has[w.of(text)] = true
	}
	telling, all := 0, Words(target)
	for _, w := range all {
		if !Stopword(w.of(target)) {
			telling++
		}
	}
	lost, n := 0.0, 0.0
	for _, w := range all {
		if telling > 0 && Stopword(w.of(target)) {
			continue
		}
		if n++; !has[w.of(target)] {
			lost++
		}
	}
	if n == 0 {
		return 1
	}
	return lost / n
}
