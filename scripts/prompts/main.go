// Command prompts shortens every prompt of a folder at four rates as every structure that it may have, and prints what
// came out as a table in Markdown.
//
//	go run ./scripts/prompts ../shared/data/prompts > docs/experiments/006-prompts.md
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/project-sputnik/sputnik"
	"github.com/project-sputnik/sputnik/compress/structure"
)

var rates = []float64{0.2, 0.33, 0.5, 0.7}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: prompts FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "prompts:", err)
		os.Exit(1)
	}
}

func run(folder string) error {
	files, err := filepath.Glob(filepath.Join(folder, "[0-9]*"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no prompts in %s", folder)
	}
	c, err := sputnik.Open(sputnik.Default)
	if err != nil {
		return err
	}
	defer c.Close()
	fmt.Printf("# %d prompts, as every structure that they may have\n\nThe rate achieved, by the model's own tokenizer, and the milliseconds that it took, at each rate asked. A number behind a rate is of the warnings below the table. Where a structure is not named, the prompt is not of it and was refused.\n\n", len(files))
	fmt.Printf("| prompt | structure | tokens |")
	for _, rate := range rates {
		fmt.Printf(" at %.2f |", rate)
	}
	fmt.Printf("\n| --- | --- | --- |%s\n", strings.Repeat(" --- |", len(rates)))
	w := warnings{numbers: map[string]int{}}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for _, kind := range []structure.Kind{structure.Auto, structure.Prose, structure.Markdown, structure.JSON, structure.Code, structure.Chat} {
			if err := w.row(c, filepath.Base(file), string(text), kind); err != nil {
				return fmt.Errorf("%s as %s: %w", file, kind, err)
			}
		}
	}
	fmt.Println()
	for i, each := range w.all {
		fmt.Printf("%d. %s\n", i+1, each)
	}
	return nil
}

// warnings are numbered as they first come up, their figures left out.
type warnings struct {
	numbers map[string]int
	all     []string
}

func (w *warnings) number(warning string) int {
	plain := strings.Join(strings.FieldsFunc(warning, func(r rune) bool { return r >= '0' && r <= '9' }), "N")
	if w.numbers[plain] == 0 {
		w.all = append(w.all, plain)
		w.numbers[plain] = len(w.all)
	}
	return w.numbers[plain]
}

func (w *warnings) row(c *sputnik.Compressor, name, text string, kind structure.Kind) error {
	var row strings.Builder
	for i, rate := range rates {
		began := time.Now()
		r, err := c.Compress(context.Background(), text, sputnik.Rate(rate), sputnik.Structure(string(kind)))
		if refused := (*structure.Error)(nil); errors.As(err, &refused) {
			return nil
		}
		if err != nil {
			return err
		}
		if i == 0 {
			label := string(kind)
			if kind == structure.Auto {
				label = fmt.Sprintf("auto: %s", r.Structure)
			}
			fmt.Fprintf(&row, "| %s | %s | %d |", name, label, r.OriginalTokens)
		}
		fmt.Fprintf(&row, " %.3f", r.Rate)
		for _, warning := range r.Warnings {
			fmt.Fprintf(&row, " (%d)", w.number(warning))
		}
		fmt.Fprintf(&row, ", %d ms |", time.Since(began).Milliseconds())
	}
	fmt.Println(row.String())
	return nil
}
