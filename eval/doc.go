// Package eval says whether an agent is worth anything: it shortens held-out texts with the agent and with simple
// baselines, all through the same selection of whole words and at the same rate, puts what is left to a reader, and
// reports what the reader still knows.
//
//	documents -> cut by every method at every rate -> the reader answers the probes -> F, intervals, paired differences
//
// With l the mean loss of a document's answers in nats a token, summed over its probes,
//
//	F = sum [l(none) - l(kept)] / sum [l(none) - l(full)]
//
// over documents, so none is 0 and full is 1. Intervals are percentile bootstrap over documents, which hold all
// questions of one text. Answers in words are scored as their task is (sheet); a miss of the first score is then the
// loss, so the share of it that is retained has the same form and the same intervals. A model behind an endpoint can do
// only that. Other measures are ratios of sums over documents too: gap loss is what a reconstructor pays, in nats a dropped
// token, to tell from what was kept what was not; likeness is of what it rebuilds, or of what was kept where there is none.
// Every difference is also tested by a paired permutation test over documents, adjusted for their number (Holm), and set
// against D*(R), the loss that no choice among the masks that were measured undercuts.
//
// Everything that was read is in a Journal, so a run that was stopped goes on where it was and a second method costs
// only its own readings. A document that fails is reported and counted, and left out for every method alike. The same
// inputs, seed and reader give the same bytes in every report; how long it took is in timing.json, apart.
//
// An Evaluation owns nothing: readers, scorers and the journal are the caller's.
package eval
