// Package corpus reads documents and makes of them what training reads: clean, without copies, split by document, cut to
// length and tokenised.
//
// Documents come from JSONL, JSON, text and Parquet files (gzip too), a folder of them, the sample in the binary, the
// shared corpus (SPUTNIK_DATA) or a data set of the Hugging Face hub. Reading streams: one document at a time, the files
// of a folder in turn.
//
// Prepare writes processed_data.json, val_data.json and test_data.json (one sequence a line, JSON as a whole), shards of
// token ids, and dataset.json, which counts what was read and left out. The same input and seed give the same bytes.
// Work in progress stays in .partial under the output folder; final names appear only when everything is written. A run
// that was stopped goes on from its last checkpoint.
package corpus
