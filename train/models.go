package train

import (
	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

// defaultAgent is the one in the binary.
const defaultAgent = "default"

// openAgent opens the agent to go on from, or sees whether a new one can be.
func (t *Trainer) openAgent() (err error) {
	switch t.cfg.PolicyPath {
	case "":
		return config.Usage(t.shape().Check())
	case defaultAgent:
		t.agent, err = agent.Default()
	default:
		t.agent, err = agent.Load(t.cfg.PolicyPath)
	}
	if err != nil {
		return config.Usagef("policy_path: %w", err)
	}
	t.close = append(t.close, t.agent.Close)
	switch {
	case t.agent.Vocabulary != t.data.tokenizer.VocabSize() || t.agent.Config.Tokenizer != t.cfg.Tokenizer:
		return config.Usagef("policy_path: the agent reads %s; tokenizer is %s", t.agent.Config.Tokenizer, t.cfg.Tokenizer)
	case t.agent.Question == 0 && t.asksAgent() && t.cfg.SupervisedEpochs > 0:
		return config.Usagef("policy_path: the agent takes no questions; want asked_questions 0 and asked_cloze 0")
	}
	return nil
}

// shape is that of a new agent.
func (t *Trainer) shape() agent.Config {
	shape := agent.Config{
		Tokenizer: t.cfg.Tokenizer, Vocabulary: t.data.tokenizer.VocabSize(), Embedding: t.cfg.EmbeddingDim,
		Hidden: t.cfg.PolicyHiddenDim, ContextWindow: t.cfg.ContextWindow, Layers: t.cfg.Layers, Rows: t.cfg.EmbeddingRows,
		Growth: t.cfg.DilationGrowth,
	}
	if t.asksAgent() {
		shape.Question = agent.QuestionFeatures
	}
	return shape
}

// asksAgent says whether the supervised start gives the agent questions.
func (t *Trainer) asksAgent() bool { return t.cfg.AskedQuestions+t.cfg.AskedCloze > 0 }

func (t *Trainer) makeModels() (err error) {
	torch.Seed(uint64(t.cfg.RandomSeed))
	if t.agent == nil {
		if t.agent, err = agent.New(t.shape(), t.data.tokenizer, t.data.statistics); err != nil {
			return err
		}
		t.close = append(t.close, t.agent.Close)
	}
	if err = t.embed(); err != nil {
		return config.Usagef("embedding_from: %w", err)
	}
	if err = t.agent.RequireGrad(); err != nil {
		return err
	}
	if t.policy, err = torch.NewAdamW(policyGroups(t.agent, t.cfg.WeightDecay)...); err != nil {
		return err
	}
	t.close = append(t.close, t.policy.Close)
	if err = t.makeReconstructor(); err != nil {
		return err
	}
	return t.makeReader()
}

// embed starts the agent's embedding from that of a model, where one is named.
func (t *Trainer) embed() error {
	if t.cfg.EmbeddingFrom == "" {
		return nil
	}
	model, err := reconstructor.Open(t.cfg.EmbeddingFrom, torch.Float32, 1)
	if err != nil {
		return err
	}
	defer model.Close()
	if err := token.SameVocabulary(model.Tokenizer(), t.data.tokenizer); err != nil {
		return err
	}
	return t.agent.EmbedAs(model.Model().Parameters()[0].Tensor)
}

// policyGroups gives the embedding a third of the rate and no decay: its rows see few gradients each.
func policyGroups(a *agent.Agent, decay float64) []torch.Group {
	embedding, rest := torch.Group{Rate: 0.3}, torch.Group{Rate: 1, Decay: decay}
	for _, p := range a.Parameters() {
		if p.Name == "embedding.weight" {
			embedding.Params = append(embedding.Params, p)
		} else {
			rest.Params = append(rest.Params, p)
		}
	}
	return []torch.Group{embedding, rest}
}

func (t *Trainer) makeReconstructor() (err error) {
	if t.cfg.ReconstructorPath == "" {
		t.rebuild, err = reconstructor.New(reconstructor.Shape{
			Tokenizer: t.cfg.Tokenizer, Layers: t.cfg.ReconstructorLayers, Width: t.cfg.ReconstructorDim, Heads: t.cfg.ReconstructorHeads,
		})
	} else {
		t.rebuild, err = t.openReconstructor()
	}
	if err != nil {
		return config.Usage(err)
	}
	t.close = append(t.close, t.rebuild.Close)
	if err := t.openHealer(); err != nil {
		return config.Usagef("reconstructor_teacher: %w", err)
	}
	model := t.rebuild.Model()
	if err := model.RequireGrad(); err != nil {
		return err
	}
	learns := model.Parameters()
	if t.healer != nil {
		learns = learns[1:] // but for the embedding
	}
	t.rebuilds, err = torch.NewAdamW(torch.Group{Params: learns, Rate: 1, Decay: t.cfg.WeightDecay})
	if err == nil {
		t.close = append(t.close, t.rebuilds.Close)
	}
	return err
}

// openReconstructor opens the weights to go on from.
func (t *Trainer) openReconstructor() (*reconstructor.Reconstructor, error) {
	kind := torch.Float32
	if t.cfg.MixedPrecision {
		kind = torch.Fast()
	}
	if without := t.cfg.ReconstructorWithout; len(without) > 0 {
		return reconstructor.OpenWithout(t.cfg.ReconstructorPath, kind, without)
	}
	return reconstructor.Open(t.cfg.ReconstructorPath, kind, t.cfg.ReconstructorLayers)
}

func (t *Trainer) openHealer() (err error) {
	if t.cfg.ReconstructorTeacher == "" {
		return nil
	}
	if t.healer, err = reconstructor.Open(t.cfg.ReconstructorTeacher, torch.Fast(), 0); err != nil {
		return err
	}
	t.close = append(t.close, t.healer.Close)
	return t.healer.CanTeach(t.rebuild)
}

// The readers that no model is opened for: the reconstructor, and nobody, for whom an answer counts that stands in what is
// kept, or the share of its words that do.
const (
	ownReader    = "own"
	wholeAnswers = "standing"
	answerWords  = "standing:words"
)

// readerLearns says whether the reader is the run's own reconstructor.
func (t *Trainer) readerLearns() bool { return t.cfg.Reader == ownReader }

func (t *Trainer) makeReader() error {
	switch t.cfg.Reader {
	case ownReader:
		t.reader = t.rebuild
		return nil
	case wholeAnswers, answerWords:
		t.reader = probe.Standing{ByWords: t.cfg.Reader == answerWords}
		return nil
	}
	reader, err := reconstructor.Open(t.cfg.Reader, torch.Fast(), 0)
	if err != nil {
		return config.Usagef("reader: %w", err)
	}
	t.reader = reader
	t.close = append(t.close, reader.Close)
	return nil
}

// noModel says whether a name stands for something that no model has to be opened for.
func noModel(name string) bool {
	return name == "" || name == ownReader || name == wholeAnswers || name == answerWords
}

// findModels looks for the models that are opened behind labels and teachers, which may take an hour.
func findModels(c config.Train) error {
	for _, named := range [][2]string{{"embedding_from", c.EmbeddingFrom}, {"reconstructor_path", c.ReconstructorPath}, {"reconstructor_teacher", c.ReconstructorTeacher}, {"reader", c.Reader}, {"judge", c.Judge}} {
		if field, name := named[0], named[1]; !noModel(name) {
			if _, err := hub.Find(name); err != nil {
				return config.Usagef("%s: %w", field, err)
			}
		}
	}
	return nil
}
