package gguf

import (
	"fmt"

	"github.com/project-sputnik/sputnik/token"
)

// ChatTemplate is the Jinja template that turns messages into a prompt, "" if the file has none.
func (f *File) ChatTemplate() string {
	template, _ := f.Str("tokenizer.chat_template")
	return template
}

// Special is the id of a special token by its role: bos, eos, unknown, padding, eot, ...
func (f *File) Special(role string) (int32, bool) {
	id, ok := f.Uint("tokenizer.ggml." + role + "_token_id")
	return int32(id), ok && id <= maxSize
}

// Vocabulary returns the lists that the file's tokenizer is made of.
func (f *File) Vocabulary() (token.Vocabulary, error) {
	model, _ := f.Str("tokenizer.ggml.model")
	v := token.Vocabulary{Name: f.path, Pieces: f.Strings("tokenizer.ggml.tokens"), Unknown: -1}
	v.Merges = f.Strings("tokenizer.ggml.merges")
	v.Pre, _ = f.Str("tokenizer.ggml.pre")
	for _, kind := range f.Floats("tokenizer.ggml.token_type") {
		v.Kinds = append(v.Kinds, int32(kind))
	}
	switch model {
	case "gpt2":
	case "llama":
		f.scored(&v)
	default:
		return v, fmt.Errorf("tokenizer model %q; gpt2 and llama can be read", clip(model))
	}
	return v, nil
}

// scored adds what a vocabulary of the SentencePiece family has.
func (f *File) scored(v *token.Vocabulary) {
	for _, score := range f.Floats("tokenizer.ggml.scores") {
		v.Scores = append(v.Scores, float32(score))
	}
	v.Merges = nil
	if id, ok := f.Special("unknown"); ok {
		v.Unknown = id
	}
	prefix, set := f.Bool("tokenizer.ggml.add_space_prefix")
	v.Prefix = prefix || !set
}

// Tokenizer builds the file's tokenizer.
func (f *File) Tokenizer() (token.Tokenizer, error) {
	v, err := f.Vocabulary()
	if err != nil {
		return nil, err
	}
	return token.FromVocabulary(v)
}
