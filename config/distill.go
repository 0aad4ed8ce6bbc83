package config

import "fmt"

// Distill configures a ladder of agents, each of which learns from the one above it.
type Distill struct {
	Teacher      string   `name:"teacher" default:"default" help:"the first rung: default, the agent in the binary; an agent's folder; or a scorer that reads a model, such as attention or tokenclass"`
	TeacherModel string   `name:"teacher_model" default:"" help:"what such a scorer reads"`
	Names        []string `name:"rungs" default:"300k,100k,30k" help:"names of the students, largest first; each learns from the one before it"`
	Embedding    []int    `name:"rung_embedding" default:"4,4,4" min:"1" max:"1024" help:"width of each student's token embedding"`
	Rows         []int    `name:"rung_rows" default:"0,8192,1024" min:"0" help:"rows of each student's embedding, which rare tokens share; 0 gives each token its own"`
	Hidden       []int    `name:"rung_hidden" default:"96,80,48" min:"8" max:"4096" help:"width of each student's convolutions"`
	Layers       []int    `name:"rung_layers" default:"4,3,3" min:"1" max:"16" help:"convolutions of each student"`
	Window       int      `name:"context_window" default:"15" min:"1" max:"256" help:"tokens on each side that a student sees at the least"`
	Assistants   []string `name:"assistants" default:"" help:"rungs that only teach: they are left out of the report's ladder"`
	Also         []string `name:"also" default:"" help:"folders of other agents to measure beside the ladder, such as one that was trained by reinforcement at the last rung's size; of one with folders seed-N the mean is measured"`
	Reuse        bool     `name:"reuse" default:"false" help:"measure the students that lie in output_dir again, without training those that are there"`
	Controls     bool     `name:"controls" default:"true" help:"train the last rung from scratch on hard labels too, and straight from the teacher"`

	TrainPath    string    `name:"train_path" default:"sample" help:"text to learn on: sample, shared, a file or a folder"`
	ValidPath    string    `name:"val_data_path" default:"sample-valid" help:"held-out text to measure on: questions with answers (JSONL), or text to ask about by cloze: sample-valid, shared-valid, a file or a folder"`
	Questions    string    `name:"qa_path" default:"sample" help:"questions with answers on a context, whose answers are hard labels too"`
	Texts        int       `name:"texts" default:"20000" min:"1" help:"pieces of text to learn on, at the most"`
	Documents    int       `name:"num_sequences" default:"1000" min:"2" help:"held-out pieces of text to measure on, at the most"`
	Exclude      []string  `name:"exclude_sources" default:"brown" help:"sources of the corpus to leave out"`
	Steps        int       `name:"steps" default:"2000" min:"1" help:"steps of each student"`
	BatchSize    int       `name:"batch_size" default:"16" min:"1" help:"texts a step"`
	Rate         float64   `name:"learning_rate" default:"0.003" min:"0" max:"1" help:"AdamW learning rate, after a warm-up, falling to a twentieth"`
	WeightDecay  float64   `name:"weight_decay" default:"0.01" min:"0" max:"1" help:"AdamW decay of all but embeddings"`
	Alpha        float64   `name:"alpha" default:"0.5" min:"0" max:"1" help:"a of (1-a) CE + a T^2 KL, at the start"`
	AlphaEnd     float64   `name:"alpha_end" default:"0.5" min:"0" max:"1" help:"a in the last step; it moves in a straight line"`
	Temperature  float64   `name:"temperature" default:"2" min:"0.1" max:"100" help:"T at the start"`
	TempEnd      float64   `name:"temperature_end" default:"2" min:"0.1" max:"100" help:"T in the last step"`
	Listwise     float64   `name:"listwise" default:"0.5" min:"0" max:"100" help:"weight of the divergence of the softmax over a text's positions"`
	HiddenWeight float64   `name:"hidden_weight" default:"0" min:"0" max:"100" help:"weight of the squared distance of hidden states, where student and teacher are equally wide"`
	Rates        []float64 `name:"target_ratios" default:"0.2,0.33,0.5,0.7" min:"0.01" max:"1" help:"shares of the tokens kept that are measured at, ascending"`
	Reader       string    `name:"reader" default:"" help:"a model that the probes are put to, such as smollm2-135m; empty counts the answers that stand in what is kept"`
	Mixed        bool      `name:"mixed_precision" default:"true" help:"the reader in bfloat16 where the processor computes in it; false is float32, slower there and a little more exact"`
	Probes       int       `name:"probes" default:"4" min:"1" help:"cloze questions a held-out text"`
	Seeds        []int     `name:"seeds" default:"42" help:"the ladder is trained once for each; figures are means over them"`
	Speeds       bool      `name:"speeds" default:"true" help:"measure tokens a second; false where much else runs on the machine, which makes figures of chance, slowly"`
	Threads      int       `name:"threads" default:"0" min:"0" help:"threads of a CPU operation; 0 takes every core"`
	OutputDir    string    `name:"output_dir" default:"outputs/ladder" help:"folder of the rungs and of report.json and report.md"`
	Comment      string    `name:"comment" default:"" help:"a note that is kept with the report"`

	Causal       []string `name:"causal" default:"" help:"a ladder of causal models instead, largest first: names or folders in Hugging Face form; a name with :N behind it is the model before it, cut to its first N layers"`
	Masked       []string `name:"masked" default:"" help:"the same of masked-LM encoders, such as roberta-large,roberta-base,distilroberta-base: each learns what its teacher says under masks"`
	CausalTokens int      `name:"causal_tokens" default:"96" min:"8" help:"tokens of a text that language models learn on"`
}

// Validate checks that every rung has a shape.
func (d *Distill) Validate() error {
	for name, n := range map[string]int{"rung_embedding": len(d.Embedding), "rung_rows": len(d.Rows), "rung_hidden": len(d.Hidden), "rung_layers": len(d.Layers)} {
		if n != len(d.Names) {
			return fmt.Errorf("%s has %d numbers for %d rungs", name, n, len(d.Names))
		}
	}
	if len(d.Causal) > 0 && len(d.Masked) > 0 {
		return fmt.Errorf("causal and masked: want one ladder at a time")
	}
	for i, rate := range d.Rates {
		if i > 0 && rate <= d.Rates[i-1] {
			return fmt.Errorf("target_ratios are %v; want them ascending", d.Rates)
		}
	}
	if len(d.Rates) < 2 || len(d.Seeds) == 0 || len(d.Names) == 0 {
		return fmt.Errorf("target_ratios, seeds and rungs: want at least two, one and one")
	}
	return nil
}
