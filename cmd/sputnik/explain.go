package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval/figure"
)

func explainCommand() *cli.Command {
	return &cli.Command{
		Name:      "explain",
		Usage:     "show what compress keeps of a text, and why",
		Category:  "text",
		ArgsUsage: "[FILE|-]",
		Description: "The flags are those of compress, and so is the choice. terminal shows the text with colours; where there are none (no\n" +
			"terminal, or NO_COLOR is set) [-dropped-], [=protected=] and [+kept with another word+] stand between marks, and the\n" +
			"rest was kept by its score. --verbose lists every token with its score, its unit and the reason. html is one page for\n" +
			"mouse and keyboard, png draws the scores along the text, json has all of it as fields.",
		Flags:        explainFlags(),
		Action:       explainAction,
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return config.Usage(err) },
	}
}

// notExplained are flags of compress that are about how results are written.
var notExplained = []string{"format", "jsonl", "keep-map", "stream", "cache-stable"}

func explainFlags() []cli.Flag {
	flags := slices.DeleteFunc(compressFlags(), func(f cli.Flag) bool { return slices.Contains(notExplained, f.Names()[0]) })
	return append(flags,
		&cli.StringFlag{Name: "format", Value: "terminal", Usage: "terminal, html, png or json"},
		&cli.StringFlag{Name: "output", Usage: "file to write, whole or not at all", DefaultText: "standard output"},
		&cli.BoolFlag{Name: "verbose", Usage: "of terminal: a line a token, with its score, its unit, and why it was kept or dropped"})
}

// explainFormats write an explanation of a text.
var explainFormats = map[string]func(c *cli.Context, e compress.Explanation, text []byte) ([]byte, error){
	"terminal": func(c *cli.Context, e compress.Explanation, text []byte) ([]byte, error) {
		if c.Bool("verbose") {
			return tokenTable(e, text), nil
		}
		return shown(e, text, colours(c)), nil
	},
	"html": func(_ *cli.Context, e compress.Explanation, text []byte) ([]byte, error) {
		var out bytes.Buffer
		err := e.HTML(&out, text)
		return out.Bytes(), err
	},
	"png":  func(_ *cli.Context, e compress.Explanation, _ []byte) ([]byte, error) { return figure.PNG(profile(e)) },
	"json": func(_ *cli.Context, e compress.Explanation, text []byte) ([]byte, error) { return e.JSON(text) },
}

func explainAction(c *cli.Context) error {
	write, known := explainFormats[c.String("format")]
	switch {
	case !known:
		return config.Usagef("format is %q; want terminal, html, png or json", c.String("format"))
	case c.Bool("verbose") && c.String("format") != "terminal":
		return config.Usagef("verbose is of terminal, not %s, which tells all anyway", c.String("format"))
	case c.IsSet("rate") && c.IsSet("target-tokens"):
		return config.Usagef("rate and target-tokens are both given; want one of them")
	case c.String("format") == "png" && c.String("output") == "" && isTerminal(c.App.Writer):
		return config.Usagef("png is no text for a terminal; give --output FILE")
	}
	options := compressOptions(c)
	model, err := sputnik.Open(c.String("model"))
	if err != nil {
		return config.Usage(err)
	}
	defer model.Close()
	if _, err := model.Compress(c.Context, "", options...); err != nil { // before anything is read
		return usageUnlessStopped(err)
	}
	in, err := openInput(c)
	if err != nil {
		return err
	}
	defer in.Close()
	text, err := io.ReadAll(in)
	if err != nil {
		return config.Usagef("read %s: %w", inputName(c), err)
	}
	e, err := model.Explain(c.Context, string(text), options...)
	switch {
	case isFault(err):
		return err
	case err != nil:
		return usageUnlessStopped(err)
	case c.String("format") == "png" && len(e.Units) == 0:
		return config.Usagef("%s is empty; there is nothing to draw", inputName(c))
	}
	warn(c, "", e.Warnings)
	data, err := write(c, e, text)
	if err != nil {
		return err
	}
	if path := c.String("output"); path != "" {
		return config.WriteFile(path, data)
	}
	out := bufio.NewWriter(c.App.Writer)
	out.Write(data)
	return out.Flush()
}

// colours says whether the text goes to a terminal that shows them.
func colours(c *cli.Context) bool {
	return c.String("output") == "" && isTerminal(c.App.Writer) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// profile draws the scores along the text. What no score decided on has none, and is in the strip only.
func profile(e compress.Explanation) figure.Profile {
	p := figure.Profile{
		Words: figure.Words{Title: "What was kept, and why", Subtitle: e.Summary(),
			Note: "Each bar is a unit, a word as a rule, as high as its score. The strip at the bottom shows what became of each byte."},
		X: figure.Axis{Label: "byte of the text"}, Y: figure.Axis{Label: "score of " + e.Scorer},
		Names: [3]string{figure.Dropped: "dropped", figure.Kept: "kept", figure.Protected: "protected"},
	}
	for _, u := range e.Units {
		part := figure.Part{From: float64(u.Span[0]), To: float64(u.Span[1]), Height: float64(u.Score)}
		switch {
		case u.Protected():
			part.Fate = figure.Protected
		case u.Kept:
			part.Fate = figure.Kept
		}
		p.Parts = append(p.Parts, part)
	}
	return p
}
