// Package saliency ranks tokens by what a transformer makes of a text. Its scorers are what package compress asks for,
// and hold nothing but the model:
//
//	Attention          what an encoder's tokens attend to, without its sinks; or attention rollout
//	EmbeddingGradient  the gradient of an encoder's embedding of the text with respect to its words
//	MaskedGradient     that of an encoder's loss on masked words
//	NextGradient       that of a causal model's loss on next tokens
//	Bits               -log2 p of every token given all before it, or of its phrase (Li et al., arXiv 2310.06201)
//	Contrastive        the bits that a question saves on a token (Jiang et al., arXiv 2310.06839)
//	TokenClass         P(preserve) of a token classifier, LLMLingua-2's checkpoints among them (Pan et al., arXiv 2403.12968)
//	Surprisal          -log p in nats, by the name that the seed system has for it
//	Iterative          the same given what was kept of the segments before, each segment to the rate, as LLMLingua's
//	                   token-level compression does (Jiang et al., arXiv 2310.05736)
//
// What a model says of its own tokens is spread over their bytes and gathered by the tokens of the text, prices as sums
// and all else as means, so any model ranks for any tokenizer. Texts of any length are read, in overlapping windows:
// an encoder's token has the mean of the windows that hold it, a causal model's at least half a window of context.
// The gradients and Contrastive have a method Asked, which returns a scorer that ranks by a question.
//
//	scorer := saliency.NewSurprisal(model, tokenizer)
//	scores, err := scorer.Score(ctx, token.Read(tokenizer, text), 0.5) // nats
//
// A scorer does not own its model, and may be used by many goroutines. Equal texts and rates get equal scores. Package
// compress/scorers opens them by name. They are tested against transformers and autograd (testdata/make_fixtures.py), and
// each passes compress/scorertest.
package saliency
