package reconstructor

import (
	"fmt"
	"os"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

// Reconstructor is a causal model with its tokenizer.
type Reconstructor struct {
	model     *transformer.Model
	tokenizer token.Tokenizer
	separator int32
	chat      bool              // the model was taught to chat, so probes are put to it in that form
	files     map[string][]byte // of the tokenizer, where it has no name; they are saved with the model
}

// Shape sizes a reconstructor that starts from scratch.
type Shape struct {
	Tokenizer            string
	Layers, Width, Heads int
}

// positions bounds kept <sep> original of a small reconstructor, in tokens.
const positions = 4096

// New makes a small Llama with fresh weights, drawn from libtorch's generator (torch.Seed).
func New(shape Shape) (*Reconstructor, error) {
	tokenizer, files, err := openTokenizer(shape.Tokenizer)
	if err != nil {
		return nil, err
	}
	if shape.Heads < 1 || shape.Width%shape.Heads != 0 {
		return nil, fmt.Errorf("a reconstructor %d wide cannot have %d heads", shape.Width, shape.Heads)
	}
	model, err := transformer.New(transformer.Config{
		Family: transformer.Llama, Vocabulary: tokenizer.VocabSize(), Width: shape.Width, Layers: shape.Layers,
		Heads: shape.Heads, KVHeads: shape.Heads, HeadDim: shape.Width / shape.Heads, FeedForward: 3 * shape.Width,
		Positions: positions, Epsilon: 1e-5, RopeTheta: 10000, Tied: true,
	})
	if err != nil {
		return nil, fmt.Errorf("new reconstructor: %w", err)
	}
	return wrap(&Reconstructor{model: model, tokenizer: tokenizer, files: files})
}

// Open loads a model by name (as `sputnik models` lists them) or folder; layers, when above 0, keeps the first so many.
func Open(nameOrDir string, kind torch.Kind, layers int) (*Reconstructor, error) {
	return open(nameOrDir, transformer.Options{Kind: kind, Layers: layers})
}

// OpenWithout loads a model as Open does, but for some of its layers, counted from 0. It has to be healed (TaughtLoss).
func OpenWithout(nameOrDir string, kind torch.Kind, layers []int) (*Reconstructor, error) {
	return open(nameOrDir, transformer.Options{Kind: kind, Without: layers})
}

func open(nameOrDir string, options transformer.Options) (*Reconstructor, error) {
	dir := nameOrDir
	if _, err := os.Stat(dir); err != nil {
		if dir, err = hub.Find(nameOrDir); err != nil {
			return nil, err
		}
	}
	r, err := readTokenizer(dir)
	if err != nil {
		return nil, fmt.Errorf("open reconstructor %s: %w", nameOrDir, err)
	}
	if r.model, err = transformer.Load(dir, options); err != nil {
		return nil, err
	}
	return wrap(r)
}

// wrap finds the token between what was kept and the original.
func wrap(r *Reconstructor) (*Reconstructor, error) {
	if r.model.Config.Vocabulary < r.tokenizer.VocabSize() {
		r.Close()
		return nil, fmt.Errorf("the tokenizer %s has %d tokens, the model %d", r.tokenizer.Name(), r.tokenizer.VocabSize(), r.model.Config.Vocabulary)
	}
	for _, piece := range []string{"<|endoftext|>", "</s>"} {
		if id, ok := r.tokenizer.ID(piece); ok {
			r.separator = id
			return r, nil
		}
	}
	r.Close()
	return nil, fmt.Errorf("the tokenizer %s has no token that ends a text", r.tokenizer.Name())
}

// Tokenizer is the one that the model reads with.
func (r *Reconstructor) Tokenizer() token.Tokenizer { return r.tokenizer }

// Model is the model itself.
func (r *Reconstructor) Model() *transformer.Model { return r.model }

// Save writes the model to dir in Hugging Face form, with its tokenizer (by name where the name is known everywhere) and
// whether it takes chats.
func (r *Reconstructor) Save(dir string) error {
	if err := r.model.Save(dir); err != nil {
		return err
	}
	return r.saveTokenizer(dir)
}

// Close frees the weights.
func (r *Reconstructor) Close() { r.model.Close() }

// LoadInto overwrites the weights with those of a folder that Save wrote.
func (r *Reconstructor) LoadInto(dir string) error {
	saved, err := transformer.Load(dir, transformer.Options{Kind: r.model.Kind})
	if err != nil {
		return err
	}
	defer saved.Close()
	mine, theirs := r.model.Parameters(), saved.Parameters()
	if len(mine) != len(theirs) {
		return fmt.Errorf("reconstructor %s has %d tensors, this one %d", dir, len(theirs), len(mine))
	}
	for i := range mine {
		if err := torch.CopyInto(mine[i].Tensor, theirs[i].Tensor); err != nil {
			return fmt.Errorf("reconstructor %s: %w", dir, err)
		}
	}
	return nil
}
