// Package reconstructor is the model that has to live with what is left of a text. It reads what was kept and is asked
// in two ways: for the original, reading
//
//	kept <sep> original
//
// where the loss of the dropped tokens (gap loss) says how much of them can be told from the rest; and for the targets
// of probes, as a probe.Reader. It is any causal model of package transformer: a tiny one from scratch, or GPT-2 or
// SmolLM2 with its first layers kept. It trains on random masks (sputnik reconstructor) and beside the agent. Expand
// rebuilds a text by decoding that can only insert, so what was given is in the result whatever the model thinks.
//
//	r, err := reconstructor.Open("outputs/train/best/reconstructor", torch.Float32, 0)
//	defer r.Close()
//	pieces, err := r.Expand(ctx, token.Read(r.Tokenizer(), short), 2)
//
// A saved reconstructor needs nothing else: its tokenizer lies beside the weights where it has no name of its own. A
// Reconstructor owns its weights and is closed once; Losses, Gaps and Expand may be called from many goroutines.
package reconstructor
