// Package agent is the policy that says which tokens of a text can be forgotten: a network of about a million
// parameters that gives every token one logit, higher meaning kept longer.
//
//	ids [n] -> embedding, 16 wide   |
//	static features of the token    | -> Linear -> h += GELU(conv3(LayerNorm h)), growing dilations -> Linear -> logit
//	features of its place, the rate |
//
// The same formula stands here three times: as an autograd graph (Logits), as one fused call (Score with libtorch) and
// in plain Go (Score without it); tests hold them together. An Agent owns its weights, is safe for concurrent use when
// it only scores, and is closed once. Default is the agent that is embedded in the binary.
//
// Two things are done to logits before they are scores: with a question they lean on the sentences that share its words
// (question.go), and few-shot demonstrations are ordered so that the last ones stay whole (demonstrations.go).
package agent
