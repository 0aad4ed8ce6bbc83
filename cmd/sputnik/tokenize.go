package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/token"
)

func tokenizeCommand() *cli.Command {
	return &cli.Command{
		Name:      "tokenize",
		Usage:     "cut a text into tokens",
		Category:  "text",
		ArgsUsage: "[FILE|-]",
		Description: "ids and spans are written as one JSON array, count as a number. jsonl reads lines {\"id\",\"text\"} and\n" +
			"writes lines {\"id\",\"ids\"} in the same order; a line {\"id\",\"bytes_b64\",\"single_piece\":true} is merged as one\n" +
			"piece. A bad line becomes {\"id\",\"error\"}, is reported with its number, and ends the command with 1.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "tokenizer", EnvVars: []string{"SPUTNIK_TOKENIZER"},
				Usage: "a tokenizer.json, a folder with one, or one of gpt2, smollm2, minilm, cl100k_base, o200k_base, o200k_harmony"},
			&cli.StringFlag{Name: "format", Value: "ids", Usage: "ids, spans (byte offsets), count or jsonl"},
		},
		Action: func(c *cli.Context) error {
			format := c.String("format")
			write, ok := tokenFormats[format]
			if !ok && format != "jsonl" {
				return config.Usagef("format is %q; want ids, spans, count or jsonl", format)
			}
			if c.String("tokenizer") == "" {
				return config.Usagef("tokenize wants --tokenizer NAME or FILE")
			}
			tok, err := token.Open(c.String("tokenizer"))
			if err != nil {
				return config.Usage(err)
			}
			in, err := openInput(c)
			if err != nil {
				return err
			}
			defer in.Close()
			out := bufio.NewWriterSize(c.App.Writer, 1<<16)
			if format == "jsonl" {
				return errors.Join(tokenizeLines(c, tok, in, out), out.Flush())
			}
			text, err := io.ReadAll(in)
			if err != nil {
				return config.Usagef("read %s: %w", inputName(c), err)
			}
			write(out, tok.Encode(nil, text))
			return out.Flush()
		},
	}
}

// openInput opens the file that the command was given, or standard input for none or "-".
func openInput(c *cli.Context) (io.ReadCloser, error) {
	if c.NArg() > 1 {
		return nil, config.Usagef("%s takes one file, and got %q as well", c.Command.Name, c.Args().Get(1))
	}
	if name := c.Args().First(); name != "" && name != "-" {
		f, err := os.Open(name)
		return f, config.Usage(err)
	}
	return io.NopCloser(c.App.Reader), nil
}

// readAll is io.ReadAll for what may be large: a file's size is known before.
func readAll(in io.Reader) ([]byte, error) {
	var all bytes.Buffer
	if f, is := in.(*os.File); is {
		if stat, err := f.Stat(); err == nil && stat.Mode().IsRegular() {
			all.Grow(int(stat.Size()) + bytes.MinRead)
		}
	}
	_, err := all.ReadFrom(in)
	return all.Bytes(), err
}

func inputName(c *cli.Context) string {
	if name := c.Args().First(); name != "" && name != "-" {
		return name
	}
	return "standard input"
}

var tokenFormats = map[string]func(w *bufio.Writer, tokens []token.Token){
	"count": func(w *bufio.Writer, tokens []token.Token) { fmt.Fprintln(w, len(tokens)) },
	"ids":   writeIDs,
	"spans": writeSpans,
}

func writeIDs(w *bufio.Writer, tokens []token.Token) {
	putIDs(w, tokens)
	w.WriteByte('\n')
}

func putIDs(w *bufio.Writer, tokens []token.Token) {
	var num []byte
	w.WriteByte('[')
	for i, t := range tokens {
		if i > 0 {
			w.WriteByte(',')
		}
		num = strconv.AppendInt(num[:0], int64(t.ID), 10)
		w.Write(num)
	}
	w.WriteByte(']')
}

func writeSpans(w *bufio.Writer, tokens []token.Token) {
	w.WriteByte('[')
	for i, t := range tokens {
		if i > 0 {
			w.WriteByte(',')
		}
		fmt.Fprintf(w, "[%d,%d]", t.Start, t.End)
	}
	w.WriteString("]\n")
}
