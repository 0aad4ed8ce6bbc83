package rewards

// leastToTell is what the whole text must tell about its probes for a share of it to mean anything, in nats a target
// token. Below it the share is of this floor: dividing by a hair would let one text shout down all others. With a floor of
// a tenth such texts were paid thirty times the usual (docs/experiments/005-reinforcement.md); and retained information,
// which sums nats over texts before it divides, gives them as little weight as this does.
const leastToTell = 1

// Information is the share of what the whole text tells about the probes that the kept text still tells, over T:
//
//	F = [l(none) - l(c)] / [l(none) - l(x)]
//
// 1 when nothing was lost, 0 when the reader is as well off without a context, below 0 when it is better off.
// PerToken makes it [l(none) - l(c)] |y| / |c|, nats a kept token.
func Information(o Outcome, s Settings) float64 {
	none, kept, full, weight := o.sums(s.Importance)
	if weight == 0 {
		return 0
	}
	told := none - kept
	if s.PerToken {
		return told / float64(max(1, o.Kept)) / s.temperature()
	}
	return told / max(none-full, leastToTell*weight) / s.temperature()
}
