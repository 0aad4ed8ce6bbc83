package corpus

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/token"
)

const (
	shardBytes      = 32 << 20
	checkpointEvery = 20_000 // documents
	partialFolder   = ".partial"
	progressFile    = "progress.json"
)

// Counts are what became of the documents that were read.
type Counts struct {
	Documents   int `json:"documents"`
	Empty       int `json:"empty"`
	Excluded    int `json:"excluded"` // by their source
	ExactCopies int `json:"exact_copies"`
	NearCopies  int `json:"near_copies"`
	BadLength   int `json:"bad_length"` // nothing of them was long enough, or short enough
	Kept        int `json:"kept"`
}

// Split counts what one split holds.
type Split struct {
	Name      string `json:"name"`
	File      string `json:"file"`
	Sequences int    `json:"sequences"`
	Tokens    int    `json:"tokens"`
	Shards    int    `json:"shards"`
}

// Summary is what a preparation came to, and dataset.json.
type Summary struct {
	Tokenizer string  `json:"tokenizer"`
	VocabSize int     `json:"vocab_size"`
	Seed      int64   `json:"seed"`
	Counts    Counts  `json:"counts"`
	Splits    []Split `json:"splits"`
}

// preparation is one run of Prepare.
type preparation struct {
	cfg        config.Data
	dir        string // for work in progress
	cutter     cutter
	duplicates *Duplicates
	parts      [len(splits)]*part
	counts     Counts
	resumed    progress // what an earlier run had stored
	inputs     string   // fingerprint
	shardBytes int64
}

// progress is a checkpoint.
type progress struct {
	Inputs string                 `json:"inputs"`
	Counts Counts                 `json:"counts"`
	Parts  [len(splits)]partState `json:"parts"`
}

// errEnough ends reading when there are max_sequences.
var errEnough = errors.New("enough sequences")

// Prepare reads the documents that cfg names and writes sequences, shards and dataset.json to its output folder.
// Cancelling ctx stores a checkpoint and returns an error that says so; the same call later goes on from there.
// report, if not nil, is told how many bytes of how many have been read.
func Prepare(ctx context.Context, cfg config.Data, report func(done, total int64)) (Summary, error) {
	p, err := newPreparation(cfg)
	if err != nil {
		return Summary{}, err
	}
	return p.run(ctx, report)
}

func newPreparation(cfg config.Data) (*preparation, error) {
	tokenizer, err := token.Open(cfg.Tokenizer)
	if err != nil {
		return nil, config.Usage(err)
	}
	return &preparation{
		cfg: cfg, dir: filepath.Join(cfg.OutputDir, partialFolder), shardBytes: shardBytes,
		cutter:     cutter{tokenizer: tokenizer, longest: cfg.MaxLength, shortest: cfg.MinLength, long: cfg.LongTexts},
		duplicates: NewDuplicates(cfg.NearDuplicates, cfg.MemoryMB<<20),
	}, nil
}

func (p *preparation) run(ctx context.Context, report func(done, total int64)) (Summary, error) {
	source := Source{Name: p.cfg.DatasetName, TextField: p.cfg.TextField, Config: p.cfg.DatasetConfig, Split: p.cfg.DatasetSplit, Progress: report}
	if err := p.open(source); err != nil {
		return Summary{}, fmt.Errorf("prepare %s: %w", p.cfg.OutputDir, err)
	}
	err := source.Read(ctx, p.document)
	switch {
	case err == nil || errors.Is(err, errEnough):
		summary, err := p.finish()
		if err != nil {
			return Summary{}, fmt.Errorf("prepare %s: %w", p.cfg.OutputDir, errors.Join(err, p.close()))
		}
		return summary, nil
	case ctx.Err() != nil:
		err = errors.Join(p.checkpoint(), p.close())
		if err == nil {
			err = fmt.Errorf("stopped after %d documents (%w); the same command goes on from there", p.counts.Documents, context.Cause(ctx))
		}
		return Summary{}, err
	}
	err = errors.Join(err, p.close())
	if _, missing := os.Stat(filepath.Join(p.dir, progressFile)); missing != nil { // nothing to go on from
		os.RemoveAll(p.dir)
		os.Remove(p.cfg.OutputDir) // goes only if nothing else is in it
	}
	return Summary{}, err
}

// open makes the folder for work in progress, or goes on in it if it is of the same settings and inputs.
func (p *preparation) open(source Source) error {
	p.inputs = p.fingerprint(source)
	if err := p.load(); err != nil || p.resumed.Inputs != p.inputs {
		p.resumed = progress{Inputs: p.inputs}
		if err := os.RemoveAll(p.dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return err
	}
	for i := range p.parts {
		var err error
		if p.parts[i], err = openPart(p.dir, i, p.cutter.tokenizer.VocabSize(), p.resumed.Parts[i]); err != nil {
			return errors.Join(err, p.close())
		}
	}
	return nil
}

func (p *preparation) load() error {
	data, err := os.ReadFile(filepath.Join(p.dir, progressFile))
	if err != nil {
		return err
	}
	return json.Unmarshal(data, &p.resumed)
}

// fingerprint tells settings and inputs apart from others.
func (p *preparation) fingerprint(source Source) string {
	cfg := p.cfg
	cfg.OutputDir, cfg.Comment = "", ""
	h := sha256.New()
	fmt.Fprintf(h, "%+v %d\n", cfg, p.cutter.tokenizer.VocabSize())
	if paths, err := list(source.Name); err == nil {
		for _, path := range paths {
			if info, err := os.Stat(path); err == nil {
				fmt.Fprintln(h, path, info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// document takes one document in. Of those that an earlier run has dealt with, only copies are looked for again.
func (p *preparation) document(doc Document) error {
	p.counts.Documents++
	again := p.counts.Documents <= p.resumed.Counts.Documents
	doc.Text = Normalize(doc.Text)
	fresh := p.fresh(doc)
	if again {
		if p.counts.Documents == p.resumed.Counts.Documents {
			p.counts = p.resumed.Counts
		}
		return p.enough()
	}
	if fresh {
		if err := p.write(doc); err != nil {
			return err
		}
	}
	if err := p.enough(); err != nil {
		return err
	}
	if p.counts.Documents%checkpointEvery == 0 {
		return p.checkpoint()
	}
	return nil
}

// fresh says whether a document is worth writing, and counts why it is not.
func (p *preparation) fresh(doc Document) bool {
	switch {
	case doc.Text == "":
		p.counts.Empty++
		return false
	case slices.Contains(p.cfg.ExcludeSources, doc.Source):
		p.counts.Excluded++
		return false
	case !p.cfg.FilterDuplicates:
		return true
	}
	exact, near := p.duplicates.Add(doc.Text)
	if exact {
		p.counts.ExactCopies++
	} else if near {
		p.counts.NearCopies++
	}
	return !exact && !near
}

func (p *preparation) write(doc Document) error {
	sequences := p.cutter.cut(doc.Text)
	if len(sequences) == 0 {
		p.counts.BadLength++
		return nil
	}
	p.counts.Kept++
	which := p.split(doc.Text)
	part := p.parts[which]
	for i, s := range sequences {
		piece := doc
		piece.Text = s.text
		if len(sequences) > 1 {
			piece.ID = fmt.Sprintf("%s/%d", doc.ID, i)
		}
		if err := part.add(piece, s); err != nil {
			return err
		}
		if p.enough() != nil {
			return nil
		}
	}
	if part.full(p.shardBytes) {
		return p.closeShard(which)
	}
	return nil
}

func (p *preparation) enough() error {
	n := 0
	for _, part := range p.parts {
		n += part.state.Sequences
	}
	if p.cfg.MaxSequences > 0 && n >= p.cfg.MaxSequences {
		return errEnough
	}
	return nil
}

// split draws a document's split from its text and the seed, so that it does not depend on what else is read.
func (p *preparation) split(text string) int {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", p.cfg.RandomSeed, text))
	u := float64(binary.LittleEndian.Uint64(sum[:])>>11) / (1 << 53)
	switch {
	case u < p.cfg.TrainSplit:
		return 0
	case u < p.cfg.TrainSplit+p.cfg.ValSplit:
		return 1
	}
	return 2
}

// checkpoint stores how far everything has come.
func (p *preparation) checkpoint() error {
	now := progress{Inputs: p.inputs, Counts: p.counts}
	if p.counts.Documents < p.resumed.Counts.Documents {
		return nil // still going over what the last run has done: its checkpoint is further
	}
	for i, part := range p.parts {
		var err error
		if now.Parts[i], err = part.sync(); err != nil {
			return err
		}
	}
	return p.store(now)
}

func (p *preparation) store(now progress) error {
	data, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return config.WriteFile(filepath.Join(p.dir, progressFile), data)
}

// closeShard closes the open shard of the i-th part. The checkpoint before the old ids go makes a crash at any point
// harmless: before it they are still whole, after it they are cut when their file is opened.
func (p *preparation) closeShard(i int) error {
	now := progress{Inputs: p.inputs, Counts: p.counts}
	for k, part := range p.parts {
		sync := part.sync
		if k == i {
			sync = part.closeShard
		}
		var err error
		if now.Parts[k], err = sync(); err != nil {
			return err
		}
	}
	if err := p.store(now); err != nil {
		return err
	}
	return p.parts[i].restart(now.Parts[i])
}

func (p *preparation) close() error {
	var err error
	for _, part := range p.parts {
		if part != nil {
			err = errors.Join(err, part.close())
		}
	}
	return err
}
