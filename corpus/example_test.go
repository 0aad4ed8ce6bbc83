package corpus_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
)

// The sample in the binary becomes sequences of at most 128 tokens.
func Example() {
	dir, err := os.MkdirTemp("", "prepared")
	if err != nil {
		return
	}
	defer os.RemoveAll(dir)
	var cfg config.Data
	config.Default(&cfg)
	cfg.OutputDir, cfg.MaxLength, cfg.MaxSequences = dir, 128, 100
	summary, err := corpus.Prepare(context.Background(), cfg, nil)
	fmt.Println(summary.Sequences(), err)

	longest := 0
	err = corpus.Read(context.Background(), filepath.Join(dir, corpus.TrainFile), func(d corpus.Document) error {
		longest = max(longest, len(d.Text))
		return nil
	})
	fmt.Println(longest > 400, err)
	// Output:
	// 100 <nil>
	// true <nil>
}
