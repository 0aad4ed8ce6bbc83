package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik"
	"github.com/project-sputnik/sputnik/config"
)

// checkStream refuses what needs all of the text beside --stream, and what a text that goes on makes impossible beside
// --cache-stable.
func checkStream(c *cli.Context) error {
	structure := c.String("structure")
	switch {
	case c.Bool("cache-stable") && c.IsSet("target-tokens"):
		return config.Usagef("cache-stable wants a rate, not target-tokens: a text that goes on has no fixed number")
	case !c.Bool("stream"):
		return nil
	case c.IsSet("target-tokens"):
		return config.Usagef("stream wants a rate, not target-tokens: nobody knows how many will come")
	case c.IsSet("min-quality"):
		return config.Usagef("stream wants a rate, not min-quality: nobody knows what will come")
	case c.Bool("jsonl"):
		return config.Usagef("stream is of one text; jsonl has many")
	case c.String("format") != "text":
		return config.Usagef("stream writes text, not %s", c.String("format"))
	case structure != "auto" && structure != "prose":
		return config.Usagef("stream is prose; the structure %s needs the whole text", structure)
	case c.IsSet("keep-map"):
		return config.Usagef("stream keeps no original, and so no keep-map")
	}
	return nil
}

// compressStream writes each block as it is decided, past any buffer.
func compressStream(c *cli.Context, model *sputnik.Compressor, options []sputnik.Option) error {
	in, err := openInput(c)
	if err != nil {
		return err
	}
	defer in.Close()
	r, err := model.Stream(c.Context, in, c.App.Writer, options...)
	warn(c, "", r.Warnings)
	switch {
	case err == nil || isFault(err) || c.Context.Err() != nil:
		return err
	case errors.Is(err, sputnik.ErrInput):
		return config.Usage(fmt.Errorf("%s: %w", inputName(c), err))
	}
	return err
}
