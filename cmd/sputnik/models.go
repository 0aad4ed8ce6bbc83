package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

func modelsCommand() *cli.Command {
	format := &cli.StringFlag{Name: "format", Value: "text", Usage: "text or json"}
	return &cli.Command{
		Name:     "models",
		Usage:    "fetch models, list them, say what they are, convert and prune them",
		Category: "models",
		Subcommands: []*cli.Command{
			{Name: "pull", ArgsUsage: "NAME...", Action: pullModels, Usage: "fetch " + strings.Join(hub.Names(), ", ") +
				" or OWNER/NAME of the Hugging Face hub (HF_ENDPOINT, HF_TOKEN)"},
			{Name: "ls", Flags: []cli.Flag{format}, Action: listModels, Usage: "list the models that are here"},
			{Name: "info", ArgsUsage: "NAME|FOLDER|FILE", Flags: []cli.Flag{format}, Action: describeModel, Usage: "say what a model is; of default, the agent in the binary, also what it was made from and what it was measured to do"},
			{Name: "convert", ArgsUsage: "FILE.gguf FOLDER", Action: convertModel, Usage: "write a GGUF file as a Hugging Face folder"},
			pruneCommand(),
		},
	}
}

func pullModels(c *cli.Context) error {
	if c.NArg() == 0 {
		return config.Usagef("models pull wants a name: %s, or OWNER/NAME", strings.Join(hub.Names(), ", "))
	}
	for _, name := range c.Args().Slice() {
		progress, done := showProgress(c.App.ErrWriter)
		dir, err := hub.Pull(c.Context, name, progress)
		done()
		if err != nil {
			return request(err)
		}
		fmt.Fprintf(c.App.Writer, "%s\t%s\n", name, dir)
	}
	return nil
}

// showProgress draws a bar a file if w is a terminal.
func showProgress(w io.Writer) (hub.Progress, func()) {
	if !isTerminal(w) {
		return nil, func() {}
	}
	var bar *progressbar.ProgressBar
	current := ""
	finish := func() {
		if bar != nil {
			_ = bar.Finish() // a bar that cannot be drawn stops nothing
		}
	}
	return func(file string, done, total int64) {
		if file != current {
			finish()
			current = file
			bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(file),
				progressbar.OptionShowBytes(true), progressbar.OptionThrottle(100*time.Millisecond),
				progressbar.OptionOnCompletion(func() { fmt.Fprintln(w) }))
		}
		_ = bar.Set64(done)
	}, finish
}

func listModels(c *cli.Context) error {
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	models, err := hub.List()
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(c.App.Writer).Encode(append([]hub.Manifest{}, models...))
	}
	w := tabwriter.NewWriter(c.App.Writer, 0, 0, 2, ' ', 0)
	for _, m := range models {
		dir, err := m.Dir()
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.Name, megabytes(m.Bytes()), m.License, dir)
	}
	return w.Flush()
}

func wantsJSON(c *cli.Context) (bool, error) {
	switch format := c.String("format"); format {
	case "json":
		return true, nil
	case "text":
		return false, nil
	default:
		return false, config.Usagef("format is %q; want text or json", format)
	}
}

// request gives the errors of a wrong request their exit code.
func request(err error) error {
	var wrong hub.RequestError
	if errors.As(err, &wrong) {
		return config.Usage(err)
	}
	return err
}

func describeModel(c *cli.Context) error {
	if c.NArg() != 1 {
		return config.Usagef("models info wants one model")
	}
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	if c.Args().First() == sputnik.Default {
		return describeDefault(c.App.Writer, asJSON)
	}
	d, err := hub.Describe(c.Args().First())
	if err != nil {
		return config.Usage(err)
	}
	if asJSON {
		return json.NewEncoder(c.App.Writer).Encode(d)
	}
	w := tabwriter.NewWriter(c.App.Writer, 0, 0, 2, ' ', 0)
	for _, row := range [][2]string{
		{"name", d.Name}, {"folder", d.Dir}, {"architecture", d.Architecture}, {"parameters", millions(d.Parameters)},
		{"weights", strings.Join(d.TypeNames(), ", ")}, {"size", megabytes(d.Bytes)}, {"context", count(d.Context)},
		{"tokenizer", tokenizerLine(d)}, {"licence", d.License}, {"source", strings.TrimSpace(d.Source + " " + d.Revision)},
	} {
		if row[1] != "" {
			fmt.Fprintf(w, "%s\t%s\n", row[0], row[1])
		}
	}
	return w.Flush()
}

func tokenizerLine(d hub.Description) string {
	switch {
	case d.Tokenizer == "":
		return ""
	case d.ChatTemplate:
		return fmt.Sprintf("%s, %d tokens, with a chat template", d.Tokenizer, d.Vocabulary)
	}
	return fmt.Sprintf("%s, %d tokens", d.Tokenizer, d.Vocabulary)
}

func count(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func millions(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f M", float64(n)/1e6)
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

func convertModel(c *cli.Context) error {
	if c.NArg() != 2 {
		return config.Usagef("models convert wants a GGUF file and the folder to write")
	}
	from, to := c.Args().Get(0), c.Args().Get(1)
	if _, err := os.Stat(from); err != nil {
		return config.Usage(err)
	}
	progress, done := showProgress(c.App.ErrWriter)
	defer done()
	return request(hub.Convert(c.Context, from, to, progress))
}
