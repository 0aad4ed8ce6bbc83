package config

import (
	"fmt"
	"math"
)

// Data configures prepare: documents in, clean, split and tokenised sequences out.
type Data struct {
	DatasetName      string   `name:"dataset_name" default:"sample" help:"what to read: sample (in the binary), shared (SPUTNIK_DATA/corpus), a file or folder of JSONL, text or Parquet, or the name of a Hugging Face data set"`
	OutputDir        string   `name:"output_dir" default:"data/processed" help:"folder for the shards and processed_data.json, val_data.json, test_data.json"`
	Tokenizer        string   `name:"tokenizer" default:"smollm2" help:"tokenizer by name or file; lengths and shards are in its tokens"`
	MaxSequences     int      `name:"max_sequences" default:"0" min:"0" help:"stop after so many sequences; 0 takes all"`
	MaxLength        int      `name:"max_length" default:"512" min:"2" help:"longest sequence in tokens"`
	MinLength        int      `name:"min_length" default:"16" min:"1" help:"shortest sequence in tokens"`
	LongTexts        string   `name:"long_texts" default:"cut" oneof:"cut,truncate,drop" help:"what to do with a text above max_length: cut it at paragraphs and sentences, keep its start, or leave it out"`
	TrainSplit       float64  `name:"train_split" default:"0.8" min:"0" max:"1" help:"share of the documents to train on"`
	ValSplit         float64  `name:"val_split" default:"0.1" min:"0" max:"1" help:"share of the documents to select on"`
	TestSplit        float64  `name:"test_split" default:"0.1" min:"0" max:"1" help:"share of the documents to report on"`
	ExcludeSources   []string `name:"exclude_sources" default:"" help:"sources to leave out, such as brown, which weights that ship may not be trained on"`
	FilterDuplicates bool     `name:"filter_duplicates" default:"true" help:"leave out exact and near copies of earlier documents"`
	NearDuplicates   float64  `name:"near_duplicates" default:"0.8" min:"0.3" max:"1" help:"estimated overlap (Jaccard, five-word shingles) from which a document is a near copy; 1 leaves only exact copies out"`
	DatasetConfig    string   `name:"dataset_config" default:"" help:"configuration of a Hugging Face data set; empty takes its default"`
	DatasetSplit     string   `name:"dataset_split" default:"train" help:"split of a Hugging Face data set"`
	TextField        string   `name:"text_field" default:"text" help:"field or column that holds the text"`
	MemoryMB         int      `name:"memory_mb" default:"256" min:"16" help:"memory for finding duplicates, in MB; when it is full the oldest near-copy signatures are forgotten first"`
	RandomSeed       int64    `name:"random_seed" default:"42" help:"seed of the split"`
	WriteQuestions   int      `name:"write_questions" default:"0" min:"0" bare:"4" help:"in place of sequences write questions.jsonl: up to so many questions a passage (the flag alone: 4) for spans of it, by question_model, for train --qa_path; max_sequences bounds the passages"`
	QuestionModel    string   `name:"question_model" default:"smollm2-135m" help:"the causal model that writes questions: a name or a folder"`
	Comment          string   `name:"comment" default:"" help:"a note that is kept with the result"`
}

// Validate checks the settings that bound one another.
func (d *Data) Validate() error {
	if sum := d.TrainSplit + d.ValSplit + d.TestSplit; math.Abs(sum-1) > 1e-6 {
		return fmt.Errorf("train_split, val_split and test_split add up to %g; want 1", sum)
	}
	if d.MinLength > d.MaxLength {
		return fmt.Errorf("min_length is %d; want at most max_length, %d", d.MinLength, d.MaxLength)
	}
	return nil
}
