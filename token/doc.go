// Package token turns bytes into tokens that know where they came from.
//
// Every [Token] carries the half-open byte span of the input that it stands for, and the spans of an encoding tile
// the input: joining them gives the input back, whatever the bytes. Where a vocabulary cannot see a byte (a space
// in WordPiece, one of the few bytes that SmolLM2 has no token for) the byte rides along in a neighbour's span, so
// that whoever keeps and drops tokens never loses or invents text.
//
// [Open] knows gpt2, smollm2, minilm, cl100k_base, o200k_base and o200k_harmony by name, and reads any byte-level
// BPE, WordPiece or SentencePiece unigram tokenizer.json; [FromVocabulary] builds a tokenizer from the lists inside a GGUF file. The
// vocabularies are embedded, unpacked on first use and shared: a [Tokenizer] is immutable, safe for concurrent use,
// and its Encode appends to the caller's slice without allocating once its buffers have grown.
//
// The pre-tokenizers and the merging are written here because byte spans, speed and exactness are wanted at once; the
// vocabularies of OpenAI's encodings come out of github.com/tiktoken-go/tokenizer.
//
// [Units] groups tokens into the words that are kept or dropped together. [Read] does both; [Parts] does so part by part, so
// that of a long text few tokens are held at a time, and [Count] only counts.
//
//	t, err := token.Open("gpt2")
//	tokens := t.Encode(nil, text)
//	units := token.Units(nil, text, tokens)
package token
