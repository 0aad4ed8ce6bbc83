package main

import (
	"io"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik/config"
)

func recoverCommand() *cli.Command {
	return &cli.Command{
		Name:      "recover",
		Usage:     "give the original of a shortened text back, byte for byte",
		Category:  "text",
		ArgsUsage: "[OUTPUT|-]",
		Description: "OUTPUT is what compress wrote, and --keep-map the map that it wrote beside it, which holds the original. Where OUTPUT\n" +
			"was changed since, nothing is written, the first byte that differs is named, and the command ends with 1; so it is\n" +
			"with --store, a file that should be the original.",
		Flags: []cli.Flag{
			keepMapFlag,
			&cli.StringFlag{Name: "store", Usage: "a copy of the original, to be checked as well"},
		},
		Action:       recoverAction,
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return config.Usage(err) },
	}
}

func recoverAction(c *cli.Context) error {
	m, err := readKeepMap(c)
	if err != nil {
		return err
	}
	in, err := openInput(c)
	if err != nil {
		return err
	}
	defer in.Close()
	output, err := io.ReadAll(in)
	if err != nil {
		return config.Usagef("read %s: %w", inputName(c), err)
	}
	original, err := m.Recover(output)
	if err != nil {
		return altered(inputName(c), err)
	}
	if path := c.String("store"); path != "" {
		stored, err := os.ReadFile(path)
		if err != nil {
			return config.Usage(err)
		}
		if err := m.Check(stored); err != nil {
			return altered(path, err)
		}
	}
	_, err = c.App.Writer.Write(original)
	return err
}
