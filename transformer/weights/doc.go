// Package weights reads the tensors of a Hugging Face folder by name: model.safetensors, its shards with their index, or
// pytorch_model.bin. Whoever knows an architecture (packages transformer and encoder) asks for the names it needs.
//
//	folder, err := weights.Open(dir)
//	defer folder.Close()
//	t, err := folder.Load(s, "embeddings.word_embeddings.weight")
//
// A Folder owns the open files and is closed once. Safetensors are mapped: what is not asked for is not read.
package weights
