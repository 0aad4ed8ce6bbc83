// Package probe is what somebody will want to know later of a text, as a prompt and a target, and what a reader loses
// on it when it has only what is left. Rewards pay for it and reports are written of it, with the same code.
//
// Probes come from questions with answers (Tasks), from salient spans cut out of the text's own sentences (Cloze) and
// from words that come back much later (Recurrence). What stands next to the text is never asked for: whoever keeps the
// end of a text wins that, and it helps nobody.
//
// With l the mean loss of a target in nats a token, the retained information of a method of shortening is
//
//	F = sum [l(none) - l(kept)] / sum [l(none) - l(full)]
//
// over documents: 1 when nothing was lost, 0 when what is left is as good as no context, below 0 when it is worse. It
// comes with a bootstrap interval over documents, and so does the difference of two methods, paired.
//
// Everything is pure Go and the same for the same seed.
package probe
