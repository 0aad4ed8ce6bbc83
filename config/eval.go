package config

// Eval configures eval and baselines: an agent against simple ways to shorten, at the same rate on held-out text.
type Eval struct {
	ModelPath         []string  `name:"model_path" default:"" help:"the agent: a run's folder, a checkpoint or a model's folder; several are trainings of one agent, whose figures are their means; empty takes the one in the binary"`
	Compare           []string  `name:"compare" default:"" help:"folders of other agents, each a row of its own: rungs of a ladder, or ablations; a+b are two trainings of one, whose figures are their means"`
	DataPath          string    `name:"data_path" default:"" help:"a file of a task (sputnik help eval), or text to ask about; empty takes the task's in the shared data, or the held-out sample"`
	Task              string    `name:"task" default:"auto" oneof:"auto,questions,squad_en,squad_es,squad_de,squad_zh,gsm8k,commongen,meetings,chat,text" help:"what the data is; auto sees it from the file's fields"`
	OutputDir         string    `name:"output_dir" default:"" help:"folder for report.json, report.md, report.html and the plots; empty takes the run's, or outputs/eval (outputs/baselines)"`
	ReconstructorPath string    `name:"reconstructor_path" default:"" help:"the reconstructor for gap loss; empty takes the one beside the agent"`
	Reader            string    `name:"reader" default:"auto" help:"who answers the probes: a model's name or folder, own (the reconstructor), openai:MODEL at base_url, or auto: smollm2-135m when it was pulled, else own"`
	BaseURL           string    `name:"base_url" default:"" help:"of an OpenAI-compatible endpoint, for --reader openai:MODEL; its key is taken from OPENAI_API_KEY"`
	TokenBudget       int       `name:"token_budget" default:"0" min:"0" help:"tokens that an endpoint may be asked for, prompts and answers; 0 is no cap"`
	Answers           bool      `name:"answers" default:"false" help:"have every probe answered in words too, and scored as its task is: F1 and exact match, solved, coverage, ROUGE; an endpoint does nothing else, and a model as small as smollm2-135m answers too badly to judge by"`
	NumSequences      int       `name:"num_sequences" default:"100" min:"0" help:"documents to evaluate on; 0 takes all"`
	BatchSize         int       `name:"batch_size" default:"256" min:"1" help:"readings put to the reader at a time, at the least; a run that is stopped goes on after the last"`
	QuestionGiven     bool      `name:"question_given" default:"false" help:"tell every scorer the question before it cuts: each question has a cut of its own, and agents that take questions stand beside themselves without them"`
	IncludeBaselines  bool      `name:"include_baselines" default:"true" help:"evaluate the baselines beside the agent"`
	Baselines         []string  `name:"baselines" default:"random,first,last,frequency,length,ngram" oneof:"random,first,last,frequency,length,ngram,stopword,entropy,position,adaptive,learned_entropy,transformer_based,iterative_surprisal,attention,attention:rollout,gradient,gradient:input,gradient:mlm,gradient:mlm:input,surprisal,surprisal:phrase,contrastive,tokenclass" help:"what to compare with"`
	ScorerModel       []string  `name:"scorer_model" default:"" help:"what baselines read that have a model of their own: a folder or a pulled model for all of them, or NAME=MODEL for one, such as tokenclass=FOLDER; else minilm-l6 for attention and gradient, the reader for the others"`
	Oracle            int       `name:"oracle_documents" default:"0" min:"0" help:"documents on which greedy removal by the reader is measured too, as a ceiling; about a minute each"`
	RandomDraws       int       `name:"random_draws" default:"3" min:"1" max:"100" help:"how often a baseline that draws is tried, each time with another seed; its figures are the means"`
	Metrics           []string  `name:"metrics" default:"compression_ratio,retained_information,reconstruction_loss,exact_kept" oneof:"compression_ratio,retained_information,reconstruction_loss,exact_kept,bleu_score,rouge_score,chrf,semantic_similarity,perplexity,end_to_end_time" help:"what to measure"`
	Examples          int       `name:"examples" default:"3" min:"0" max:"100" help:"documents that the report shows as every scorer leaves them"`
	Device            string    `name:"device" default:"auto" match:"auto|cpu|cuda(:[0-9]+)?" help:"auto or cpu; only training takes cuda"`
	MixedPrecision    bool      `name:"mixed_precision" default:"true" help:"the reader in bfloat16 where the processor computes in it; false is float32, slower there and a little more exact"`
	Threads           int       `name:"threads" default:"0" min:"0" help:"threads of a CPU operation; 0 takes every core"`
	TargetRatios      []float64 `name:"target_ratios" default:"0.3,0.5,0.7" min:"0.01" max:"1" help:"shares of the tokens to keep"`
	Significance      bool      `name:"statistical_significance" default:"true" help:"intervals of the differences between the agent and each baseline"`
	BootstrapSamples  int       `name:"bootstrap_samples" default:"1000" min:"10" max:"1000000" help:"resamples of the documents"`
	Confidence        float64   `name:"confidence_interval" default:"0.95" min:"0.5" max:"0.9999" help:"share of the resamples that an interval holds"`
	RandomSeed        int64     `name:"random_seed" default:"42" help:"seed of the resamples, the random baseline and the choice of documents"`
	Comment           string    `name:"comment" default:"" help:"a note that is kept with the report"`
}
