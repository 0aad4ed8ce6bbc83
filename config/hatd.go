package config

// HATD configures run: features of a text, how complex it is, how much to prune, which model of the ladder does it.
type HATD struct {
	ModelHierarchy    []string           `name:"model_hierarchy" default:"default" help:"the ladder of models, largest first: default, the agent in the binary; an agent's folder; a model in Hugging Face form, which ranks by attention or surprisal. Those that are not on this machine are left out, and the report says so"`
	CompressionModel  string             `name:"compression_model" default:"" help:"the model that ranks tokens whatever the complexity; empty takes one of the ladder for each text"`
	TaskType          string             `name:"task_type" default:"general" oneof:"general,qa,generation,reasoning" help:"what the text is for; reasoning keeps more"`
	OutputDir         string             `name:"output_dir" default:"outputs/hatd" help:"folder for reports and the feedback loop's state"`
	FeedbackLoop      bool               `name:"enable_feedback_loop" default:"false" help:"adapt the shares to measured retention; the state is strategies.json in output_dir"`
	PruningStrategies map[string]float64 `name:"pruning_strategies" default:"simple=0.5,medium=0.3,complex=0.1" oneof:"simple,medium,complex" min:"0" max:"0.9" help:"share of the tokens removed, by complexity"`
	Device            string             `name:"device" default:"auto" match:"auto|cpu|cuda(:[0-9]+)?" help:"auto or cpu; only training takes cuda"`
	Threads           int                `name:"threads" default:"0" min:"0" help:"threads of a CPU operation; 0 takes every core"`
	Input             string             `name:"input" default:"" help:"a text, a folder of texts, or lines {\"id\",\"text\",\"question\"?} in a file that ends in .jsonl"`
	Output            string             `name:"output" default:"" help:"the shorter text; a folder for a folder, lines {\"id\",\"text\"} for lines"`
	Question          string             `name:"question" default:"" help:"what will be asked about the text; a line's own question goes before it"`
	Complexity        string             `name:"complexity" default:"fitted" oneof:"rules,fitted" help:"who says how complex a text is: the seed's rules, or a classifier that pipeline fit made"`
	Classifier        string             `name:"classifier" default:"" help:"a classifier of pipeline fit; empty takes the one in the binary"`
	LadderReport      string             `name:"ladder_report" default:"" help:"report.json of distill, whose rungs stand in for model_hierarchy and whose measured retention routes; empty routes by complexity alone: the smallest, the middle, the largest"`
	Quality           float64            `name:"quality" default:"0.95" min:"0" max:"1" help:"what a rung has to retain of the largest's gain, as measured in ladder_report, for a text to be sent to it"`
	RulePruner        bool               `name:"rule_pruner" default:"true" help:"leave out filler and redundant phrases before the model ranks the rest"`
	Reader            string             `name:"reader" default:"" help:"a model that reads both texts and answers, such as smollm2-135m; empty measures retention by what stands of the answers to cloze questions"`
	Probes            int                `name:"probes" default:"8" min:"1" max:"64" help:"cloze questions that a text's retention is measured by"`
	Seed              int64              `name:"seed" default:"42" help:"of the questions and the intervals"`
	Explain           bool               `name:"explain" default:"false" help:"print why each text was cut as it was"`
	Comment           string             `name:"comment" default:"" help:"a note that is kept with the report"`
}

// Validate completes the strategies: one that is not named keeps its default.
func (h *HATD) Validate() error {
	for name, share := range map[string]float64{"simple": 0.5, "medium": 0.3, "complex": 0.1} {
		if _, given := h.PruningStrategies[name]; !given {
			h.PruningStrategies[name] = share
		}
	}
	if len(h.ModelHierarchy) == 0 {
		return Usagef("model_hierarchy is empty; want the ladder of models, largest first, such as default")
	}
	return nil
}
