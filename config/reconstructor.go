package config

import "fmt"

// Reconstructor configures the training of a reconstructor by itself, on random masks.
type Reconstructor struct {
	DataPath     string  `name:"data_path" default:"" help:"folder or processed_data.json made by prepare, or any text that prepare reads; empty takes the sample corpus"`
	OutputDir    string  `name:"output_dir" default:"outputs/reconstructor" help:"folder of the run"`
	Resume       string  `name:"resume" default:"" bare:"latest" help:"go on from a checkpoint: its folder, or latest (the flag alone) for the newest under output_dir"`
	Device       string  `name:"device" default:"auto" match:"auto|cpu|cuda(:[0-9]+)?" help:"cpu, cuda or cuda:N; auto is the CPU, for no GPU has been tried yet"`
	Threads      int     `name:"threads" default:"0" min:"0" help:"threads of a CPU operation; 0 takes every core"`
	Epochs       int     `name:"epochs" default:"1" min:"0" help:"passes over the sequences"`
	MaxSteps     int     `name:"max_steps" default:"0" min:"0" help:"steps after which training ends; 0 goes by epochs"`
	BatchSize    int     `name:"batch_size" default:"8" min:"1" help:"sequences a step"`
	LearningRate float64 `name:"learning_rate" default:"0.001" min:"0" max:"1" help:"AdamW learning rate"`
	WarmupSteps  int     `name:"warmup_steps" default:"20" min:"0" help:"steps over which the learning rate rises from 0"`
	WeightDecay  float64 `name:"weight_decay" default:"0.01" min:"0" max:"1" help:"AdamW decay a step of learning rate 1"`
	GradientClip float64 `name:"gradient_clip" default:"1" min:"0" help:"largest norm of a step's gradient; 0 clips nothing"`
	ModelPath    string  `name:"reconstructor_path" default:"" help:"weights to start from: a folder, gpt2 or smollm2-135m; empty starts from scratch"`
	Tokenizer    string  `name:"tokenizer" default:"smollm2" help:"tokenizer of a model from scratch, by name or file"`
	Layers       int     `name:"reconstructor_layers" default:"4" min:"1" max:"64" help:"layers; of given weights, the first so many are kept"`
	Dim          int     `name:"reconstructor_dim" default:"128" min:"16" max:"4096" help:"width of a model from scratch"`
	Heads        int     `name:"reconstructor_heads" default:"4" min:"1" max:"64" help:"attention heads of a model from scratch"`
	MaxLength    int     `name:"max_length" default:"128" min:"8" help:"tokens of a text that are masked and rebuilt"`
	RateMin      float64 `name:"rate_min" default:"0.05" min:"0" max:"1" help:"lowest share of tokens kept"`
	RateMax      float64 `name:"rate_max" default:"1" min:"0" max:"1" help:"highest share of tokens kept"`
	LogFreq      int     `name:"log_freq" default:"10" min:"1" help:"steps between two lines of metrics.jsonl"`
	SaveEvery    int     `name:"save_every" default:"1" min:"0" help:"epochs between two checkpoints; 0 writes the last only"`
	RandomSeed   int64   `name:"random_seed" default:"42" help:"seed of initialisation, order and masks"`
	Comment      string  `name:"comment" default:"" help:"a note that is kept with the run"`
}

// Validate checks the settings that bound one another.
func (r *Reconstructor) Validate() error {
	switch {
	case r.RateMin > r.RateMax:
		return fmt.Errorf("rate_min is %g; want at most rate_max, %g", r.RateMin, r.RateMax)
	case r.Dim%r.Heads != 0:
		return fmt.Errorf("reconstructor_dim is %d; want a multiple of reconstructor_heads, %d", r.Dim, r.Heads)
	}
	return nil
}
