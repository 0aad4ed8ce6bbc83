package config

// Fit configures pipeline fit: texts are measured, and a classifier of their complexity is fitted to that.
type Fit struct {
	DataPath    string   `name:"data_path" default:"sample" help:"texts to measure: sample, shared, a file or a folder"`
	Exclude     []string `name:"exclude_sources" default:"brown" help:"sources of the corpus to leave out"`
	Texts       int      `name:"texts" default:"2000" min:"2" help:"texts to measure, at the most; one in five is held out"`
	Probes      int      `name:"probes" default:"16" min:"1" help:"cloze questions a text, at the most; few make its class a matter of chance"`
	LeastProbes int      `name:"least_probes" default:"2" min:"1" help:"questions below which a text says too little about itself"`
	Quality     float64  `name:"quality" default:"0.8" min:"0" max:"1" help:"what has to be retained for a text to survive"`
	Reader      string   `name:"reader" default:"" help:"a model that the questions are put to, such as smollm2-135m; empty counts the answers that stand"`
	Seed        int64    `name:"seed" default:"42" help:"of the questions"`
	Output      string   `name:"output" default:"outputs/complexity.json" help:"the classifier, for run --classifier; pipeline/complexity.json is the one in the binary; how it does goes beside it (.md)"`
	Comment     string   `name:"comment" default:"" help:"a note"`
}
