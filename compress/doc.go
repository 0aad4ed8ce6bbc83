// Package compress makes a text shorter by leaving words out.
//
//	text -> tokens with byte spans -> Scorer: one number a token -> selector: exact budget -> kept spans -> text
//
// A Scorer ranks; everything else is shared, so two scorers differ in nothing but their ranking. The agent is one, the
// baselines of this package are others (Baseline), and package saliency provides more, which scorers opens by name. An
// Asker is told the question; the scores of others are put right by a rule. A Walker, as the agent is, scores a long text part
// by part, so that its tokens are never all held. scorertest checks any scorer.
//
// What holds for every result, whatever the scorer:
//
//   - its text is the concatenation of its kept spans: byte ranges of the input, ascending, not touching;
//   - it has at most as many tokens as asked for, counted by the caller's tokenizer on the text that comes out, and
//     falls short only where no word that is left still fits;
//   - protected bytes come out unchanged and in order; if they alone exceed the target, they come out alone, with a
//     warning;
//   - what the structure of a text needs is protected too: JSON stays JSON, and so on (package structure). Markdown and
//     code that nobody asked for but Auto found give way where they alone exceed the target, with a warning: such a
//     text is shortened as prose;
//   - an English negation is kept where the word that it negates is, unless what is protected leaves no room;
//   - words are kept or dropped whole, and so are URLs, addresses, paths, hashes and names of programs. Only a word that
//     alone exceeds the target (and 64 tokens), such as a megabyte without a space, is cut, between characters, when room
//     is left after all other words;
//   - of prose, a higher rate keeps what a lower one kept, but for the words that only filled up the rest of the lower
//     budget or that no white space parts from their neighbours, where the scores do not depend on the rate. The agent's
//     do: it is told the rate, and orders by it;
//   - two words never become one: where what stood between them is dropped, the sign or space before the second stays;
//   - of a stream (Stream) and of a text that may go on (Options.CacheStable) all of this holds block by block, and the rate
//     at the end of each; only no word is cut there;
//   - valid UTF-8 stays valid, and the same input and options give the same bytes;
//   - if the scorer fails or panics, the original comes out beside the error.
//
// A Compressor is safe for concurrent use if its Scorer is, and owns nothing.
package compress
