package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"unsafe"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/scorers"
	"github.com/project-sputnik/sputnik/compress/structure"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/token"
)

func compressCommand() *cli.Command {
	return &cli.Command{
		Name:      "compress",
		Usage:     "make a text shorter by leaving out the words that matter least",
		Category:  "text",
		ArgsUsage: "[FILE|-]",
		Description: "The result has at most --rate of the tokens, or --target-tokens, counted by --tokenizer. What stands between\n" +
			"<keep> and </keep> comes out unchanged, and so does the syntax of a text with a --structure: JSON in, JSON out.\n" +
			"--jsonl reads lines {\"id\",\"text\",\"question\"?} and writes one result a line in the same order; a bad line becomes\n" +
			"{\"id\",\"error\"}, is reported with its number, and ends the command with 1.\n" +
			"--stream writes while it reads, 512 tokens behind at the most; after each write what came out has at most --rate of\n" +
			"the tokens of what went in. --cache-stable shortens block by block too, so that of a text that grows only the last\n" +
			"512 tokens change; of a chat no message ever does, and all turns of the user stay whole. json says how many bytes are\n" +
			"sure to stay (stable_bytes).",
		Flags:        compressFlags(),
		Action:       compressAction,
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return config.Usage(err) },
	}
}

func compressFlags() []cli.Flag {
	return []cli.Flag{
		&cli.Float64Flag{Name: "rate", Value: 0.5, EnvVars: []string{"SPUTNIK_RATE"}, Usage: "share of the tokens to keep, above 0 and up to 1"},
		&cli.IntFlag{Name: "target-tokens", Usage: "tokens to keep at the most, in place of --rate", DefaultText: "by --rate"},
		&cli.Float64Flag{Name: "min-quality", DefaultText: "by --rate", Usage: "in place of --rate, as few tokens as keep this share of what will be asked, as calibrated"},
		&cli.StringFlag{Name: "tokenizer", EnvVars: []string{"SPUTNIK_TOKENIZER"}, DefaultText: "the model's own",
			Usage: "that counts: a tokenizer.json, a folder with one, or one of " + strings.Join(token.Names(), ", ")},
		&cli.StringFlag{Name: "model", Value: sputnik.Default, EnvVars: []string{"SPUTNIK_MODEL"},
			Usage: "default, or the folder of an agent or of the run that trained it"},
		&cli.StringFlag{Name: "scorer", Value: "agent", Usage: "what ranks: agent; " + strings.Join(compress.Baselines(), ", ") +
			"; or by a model, --scorer-model: " + scorers.Usage()},
		&cli.StringFlag{Name: "scorer-model", DefaultText: "minilm-l6 for attention and gradient, smollm2-135m for surprisal and contrastive",
			Usage: "what such a scorer reads: a folder in Hugging Face form, a GGUF file, or a model that was pulled; tokenclass takes LLMLingua-2's checkpoints"},
		&cli.Int64Flag{Name: "seed", Usage: "of scorers that draw"},
		&cli.StringFlag{Name: "question", Usage: "what will be asked about the text"},
		&cli.StringSliceFlag{Name: "keep", Usage: "a word to protect; may be repeated"},
		&cli.StringSliceFlag{Name: "keep-regex", Usage: "protect what this expression (RE2) matches; may be repeated"},
		&cli.BoolFlag{Name: "keep-digits", Usage: "protect every number with its unit and currency, and every other word with a digit in it"},
		&cli.BoolFlag{Name: "strip-tags", Usage: "leave the tags <keep> and </keep> themselves out"},
		&cli.StringFlag{Name: "structure", Value: string(structure.Auto), Usage: "what the text is, whose syntax stays: " + structure.Names()},
		&cli.StringFlag{Name: "unit", Value: "word", Usage: "what is kept or dropped as one: word or token"},
		&cli.StringFlag{Name: "format", Value: "text", Usage: "text, json, html or markdown"},
		&cli.StringFlag{Name: "keep-map", Usage: "write here what was kept, with what, and the original: for recover and locate"},
		&cli.BoolFlag{Name: "jsonl", Usage: "compress line by line"},
		&cli.BoolFlag{Name: "stream", Usage: "write each block once it is decided, within the rate at every one; the text is taken for prose"},
		&cli.BoolFlag{Name: "cache-stable", Usage: "what comes out for a text also begins what comes out for one that goes on behind it"},
	}
}

func compressAction(c *cli.Context) error {
	write, known := compressFormats[c.String("format")]
	switch {
	case !known:
		return config.Usagef("format is %q; want text, json, html or markdown", c.String("format"))
	case c.Bool("jsonl") && c.IsSet("format") && c.String("format") != "json":
		return config.Usagef("jsonl writes JSON, not %s", c.String("format"))
	case c.IsSet("rate") && c.IsSet("target-tokens"):
		return config.Usagef("rate and target-tokens are both given; want one of them")
	case c.IsSet("min-quality") && (c.IsSet("rate") || c.IsSet("target-tokens")):
		return config.Usagef("min-quality is given beside a rate or target-tokens; want one of them")
	}
	if scorer := c.String("scorer"); c.IsSet("scorer-model") && !scorers.Reads(scorer) {
		return config.Usagef("scorer-model is given, but the scorer %s reads none; want %s", scorer, scorers.Usage())
	}
	if err := errors.Join(checkKeepMap(c), checkStream(c)); err != nil {
		return err
	}
	options := compressOptions(c)
	if !c.Bool("stream") && !c.Bool("jsonl") { // which go on for long, and keep little
		boundMemory(0)
	}
	model, err := sputnik.Open(c.String("model"))
	if err != nil {
		return config.Usage(err)
	}
	defer model.Close()
	if _, err := model.Compress(c.Context, "", options...); err != nil { // before anything is read
		return usageUnlessStopped(err)
	}
	if c.Bool("stream") {
		return compressStream(c, model, options)
	}
	in, err := openInput(c)
	if err != nil {
		return err
	}
	defer in.Close()
	out := bufio.NewWriterSize(c.App.Writer, 1<<16)
	if c.Bool("jsonl") {
		return errors.Join(compressLines(c, model, options, in, out), out.Flush())
	}
	text, err := readAll(in)
	if err != nil {
		return config.Usagef("read %s: %w", inputName(c), err)
	}
	boundMemory(len(text))
	r, err := model.Compress(c.Context, unsafe.String(unsafe.SliceData(text), len(text)), options...) // no copy: it may be large
	if err != nil && !isFault(err) {
		return usageUnlessStopped(err)
	}
	if err == nil {
		warn(c, "", r.Warnings)
	}
	if failed := writeKeepMap(c, text, r); failed != nil { // without its map the text is not what was asked for
		return errors.Join(err, failed)
	}
	return errors.Join(err, write(out, r, text), out.Flush())
}

// boundMemory has garbage collected when memory reaches a bound, for a text of so many bytes, and not before, which would take
// a tenth of a cold start: a text takes some ten times its size while it is compressed, which must not double. Where the
// environment (GOGC, GOMEMLIMIT) says when, that holds.
func boundMemory(text int) {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(-1)
		debug.SetMemoryLimit(110<<20 + 3*int64(text))
	}
}

// compressOptions are the flags in the library's words; the library checks them.
func compressOptions(c *cli.Context) []sputnik.Option {
	options := []sputnik.Option{sputnik.Scorer(c.String("scorer"), c.Int64("seed")), sputnik.Rate(c.Float64("rate")),
		sputnik.Unit(compress.Unit(c.String("unit"))), sputnik.Structure(c.String("structure")),
		sputnik.ScorerModel(c.String("scorer-model")), sputnik.Question(c.String("question")), sputnik.Keep(c.StringSlice("keep")...)}
	if c.IsSet("min-quality") {
		options = append(options, sputnik.MinQuality(c.Float64("min-quality")))
	}
	if c.IsSet("target-tokens") {
		options = append(options, sputnik.TargetTokens(c.Int("target-tokens")))
	}
	if name := c.String("tokenizer"); name != "" {
		options = append(options, sputnik.Tokenizer(name))
	}
	for _, expression := range c.StringSlice("keep-regex") {
		options = append(options, sputnik.KeepRegexp(expression))
	}
	if c.Bool("keep-digits") {
		options = append(options, sputnik.KeepDigits())
	}
	if c.Bool("cache-stable") {
		options = append(options, sputnik.CacheStable())
	}
	if c.Bool("strip-tags") {
		options = append(options, sputnik.StripTags())
	}
	return options
}

var compressFormats = map[string]func(w *bufio.Writer, r sputnik.Result, original []byte) error{
	"text": func(w *bufio.Writer, r sputnik.Result, _ []byte) error {
		_, err := w.WriteString(r.Text)
		return err
	},
	"json": func(w *bufio.Writer, r sputnik.Result, _ []byte) error {
		line, err := r.MarshalJSON()
		return errors.Join(err, writeLine(w, line))
	},
	"html":     func(w *bufio.Writer, r sputnik.Result, original []byte) error { return r.HTML(w, original) },
	"markdown": func(w *bufio.Writer, r sputnik.Result, original []byte) error { return r.Markdown(w, original) },
}

// warn reports what a result warns of, on stderr.
func warn(c *cli.Context, where string, warnings []string) {
	for _, warning := range warnings {
		fmt.Fprintf(c.App.ErrWriter, "sputnik: warning: %s%s\n", where, warning)
	}
}

func isFault(err error) bool {
	var fault compress.Fault
	return errors.As(err, &fault)
}

func usageUnlessStopped(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return config.Usage(err)
}
