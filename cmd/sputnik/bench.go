package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik/bench/speed"
	"github.com/project-sputnik/sputnik/config"
)

func benchCommand() *cli.Command {
	return &cli.Command{
		Name:     "bench",
		Usage:    "measure how fast it is on this machine",
		Category: "measure",
		Subcommands: []*cli.Command{{
			Name:      "compress",
			Usage:     "measure how fast the agent in the binary shortens text",
			ArgsUsage: "[FILE]",
			Description: "The whole path, from bytes to bytes, is measured through libtorch and in Go: tokens/s on --bytes of English (the\n" +
				"corpus in the binary, or FILE, over again in another order where it is too short), each stage's share of the time (the\n" +
				"model's forward passes are a part of score), prompts of 2,000 tokens in a warm process, allocations of Go per 100\n" +
				"tokens, and how long a call goes on once it is cancelled. A tenth of the text and ten times the text are each given to\n" +
				"a process of its own, for their speed and the memory at the peak. Beside it stand the forward passes of encoders of\n" +
				"the shapes of LLMLingua-2's two, with random weights, over chunks of 512 tokens of the same text.",
			Flags: []cli.Flag{
				&cli.BoolFlag{Name: "json", Usage: "write JSON"},
				&cli.IntFlag{Name: "bytes", Value: 1_000_000, Usage: "length of the text, 1000 at the least"},
				&cli.Float64Flag{Name: "seconds", Value: 3, Usage: "for each figure: it is measured again until they are over"},
				&cli.BoolFlag{Name: "encoders", Value: true, Usage: "measure encoders as well, which takes 3 GB of memory; --encoders=false leaves them out"},
				&cli.BoolFlag{Name: "odd", Usage: "give ten times --bytes of what is no prose to processes of their own as well: one line, JSON, Chinese, single words, stray bytes"},
				&cli.BoolFlag{Name: "child", Hidden: true, Usage: "be the process that compresses FILE as it is"},
			},
			Action:       benchCompress,
			OnUsageError: func(_ *cli.Context, err error, _ bool) error { return config.Usage(err) },
		}},
	}
}

func benchCompress(c *cli.Context) error {
	patience := time.Duration(c.Float64("seconds") * float64(time.Second))
	switch {
	case c.Int("bytes") < 1000:
		return config.Usagef("bytes is %d; want 1000 or more", c.Int("bytes"))
	case !(c.Float64("seconds") >= 0 && c.Float64("seconds") <= 3600):
		return config.Usagef("seconds is %v; want 0 to 3600", c.Float64("seconds"))
	case c.Bool("child"):
		stat, err := os.Stat(c.Args().First())
		if err != nil {
			return config.Usage(err)
		}
		boundMemory(int(stat.Size()))
		l, err := speed.OneLength(c.Context, c.Args().First(), patience)
		if err != nil {
			return err
		}
		return json.NewEncoder(c.App.Writer).Encode(l)
	}
	text, err := benchText(c)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program, to start it anew: %w", err)
	}
	r, err := speed.Run(c.Context, speed.Options{Text: text, Bytes: c.Int("bytes"), Patience: patience, Encoders: c.Bool("encoders"), Odd: c.Bool("odd"),
		Program: self, Progress: func(what string) { slog.Info("measuring", "what", what) }})
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return json.NewEncoder(c.App.Writer).Encode(r)
	}
	return r.Print(c.App.Writer)
}

// benchText is the text of the file that is named, else English.
func benchText(c *cli.Context) (string, error) {
	if c.NArg() == 0 {
		return speed.English()
	}
	in, err := openInput(c)
	if err != nil {
		return "", err
	}
	defer in.Close()
	text, err := io.ReadAll(in)
	if err != nil {
		return "", config.Usagef("read %s: %w", inputName(c), err)
	}
	if len(text) == 0 {
		return "", config.Usagef("%s is empty; want a text", inputName(c))
	}
	return string(text), nil
}
