// Package rewards says what an episode is paid for.
//
// An Outcome is what a reader made of the text that was left: for each probe its loss with nothing to read, with what
// was left, and with everything. Every reward is a pure function of an Outcome and Settings; what it returns is finite,
// and never falls when a probe's loss falls (package rewardtest holds any reward to that).
//
// With L the loss of what is left (nats a target token, weighted over the probes), c the share of tokens dropped, H the
// policy's entropy (nats a token), D = L as distortion and T the temperature:
//
//	simple                      sigmoid(2c - 1) exp(-L/T)
//	information_theoretic_seed  exp(-H/T) exp(-beta D/T)
//	information_theoretic       [l(none) - l(c)] / [l(none) - l(x)] / T, a ratio of sums over the probes (design, section 5)
//
// The first two are kept as they were found, for ablations: both are best paid by keeping everything, which an exact
// rate forbids. The third pays only for information about the probes, and nothing for length.
package rewards
