// Package gradient estimates which way the logits of a text's units should move for the expected reward to rise, from K
// masks that were drawn of it and what each was paid.
//
// A policy keeps unit u with the probability p_u = sigmoid(l_u), each independently of the others. The gradient of its
// expected reward in a logit is
//
//	dE[R]/dl_u = p_u (1 - p_u) (E[R | u kept] - E[R | u dropped])
//
// and the estimators differ in how they get at the difference:
//
//	reinforce  R (m - p), the score function (Williams 1992)
//	rloo       the same with the mean of the other masks' rewards as a baseline (arXiv 2402.14740)
//	disarm     masks in antithetic pairs, what the draw itself adds averaged out (arXiv 2006.10680)
//	gate       the reader's own derivative of the reward in a gate on the unit, taken at the masks drawn
//
// The first three are unbiased where units are drawn independently. gate is not: the reward is no straight line in the
// gate; its variance is far lower. A trainer draws masks down to an exact budget, which makes the units of a text depend
// on one another and all four biased; docs/experiments/005-estimators.md has the bias and the variance of each, against
// the exact gradient.
//
// Everything is pure Go; what an estimator says is put into a graph by package train.
package gradient
