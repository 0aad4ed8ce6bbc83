// Package train teaches an agent what can be forgotten, and beside it the reconstructor that lives with what is left.
//
// A run is one sequence of steps, in four phases: recurrence in plain text, answer spans of questions (the supervised
// start), the reconstructor on random masks, and the joint loop:
//
//	texts with probes -> agent logits -> env draws K masks in S rounds -> Reader answers the probes from what each mask
//	left -> rewards -> a gradient estimator (package rewards/gradient) -> policy loss at the exact rate -> AdamW; every few
//	steps the reconstructor learns from what the current policy leaves
//
// Before them, where a teacher is named, encoders learn the labels of the answers, and what they say takes the labels' place.
//
// Everything random is drawn from the seed and the number of the step, so a run that was stopped goes on as if it had
// not been. A step whose loss or gradient is not finite is skipped, counted and said, and so is one whose
// gradient is a spike; docs/design/005-reinforcement.md says what else keeps the joint loop stable. A Trainer owns both
// models.
package train
