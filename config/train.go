package config

import "fmt"

// Train configures the joint training of an agent and its reconstructor.
type Train struct {
	DataPath          string   `name:"data_path" default:"" help:"folder or processed_data.json made by prepare, or any text that prepare reads; empty takes the sample corpus"`
	ValDataPath       string   `name:"val_data_path" default:"" help:"what to select on: questions (JSONL), or text to ask about by cloze; empty takes the held-out questions in the binary, and one document of the corpus in 20"`
	CorpusPath        string   `name:"corpus_path" default:"" help:"plain text for recurrence and the reconstructor; empty takes data_path"`
	ExcludeSources    []string `name:"exclude_sources" default:"brown" help:"sources of the corpus to leave out; brown may not be used for weights that ship"`
	QAPath            []string `name:"qa_path" default:"" help:"files of questions with answers on a context (JSONL); empty takes those in the binary"`
	OutputDir         string   `name:"output_dir" default:"outputs/train" help:"folder of the run"`
	Resume            string   `name:"resume" default:"" bare:"latest" help:"go on from a checkpoint: its folder, or latest (the flag alone) for the newest under output_dir"`
	Tokenizer         string   `name:"tokenizer" default:"smollm2" help:"the agent's tokenizer by name or file"`
	Device            string   `name:"device" default:"auto" match:"auto|cpu|cuda(:[0-9]+)?" help:"cpu, cuda or cuda:N; auto is the CPU, for no GPU has been tried yet"`
	Threads           int      `name:"threads" default:"0" min:"0" help:"threads of a CPU operation; 0 takes every core"`
	MaxEpochs         int      `name:"max_epochs" default:"10" min:"0" help:"passes over the sequences in the joint loop"`
	MaxStepsPerEpoch  int      `name:"max_steps_per_epoch" default:"0" min:"0" help:"steps after which an epoch ends early; 0 takes every sequence"`
	BatchSize         int      `name:"batch_size" default:"32" min:"1" help:"texts a step"`
	AccumulationSteps int      `name:"gradient_accumulation_steps" default:"1" min:"1" help:"steps whose gradients are added up before the parameters move"`

	PolicyRate         float64 `name:"learning_rate_policy" default:"0.0003" min:"0" max:"1" help:"AdamW learning rate of the agent"`
	ReconstructorRate  float64 `name:"learning_rate_reconstructor" default:"0.0001" min:"0" max:"1" help:"AdamW learning rate of the reconstructor"`
	WeightDecay        float64 `name:"weight_decay" default:"0.01" min:"0" max:"1" help:"AdamW decay a step of learning rate 1; embeddings have none"`
	GradientClip       float64 `name:"gradient_clip" default:"1" min:"0" help:"largest norm of a step's gradient; 0 clips nothing"`
	WarmupSteps        int     `name:"warmup_steps" default:"0" min:"0" help:"steps over which the learning rates rise from 0"`
	MixedPrecision     bool    `name:"mixed_precision" default:"false" help:"a reconstructor that goes on from given weights learns in bfloat16 where that is fast, its steps added up in float32; the agent, and a reconstructor from scratch, learn in float32 either way"`
	GradientCheckpoint bool    `name:"gradient_checkpointing" default:"false" help:"accepted and said to be without effect: both networks fit into memory"`
	RandomSeed         int64   `name:"random_seed" default:"42" help:"seed of initialisation, order and sampling"`

	PolicyPath         string  `name:"policy_path" default:"" help:"an agent to go on from, whose shape and statistics of language stay: default, the one in the binary, or a folder; empty starts a new one"`
	ContextWindow      int     `name:"context_window" default:"8" min:"1" max:"256" help:"tokens on each side that the agent sees at the least; sets the dilations of its convolutions"`
	EmbeddingDim       int     `name:"embedding_dim" default:"16" min:"1" max:"1024" help:"width of the agent's token embedding"`
	EmbeddingRows      int     `name:"embedding_rows" default:"0" min:"0" help:"rows of the agent's token embedding, which rare tokens share; 0 gives each token its own"`
	EmbeddingFrom      string  `name:"embedding_from" default:"" help:"a model with the agent's tokenizer, such as smollm2-135m, whose embedding's principal components the agent's starts from; empty draws it"`
	PolicyHiddenDim    int     `name:"policy_hidden_dim" default:"128" min:"8" max:"4096" help:"width of the agent's convolutions"`
	Layers             int     `name:"layers" default:"4" min:"1" max:"16" help:"convolutions of the agent"`
	DilationGrowth     int     `name:"dilation_growth" default:"2" min:"1" max:"8" help:"how many times as far apart as in the layer before a convolution's tokens are, until context_window is reached; 3 sees farthest without gaps"`
	Rounds             int     `name:"rounds" default:"2" min:"1" max:"16" help:"decisions an episode: each drops some of what the one before left"`
	Samples            int     `name:"samples" default:"4" min:"2" max:"256" help:"masks drawn a text (K); each is judged against the others"`
	GradientEstimator  string  `name:"gradient_estimator" default:"rloo" oneof:"reinforce,rloo,disarm,gate" help:"how rewards become a gradient: the score function as it is, the same over the mean of the text's other masks, masks in antithetic pairs, or the reader's derivative in a gate on each word; the last two want rounds 1"`
	Init               string  `name:"init" default:"supervised" oneof:"supervised,none" help:"supervised: the agent learns labels before the joint loop; none: the joint loop takes it as it is, whatever supervised_epochs and supervised_steps say"`
	SupervisedEpochs   int     `name:"supervised_epochs" default:"4" min:"0" help:"passes over the questions, on answer spans, before the joint loop"`
	SupervisedRate     float64 `name:"learning_rate_supervised" default:"0.001" min:"0" max:"1" help:"AdamW learning rate of the agent in the supervised phases"`
	SupervisedBatch    int     `name:"supervised_batch_size" default:"8" min:"1" help:"texts a step of the supervised phases"`
	SupervisedCloze    int     `name:"supervised_cloze" default:"4" min:"0" help:"pieces of plain text a step of the answers phase, labelled by the teacher, or else with the salient spans that a cloze would ask for"`
	AskedQuestions     int     `name:"asked_questions" default:"8" min:"0" help:"questions a step of the answers phase that the agent is given with the text, which is then worth what it is worth to that one; none here and in asked_cloze makes an agent that takes no questions"`
	AskedCloze         int     `name:"asked_cloze" default:"4" min:"0" help:"the same of plain text: a span is asked for with half of the other words of its sentence"`
	SentenceWorth      float64 `name:"sentence_worth" default:"0.1" min:"0" max:"1" help:"what the other words of the sentence with the answer are worth to whoever asks"`
	HideTokens         float64 `name:"hide_tokens" default:"0.4" min:"0" max:"0.9" help:"share of token embeddings that the supervised phases hide, so that features and neighbours must do"`
	HideFeatures       float64 `name:"hide_features" default:"0.1" min:"0" max:"0.9" help:"share of a text's features that the supervised phases hide"`
	LabelWith          string  `name:"label_with" default:"rarity" oneof:"rarity,told,gate,best_mask,leave_one_out" help:"what a token of a question's text is worth: its rarity, where it is of the answer; what label_reader is told about the answer's token; or, of any word, label_reader's credit at random masks, whether the best of some random masks keeps it, what reading without it costs"`
	LabelReader        string  `name:"label_reader" default:"smollm2-135m" help:"the model that labels are taken from, all but rarity's"`
	LabelTexts         int     `name:"label_texts" default:"0" min:"0" help:"texts that label_reader labels, the rest are labelled by rarity; 0 takes all"`
	Teacher            string  `name:"teacher" default:"" help:"an encoder, such as minilm-l6, that learns the labels first, by its own weights; the agent then learns what it says of the questions' texts and of plain text. Empty: the agent learns the labels"`
	Teachers           int     `name:"teachers" default:"1" min:"1" max:"100" help:"trainings of the teacher, whose mean is taught"`
	TeacherEpochs      int     `name:"teacher_epochs" default:"2" min:"1" help:"a teacher's passes over the questions"`
	TeacherRate        float64 `name:"learning_rate_teacher" default:"0.0001" min:"0" max:"1" help:"AdamW learning rate of a teacher; its head's is ten times that"`
	TeacherHide        float64 `name:"teacher_hide" default:"0.1" min:"0" max:"0.9" help:"share of words that a teacher does not see while it learns"`
	TeacherTemperature float64 `name:"teacher_temperature" default:"3" min:"0.1" max:"100" help:"the logits of what the teacher says are divided by it, so that what is rarely asked for is told apart too"`
	TaughtNeighbours   float64 `name:"taught_neighbours" default:"0.4" min:"0" max:"10" help:"how much what the teacher says of the words beside a word counts for it, where what it says of the word counts 1: a reader understands words by those that stand with them"`
	TaughtTexts        int     `name:"taught_texts" default:"8000" min:"0" help:"pieces of plain text that the teacher speaks about, beside the questions' texts"`
	TaughtWorth        float64 `name:"taught_worth" default:"0.3" min:"0" max:"1" help:"of what the teacher says that a token is worth to all, the share that it is worth to whoever asks a question: its answer is most likely among that"`
	ClozeWorth         float64 `name:"cloze_worth" default:"0.1" min:"0" max:"1" help:"what a span that a cloze would ask for is worth beside an answer to a question that somebody asked"`
	SupervisedSteps    int     `name:"supervised_steps" default:"0" min:"0" help:"steps on recurrence, which needs no questions, before everything else"`

	RateMin             float64  `name:"rate_min" default:"0.2" min:"0.01" max:"1" help:"lowest share of tokens kept that is trained on"`
	RateMax             float64  `name:"rate_max" default:"0.8" min:"0.01" max:"1" help:"highest share of tokens kept that is trained on"`
	ExactRate           bool     `name:"exact_rate" default:"true" help:"hold every episode to its rate; false lets the reward move it, to see where it goes"`
	Probes              []string `name:"probes" default:"question" oneof:"question,cloze,recurrence,rebuild,distant" help:"what the joint loop asks: questions of qa_path, salient spans cut out of the text's sentences, words that come back later in it, the text itself, what stands at least 64 words behind it"`
	RewardType          string   `name:"reward_type" default:"information_theoretic" oneof:"simple,information_theoretic,information_theoretic_seed" help:"what an episode is paid for"`
	ImportanceWeighting bool     `name:"importance_weighting" default:"false" help:"weigh what is lost by how much each probe's loss depends on the context"`
	TemperatureSchedule string   `name:"temperature_schedule" default:"fixed" oneof:"fixed,linear,exponential,adaptive" help:"how the reward's temperature moves over the run"`
	RewardTemperature   float64  `name:"reward_temperature" default:"1" min:"0.001" max:"1000" help:"temperature of the reward at the start; higher is flatter"`
	RewardTemperatureTo float64  `name:"reward_temperature_min" default:"0.1" min:"0.001" max:"1000" help:"temperature of the reward at the end of a linear or exponential schedule, and the least of an adaptive one"`
	EntropyWeight       float64  `name:"entropy_weight" default:"0.01" min:"0" max:"10" help:"pay for the policy's entropy, in deviations of the reward a nat a word"`
	EntropyFloor        float64  `name:"entropy_floor" default:"0.2" min:"0" max:"0.7" help:"nats a word below which the policy is pulled towards even odds; 0 lets it become certain"`
	GumbelInit          float64  `name:"gumbel_temperature_init" default:"1" min:"0.01" max:"100" help:"temperature that masks are drawn at in the first step"`
	GumbelMin           float64  `name:"gumbel_temperature_min" default:"0.5" min:"0.01" max:"100" help:"temperature that masks are drawn at in the last step"`

	Reader               string  `name:"reader" default:"own" help:"who answers the probes that pay: own (the reconstructor), standing (nobody: an answer counts that stands word for word in what is kept), standing:words (the share of its words that do), smollm2-135m, or a model's folder"`
	LeastTold            float64 `name:"least_told" default:"0" min:"0" help:"nats a token of the answers that the whole texts of a step have to save the reader, or the step does not move the agent and the reconstructor learns instead; 0 moves it always"`
	Judge                string  `name:"judge" default:"" help:"a model whose order of masks of held-out texts the reader is held to, as smollm2-135m: their rank agreement is logged, about random masks and about such as the agent draws; empty asks nobody"`
	JudgeEvery           int     `name:"judge_every" default:"1" min:"1" help:"evaluations between two with the judge"`
	JudgeTexts           int     `name:"judge_texts" default:"32" min:"2" help:"held-out texts that the judge reads masks of, eight of each"`
	ReconstructorPath    string  `name:"reconstructor_path" default:"" help:"the reconstructor to go on from: a folder, gpt2 or smollm2-135m; empty starts a small one from scratch"`
	ReconstructorLayers  int     `name:"reconstructor_layers" default:"4" min:"1" max:"64" help:"layers of the reconstructor; of given weights, the first so many are kept, unless reconstructor_without says which are not"`
	ReconstructorWithout []int   `name:"reconstructor_without" default:"" help:"layers of given weights that are left out, counted from 0"`
	ReconstructorTeacher string  `name:"reconstructor_teacher" default:"" help:"a model with the reconstructor's tokens and width, as smollm2-135m, that heals it: it then learns what this one says to the probes, and its hidden states, where it would learn to rebuild texts and the answers; the embedding stays"`
	ReconstructorDim     int     `name:"reconstructor_dim" default:"128" min:"16" max:"4096" help:"width of a reconstructor from scratch"`
	ReconstructorHeads   int     `name:"reconstructor_heads" default:"4" min:"1" max:"64" help:"attention heads of a reconstructor from scratch"`
	ReconstructorStart   int     `name:"reconstructor_start" default:"200" min:"0" help:"steps of the reconstructor on random masks before the joint loop"`
	ReconstructorEvery   int     `name:"reconstructor_every" default:"2" min:"0" help:"policy steps between two reconstructor steps; 0 leaves it as it starts: frozen"`

	LogFreq         int     `name:"log_freq" default:"10" min:"1" help:"steps between two lines of metrics.jsonl"`
	EvalFreq        int     `name:"eval_freq" default:"0" min:"0" help:"steps between two evaluations; 0 goes by eval_every"`
	EvalEvery       int     `name:"eval_every" default:"1" min:"0" help:"epochs between two evaluations; 0 has none"`
	CheckpointFreq  int     `name:"checkpoint_freq" default:"0" min:"0" help:"steps between two checkpoints; 0 goes by save_every"`
	SaveEvery       int     `name:"save_every" default:"1" min:"0" help:"epochs between two checkpoints; 0 writes the last only"`
	KeepCheckpoints int     `name:"keep_checkpoints" default:"2" min:"1" help:"newest checkpoints that stay on disk; best/ stays beside them"`
	Patience        int     `name:"patience" default:"0" min:"0" help:"evaluations without a better one after which training stops; 0 never"`
	MaxHours        float64 `name:"max_hours" default:"0" min:"0" max:"8760" help:"hours after which training stops, counted over resumes; 0 never. Learning rates and temperatures go by steps all the same"`
	Comment         string  `name:"comment" default:"" help:"a note that is kept with the run"`
}

// Validate checks the settings that bound one another.
func (t *Train) Validate() error {
	switch {
	case t.RateMin > t.RateMax:
		return fmt.Errorf("rate_min is %g; want at most rate_max, %g", t.RateMin, t.RateMax)
	case t.GumbelMin > t.GumbelInit:
		return fmt.Errorf("gumbel_temperature_min is %g; want at most gumbel_temperature_init, %g", t.GumbelMin, t.GumbelInit)
	case t.RewardTemperatureTo > t.RewardTemperature:
		return fmt.Errorf("reward_temperature_min is %g; want at most reward_temperature, %g", t.RewardTemperatureTo, t.RewardTemperature)
	case t.PolicyPath != "" && t.EmbeddingFrom != "":
		return fmt.Errorf("embedding_from is %s; want none with policy_path, whose agent has an embedding", t.EmbeddingFrom)
	case len(t.ReconstructorWithout) > 0 && t.ReconstructorPath == "":
		return fmt.Errorf("reconstructor_without is %d; want reconstructor_path, whose layers they are", t.ReconstructorWithout)
	case t.ReconstructorDim%t.ReconstructorHeads != 0:
		return fmt.Errorf("reconstructor_dim is %d; want a multiple of reconstructor_heads, %d", t.ReconstructorDim, t.ReconstructorHeads)
	}
	return t.validateEstimator()
}

// validateEstimator checks that the episodes are as the gradient estimator wants them. A pair of masks is one only until
// its texts differ, which they do in a second round; a gate says what a unit is worth in the text that is read, the last.
func (t *Train) validateEstimator() error {
	estimator := t.GradientEstimator
	switch {
	case (estimator == "disarm" || estimator == "gate") && t.Rounds != 1:
		return fmt.Errorf("rounds is %d; want 1 for gradient_estimator %s", t.Rounds, estimator)
	case estimator == "disarm" && t.Samples%2 != 0:
		return fmt.Errorf("samples is %d; want an even number for gradient_estimator disarm, whose masks are pairs", t.Samples)
	case estimator == "gate" && !t.ExactRate:
		return fmt.Errorf("exact_rate is false; want true for gradient_estimator gate, which knows nothing of what a reward pays for length")
	}
	return nil
}
