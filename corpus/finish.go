package corpus

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/project-sputnik/sputnik/config"
)

const manifestFile = "dataset.json"

// finish closes everything and gives it its final name. dataset.json goes first and comes last: where it stands, the
// rest is whole.
func (p *preparation) finish() (Summary, error) {
	summary := Summary{Tokenizer: p.cfg.Tokenizer, VocabSize: p.cutter.tokenizer.VocabSize(), Seed: p.cfg.RandomSeed, Counts: p.counts}
	var files []string
	for i, part := range p.parts {
		state, err := part.closeShard()
		if err != nil {
			return summary, err
		}
		part.state = state
		mine, err := part.finish()
		if err != nil {
			return summary, err
		}
		p.parts[i] = nil
		files = append(files, mine...)
		summary.Splits = append(summary.Splits, Split{part.split, part.file, state.Sequences, state.Tokens, state.Shards})
	}
	if summary.Sequences() == 0 {
		return summary, errors.Join(fmt.Errorf("nothing is left of %d documents: %d empty, %d excluded, %d copies, %d of other lengths",
			p.counts.Documents, p.counts.Empty, p.counts.Excluded, p.counts.ExactCopies+p.counts.NearCopies, p.counts.BadLength),
			os.RemoveAll(p.dir))
	}
	return summary, p.publish(files, summary)
}

// Sequences counts those of all splits.
func (s Summary) Sequences() int {
	n := 0
	for _, split := range s.Splits {
		n += split.Sequences
	}
	return n
}

// publish moves the files to the output folder and removes what an earlier preparation left there.
func (p *preparation) publish(files []string, summary Summary) error {
	out := p.cfg.OutputDir
	for _, stale := range []string{filepath.Join(p.dir, progressFile), filepath.Join(out, manifestFile)} {
		if err := os.Remove(stale); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, name := range files {
		if err := os.Rename(filepath.Join(p.dir, name), filepath.Join(out, name)); err != nil {
			return err
		}
	}
	old, _ := filepath.Glob(filepath.Join(out, "*-[0-9][0-9][0-9][0-9][0-9].tokens"))
	for _, path := range old {
		if !slices.Contains(files, filepath.Base(path)) {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	if err := os.RemoveAll(p.dir); err != nil {
		return err
	}
	if err := config.Save(filepath.Join(out, "config.json"), &p.cfg); err != nil {
		return err
	}
	manifest, err := json.MarshalIndent(summary, "", "  ")
	if err != nil {
		return err
	}
	return config.WriteFile(filepath.Join(out, manifestFile), append(manifest, '\n'))
}
