package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik"
	"github.com/project-sputnik/sputnik/compress/keepmap"
	"github.com/project-sputnik/sputnik/config"
)

// keepMapFlag names the map that recover and locate read.
var keepMapFlag = &cli.StringFlag{Name: "keep-map", Usage: "the map that compress --keep-map wrote"}

// checkKeepMap refuses to put a keep-map where the text is, or beside lines of results.
func checkKeepMap(c *cli.Context) error {
	if !c.IsSet("keep-map") {
		return nil
	}
	path := c.String("keep-map")
	switch {
	case path == "":
		return config.Usagef("keep-map is empty; want a file")
	case c.Bool("jsonl"):
		return config.Usagef("keep-map is of one text; jsonl has many")
	}
	there, err := os.Stat(path)
	if err != nil {
		return nil // it is new, or cannot be written, which is said then
	}
	if in, err := os.Stat(c.Args().First()); err == nil && os.SameFile(in, there) {
		return config.Usagef("keep-map is %s, which is the text", path)
	}
	return nil
}

// writeKeepMap writes the map of a result, if one was asked for.
func writeKeepMap(c *cli.Context, original []byte, r sputnik.Result) error {
	path := c.String("keep-map")
	if path == "" {
		return nil
	}
	m, err := keepmap.New(original, keptSpans(r), keepMapSettings(c, r))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := m.Write(&out); err != nil {
		return err
	}
	return config.WriteFile(path, out.Bytes())
}

func keptSpans(r sputnik.Result) []keepmap.Span {
	spans := make([]keepmap.Span, len(r.Kept))
	for i, s := range r.Kept {
		spans[i] = s
	}
	return spans
}

func keepMapSettings(c *cli.Context, r sputnik.Result) keepmap.Settings {
	s := keepmap.Settings{
		Rate: c.Float64("rate"), TargetTokens: r.TargetTokens, Tokenizer: r.Tokenizer, Model: r.Model, Scorer: r.Scorer, Seed: c.Int64("seed"),
		Question: c.String("question"), Unit: string(r.Unit), Structure: c.String("structure"),
		Keep: c.StringSlice("keep"), KeepRegex: c.StringSlice("keep-regex"), KeepDigits: c.Bool("keep-digits"),
		StripTags: c.Bool("strip-tags"), CacheStable: c.Bool("cache-stable"), Program: version(),
	}
	if c.IsSet("target-tokens") {
		s.Rate = 0
	}
	return s
}

// readKeepMap reads the map that a command was given.
func readKeepMap(c *cli.Context) (*keepmap.Map, error) {
	path := c.String("keep-map")
	if path == "" {
		return nil, config.Usagef("%s wants --keep-map FILE, as compress --keep-map wrote it", c.Command.Name)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, config.Usage(err)
	}
	defer f.Close()
	m, err := keepmap.Read(f)
	if err != nil {
		return nil, config.Usagef("%s: %w", path, err)
	}
	return m, nil
}

// altered says which text is not the one that the map knows.
func altered(name string, err error) error {
	var difference *keepmap.Altered
	if errors.As(err, &difference) {
		return fmt.Errorf("%s is not what the keep-map says: it %w", name, difference)
	}
	return err
}
