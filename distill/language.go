package distill

import (
	"context"
	"math/rand/v2"

	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer"
	"github.com/project-sputnik/sputnik/transformer/encoder"
)

// language is a model that says which word stands at a place.
type language interface {
	Tokenizer() token.Tokenizer
	RequireGrad() error
	Parameters() []torch.Named
	Size() int64
	Save(dir string) error
	Close()
	layers() int
	ids(text string) []int32
	// exercise is a batch of texts of one length with the places that are asked for.
	exercise(batch [][]int32, random *rand.Rand) transformer.Exercise
	logits(s *torch.Scope, e transformer.Exercise) torch.Tensor // [places, vocabulary]
	// losses are the mean nats of every text's places.
	losses(ctx context.Context, texts [][]int32) ([]float64, error)
}

func layOut(batch [][]int32) transformer.Exercise {
	e := transformer.Exercise{Rows: int64(len(batch)), Length: int64(len(batch[0]))}
	for _, text := range batch {
		for _, id := range text {
			e.Read = append(e.Read, int64(id))
		}
	}
	return e
}

// causalModel says the next word, at a sample of places: the vocabulary is wide.
type causalModel struct{ *reconstructor.Reconstructor }

const causalPositions = 192

func openCausal(from string, layers int) (language, error) {
	r, err := reconstructor.Open(from, torch.Float32, layers)
	if err != nil {
		return nil, err
	}
	return causalModel{r}, nil
}

func (m causalModel) RequireGrad() error        { return m.Model().RequireGrad() }
func (m causalModel) Parameters() []torch.Named { return m.Model().Parameters() }
func (m causalModel) Size() int64               { return m.Model().Size() }
func (m causalModel) layers() int               { return m.Model().Config.Layers }

func (m causalModel) ids(text string) []int32 {
	return token.IDs(nil, m.Tokenizer().Encode(nil, []byte(text)))
}

func (m causalModel) exercise(batch [][]int32, random *rand.Rand) transformer.Exercise {
	e := layOut(batch)
	for i := range e.Read {
		if (int64(i)+1)%e.Length != 0 {
			e.Ask(int64(i), e.Read[i+1])
		}
	}
	e.Sample(causalPositions, random)
	return e
}

func (m causalModel) logits(s *torch.Scope, e transformer.Exercise) torch.Tensor {
	return m.Model().Logits(s, e.Picked(s, m.Model().Graph(s, transformer.Context{IDs: e.IDs(s)})))
}

// losses are of every word but the first.
func (m causalModel) losses(ctx context.Context, texts [][]int32) ([]float64, error) {
	var sequences []transformer.Sequence
	for _, text := range texts {
		sequences = append(sequences, transformer.Sequence{Prompt: text[:1], Target: text[1:]})
	}
	each, err := m.Model().Losses(ctx, sequences)
	if err != nil {
		return nil, err
	}
	means := make([]float64, len(each))
	for i, nats := range each {
		for _, v := range nats {
			means[i] += float64(v) / float64(len(nats))
		}
	}
	return means, nil
}

// maskedModel says which word stands under a mask.
type maskedModel struct{ *encoder.MaskedLM }

const maskedPercent = 15 // as BERT learned, but that no mask is left off or is another word

func openMasked(from string, layers int) (language, error) {
	m, err := encoder.OpenMaskedLM(from)
	if err != nil {
		return nil, err
	}
	if layers > 0 {
		if err := m.Cut(layers); err != nil {
			m.Close()
			return nil, err
		}
	}
	return maskedModel{m}, nil
}

func (m maskedModel) Size() int64 { return m.Model().Size() }
func (m maskedModel) layers() int { return m.Model().Config.Layers }

func (m maskedModel) ids(text string) []int32 {
	before, _ := m.Marks()
	return token.IDs([]int32{before}, m.Encode([]byte(text)))
}

// exercise masks words other than the mark before a text, at least one of each; where a text was cut no mark follows.
func (m maskedModel) exercise(batch [][]int32, random *rand.Rand) transformer.Exercise {
	e := layOut(batch)
	for row := range e.Rows {
		always := 1 + random.Int64N(e.Length-1)
		for i := int64(1); i < e.Length; i++ {
			if at := row*e.Length + i; i == always || random.IntN(100) < maskedPercent {
				e.Ask(at, e.Read[at])
				e.Read[at] = int64(m.Mask)
			}
		}
	}
	return e
}

func (m maskedModel) logits(s *torch.Scope, e transformer.Exercise) torch.Tensor {
	return m.Fill(s, e.Picked(s, m.Model().Hidden(s, e.IDs(s), torch.Tensor{})))
}

// losses are of masks that are the same for every model.
func (m maskedModel) losses(ctx context.Context, texts [][]int32) ([]float64, error) {
	means := make([]float64, len(texts))
	for i, text := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e := m.exercise([][]int32{text}, rand.New(rand.NewPCG(uint64(i), 0x3a5c)))
		err := torch.NoGrad(func(s *torch.Scope) error {
			means[i] = s.Item(s.Mean(s.CrossEntropy(m.logits(s, e), e.Targets(s))))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return means, nil
}
