// Package encoder runs models that read a text in both directions: BERT (arXiv 1810.04805) and with it MiniLM, RoBERTa
// (1907.11692), XLM-R (1911.02116) and DistilBERT (1910.01108), from Hugging Face folders with safetensors or
// pytorch_model.bin.
//
//	e, err := encoder.Open("minilm-l6")
//	defer e.Close()
//	vectors, err := e.Embed(ctx, []string{"The ship has docked.", "The vessel is in port."})
//	similarity := encoder.Cosine(vectors[0], vectors[1])
//
// An [Encoder] is a [Model] with its tokenizer; Embed takes texts of any length. A Model is written in the operators of
// a scope, so that gradients flow wherever a leaf asks for them: [Model.Hidden] is its plain run, [Model.Trace] starts
// from word embeddings that the caller may have changed and hands out what each layer attended to. Heads are read
// from the same folder: a [Classifier] gives every token a class, a [MaskedLM] fills in words.
//
// Rows are padded on the right. A Model owns its weights and is closed once; its methods may be called from many
// goroutines, each with a scope of its own. It is tested against the reference implementation's values
// (testdata/make_fixtures.py).
package encoder
