// Package saliency ranks tokens by what a language model makes of a text. Its scorers are what package compress asks
// for, and hold nothing but the model:
//
//	Surprisal  -log p of every token given all before it, as Selective Context ranks (Li et al., arXiv 2310.06201)
//	Iterative  the same given what was kept of the segments before, each segment to the rate, as LLMLingua's token-level
//	           compression does (Jiang et al., arXiv 2310.05736)
//
// What a model's token costs is spread evenly over its bytes and gathered by the tokens of the text, so any model ranks
// for any tokenizer. Texts of any length are read: in windows, each token behind at least half a window of context.
//
//	scorer := saliency.NewSurprisal(model, tokenizer)
//	scores, err := scorer.Score(ctx, token.Read(tokenizer, text), 0.5) // nats
//
// A scorer does not own its model, and may be used by many goroutines. Equal texts and rates get equal scores.
package saliency
