// Package distill makes a ladder of models, the largest first, each of which learns from the one above it, and measures
// what every rung retains.
//
// A student of logits s learns from hard labels y (1 at the tokens of answers) and from a teacher of logits t, a token at a
// time and a text at a time (arXiv 1503.02531):
//
//	loss = (1-a) CE(y, s) + a T^2 KL(sigmoid(t/T) || sigmoid(s/T)) + w T^2 KL(softmax(t/T) || softmax(s/T)) + h |states|^2
//
// The third term compares positions of a text, which is what a budget does. The fourth is there where both are equally wide.
//
// A rung is measured by F at several rates on held-out text (package probe) and by what it retains of the first's gain,
//
//	rho = (AUC_F(rung) - AUC_F(random)) / (AUC_F(first) - AUC_F(random)),
//
// with intervals over the same resamples of documents. package pipeline routes by report.json.
//
//	report, err := distill.Run(ctx, cfg, distill.Options{Log: slog.Default()})
package distill
