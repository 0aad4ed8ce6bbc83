// Command fit writes what the scorers adaptive and learned_entropy go by to compress/fitted: the first fitted on the
// validation questions in the binary, the second to the surprisal of a reader on the training sample.
//
//	go run ./scripts/fit        # with libtorch in the environment; smollm2-135m must be there
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/saliency"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

const (
	reader       = "smollm2-135m"
	longestBytes = 3000 // that are read of a document
)

func main() {
	if err := fit(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func fit(ctx context.Context) error {
	a, err := agent.Default()
	if err != nil {
		return err
	}
	defer a.Close()
	questions, err := corpus.Questions("sample-valid")
	if err != nil {
		return err
	}
	adaptive := compress.FitAdaptive(probe.Tasks(questions, 0, 0), a.Tokenizer(), a.Statistics(), []float64{0.3, 0.5, 0.7})
	if err := write("adaptive.json", adaptive); err != nil {
		return err
	}
	r, err := reconstructor.Open(reader, torch.Fast(), 0)
	if err != nil {
		return err
	}
	defer r.Close()
	docs, err := corpus.Sample()
	if err != nil {
		return err
	}
	var texts, others priced // every third document says how well the fit is
	scorer := saliency.NewSurprisal(r.Model(), r.Tokenizer())
	for i, d := range docs {
		into := &texts
		if i%3 == 2 {
			into = &others
		}
		if err := into.read(ctx, token.Read(a.Tokenizer(), []byte(d.Text[:min(len(d.Text), longestBytes)])), scorer); err != nil {
			return err
		}
	}
	entropy, err := compress.FitEntropy(texts.texts, others.texts, texts.surprisals, others.surprisals, a.Statistics(), reader)
	if err != nil {
		return err
	}
	return write("learned_entropy.json", entropy)
}

// priced are texts and what each token surprises the reader, in nats.
type priced struct {
	texts      []token.Text
	surprisals [][]float32
}

func (p *priced) read(ctx context.Context, text token.Text, s *saliency.Surprisal) error {
	prices, err := s.Score(ctx, text, 1)
	p.texts, p.surprisals = append(p.texts, text), append(p.surprisals, prices)
	return err
}

func write(name string, fitted any) error {
	data, err := json.MarshalIndent(fitted, "", "  ")
	if err != nil {
		return err
	}
	fmt.Printf("%s\n", data)
	return config.WriteFile(filepath.Join("compress", "fitted", name), append(data, '\n'))
}
