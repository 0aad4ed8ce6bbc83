package config

// HATD configures run: features of a text, how complex it is, how much to prune, which model of the ladder does it.
type HATD struct {
	ModelHierarchy    []string           `name:"model_hierarchy" default:"roberta-large,roberta-base,distilroberta-base" help:"the ladder of models, largest first"`
	CompressionModel  string             `name:"compression_model" default:"" help:"the model that ranks tokens; empty takes the agent in the binary"`
	TaskType          string             `name:"task_type" default:"general" help:"what the text is for, such as general, qa, reasoning or generation"`
	OutputDir         string             `name:"output_dir" default:"outputs/hatd" help:"folder for reports and the feedback loop's state"`
	FeedbackLoop      bool               `name:"enable_feedback_loop" default:"false" help:"adapt the shares to measured retention"`
	PruningStrategies map[string]float64 `name:"pruning_strategies" default:"simple=0.5,medium=0.3,complex=0.1" oneof:"simple,medium,complex" min:"0" max:"0.9" help:"share of the tokens removed, by complexity"`
	Device            string             `name:"device" default:"auto" match:"auto|cpu|cuda(:[0-9]+)?" help:"auto, cpu, cuda or cuda:N"`
	Threads           int                `name:"threads" default:"0" min:"0" help:"threads of a CPU operation; 0 takes every core"`
	Comment           string             `name:"comment" default:"" help:"a note that is kept with the report"`
}
