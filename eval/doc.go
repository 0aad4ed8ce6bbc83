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
// questions of one text. Gap loss is what a reconstructor pays, in nats a dropped token, to tell from what was kept what
// was not.
//
// Answers in words are scored as SQuAD scores them; a miss of F1 is then the loss, so the share of F1 retained is
// (F1(kept) - F1(none)) / (F1(full) - F1(none)), with the same intervals. A model behind an endpoint can do only that.
// Every difference of F is also tested by a paired permutation test over documents, adjusted for their number (Holm).
//
// Everything that was read is in a Journal, so a run that was stopped goes on where it was and a second method costs
// only its own readings. A document that fails is reported and counted, and left out for every method alike. The same
// inputs, seed and reader give the same bytes in every report; how long it took is in timing.json, apart.
//
// An Evaluation owns nothing: readers, scorers and the journal are the caller's.
package eval
