// Package scorers opens by name the scorers that read a model (package saliency):
//
//	attention[:rollout][:layers=A-B]   what an encoder's tokens attend to; minilm-l6 unless another is named
//	gradient[:input][:mlm]             of an encoder's embedding of the text, of its masked-LM loss (mlm), or of a causal
//	                                   model's next-token loss, by what kind of model is named; minilm-l6 unless one is.
//	                                   The norm, or with input gradient x input
//	surprisal[:phrase]                 -log2 p of a causal model, of tokens or of phrases; smollm2-135m unless another is named
//	contrastive                        surprisal without the question less surprisal with it; the same
//	tokenclass                         P(preserve) of a LLMLingua-2 checkpoint, which has to be named
//	transformer_based, iterative_surprisal   Selective Context and LLMLingua's token level, as package eval compares them
//
// Options follow the name, each behind a colon. gradient and contrastive are compress.Askers: with a question they go by
// its loss given the text. A scorer ranks the tokens of any tokenizer, so that two differ in nothing but the ranking.
//
//	opened, err := scorers.Open("attention:rollout", "")
//	defer opened.Close()
//	c := compress.Compressor{Scorer: opened.Scorer, ...}
package scorers
