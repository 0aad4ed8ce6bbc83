package train

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// NewReconstructor makes a run that teaches a reconstructor alone, on random masks of plain text. Its folder is like
// that of any run; best/reconstructor holds the result.
func NewReconstructor(ctx context.Context, cfg config.Reconstructor, log *slog.Logger) (*Trainer, error) {
	if err := prepareTorch(cfg.Device, cfg.Threads); err != nil {
		return nil, err
	}
	t := &Trainer{settings: &cfg, log: log, masks: rates{cfg.RateMin, cfg.RateMax}, began: time.Now(), state: State{Evaluated: -1}, cfg: config.Train{
		OutputDir: cfg.OutputDir, Resume: cfg.Resume, BatchSize: cfg.BatchSize, AccumulationSteps: 1,
		ReconstructorRate: cfg.LearningRate, WarmupSteps: cfg.WarmupSteps, WeightDecay: cfg.WeightDecay, GradientClip: cfg.GradientClip,
		ReconstructorPath: cfg.ModelPath, Tokenizer: cfg.Tokenizer, ReconstructorLayers: cfg.Layers, ReconstructorDim: cfg.Dim,
		ReconstructorHeads: cfg.Heads, LogFreq: cfg.LogFreq, SaveEvery: cfg.SaveEvery, KeepCheckpoints: 2, RandomSeed: cfg.RandomSeed, MaxEpochs: cfg.Epochs,
	}}
	if err := t.makeAlone(ctx, cfg); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (t *Trainer) makeAlone(ctx context.Context, cfg config.Reconstructor) (err error) {
	torch.Seed(uint64(cfg.RandomSeed))
	if err = t.makeReconstructor(); err != nil {
		return err
	}
	if t.data, err = plainText(ctx, or(trainFile(cfg.DataPath), "sample"), t.rebuild.Tokenizer(), cfg.MaxLength); err != nil {
		return err
	}
	t.cfg.ReconstructorStart = cfg.Epochs * ((len(t.data.chunks) + cfg.BatchSize - 1) / cfg.BatchSize)
	if cfg.MaxSteps > 0 {
		t.cfg.ReconstructorStart = min(cfg.MaxSteps, t.cfg.ReconstructorStart)
	}
	return nil
}

// plainText reads pieces of text of so many tokens.
func plainText(ctx context.Context, source string, t token.Tokenizer, length int) (*data, error) {
	d := &data{tokenizer: t, sources: tally{}}
	err := corpus.Read(ctx, source, func(doc corpus.Document) error {
		d.sources.document(useText, source, doc)
		d.addChunks(token.Read(t, []byte(doc.Text)), length)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read training text: %w", err)
	}
	if len(d.chunks) == 0 {
		return nil, config.Usagef("data_path: no text in %s has %d tokens", source, length)
	}
	return d, nil
}
