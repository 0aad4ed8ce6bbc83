package reconstructor

import (
	"fmt"
	"os"
	"path/filepath"

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
	chat      bool // the model was taught to chat, so probes are put to it in that form
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
	tokenizer, err := token.Open(shape.Tokenizer)
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
	return wrap(model, tokenizer, false)
}

// Open loads a model by name (as `sputnik models` lists them) or folder; layers, when above 0, keeps the first so many.
func Open(nameOrDir string, kind torch.Kind, layers int) (*Reconstructor, error) {
	dir := nameOrDir
	if _, err := os.Stat(dir); err != nil {
		if dir, err = hub.Find(nameOrDir); err != nil {
			return nil, err
		}
	}
	tokenizer, chat, err := readTokenizer(dir)
	if err != nil {
		return nil, fmt.Errorf("open reconstructor %s: %w", nameOrDir, err)
	}
	model, err := transformer.Load(dir, transformer.Options{Kind: kind, Layers: layers})
	if err != nil {
		return nil, err
	}
	return wrap(model, tokenizer, chat)
}

// tokenizerName is the file in a reconstructor's own folder that names its tokenizer.
const tokenizerName = "tokenizer_name"

// readTokenizer finds a folder's tokenizer, and whether the model takes chats.
func readTokenizer(dir string) (token.Tokenizer, bool, error) {
	if name, err := os.ReadFile(filepath.Join(dir, tokenizerName)); err == nil {
		t, err := token.Open(string(name))
		return t, false, err
	}
	t, err := transformer.Tokenizer(dir)
	if err != nil {
		return nil, false, err
	}
	_, chat := t.ID("<|im_start|>")
	return t, chat, nil
}

func wrap(model *transformer.Model, t token.Tokenizer, chat bool) (*Reconstructor, error) {
	r := &Reconstructor{model: model, tokenizer: t, chat: chat}
	if model.Config.Vocabulary < t.VocabSize() {
		model.Close()
		return nil, fmt.Errorf("the tokenizer %s has %d tokens, the model %d", t.Name(), t.VocabSize(), model.Config.Vocabulary)
	}
	for _, piece := range []string{"<|endoftext|>", "</s>"} {
		if id, ok := t.ID(piece); ok {
			r.separator = id
			return r, nil
		}
	}
	model.Close()
	return nil, fmt.Errorf("the tokenizer %s has no token that ends a text", t.Name())
}

// Tokenizer is the one that the model reads with.
func (r *Reconstructor) Tokenizer() token.Tokenizer { return r.tokenizer }

// Model is the model itself.
func (r *Reconstructor) Model() *transformer.Model { return r.model }

// Save writes the model to dir in Hugging Face form, and the name of its tokenizer.
func (r *Reconstructor) Save(dir string) error {
	if err := r.model.Save(dir); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, tokenizerName), []byte(r.tokenizer.Name()), 0o644)
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
