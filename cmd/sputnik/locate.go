package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik/compress/keepmap"
	"github.com/project-sputnik/sputnik/config"
)

func locateCommand() *cli.Command {
	return &cli.Command{
		Name:      "locate",
		Usage:     "find where in the original a quotation from the shortened text stands",
		Category:  "text",
		ArgsUsage: "QUOTATION|-",
		Description: "The quotation is looked for in the shortened text as it is; then whatever its white space, its case, the form of its\n" +
			"quotes and dashes, and Unicode's normal form; then without any white space; and then, by the same steps, in the\n" +
			"original. All matches of the first step that has any are listed: the bytes of the original from the quotation's\n" +
			"first to its last, and which of them were kept. With none the command ends with 1. - reads the quotation from\n" +
			"standard input.",
		Flags: []cli.Flag{
			keepMapFlag,
			&cli.StringFlag{Name: "format", Value: "text", Usage: "text, a line a match: START-END, how it was found, what stands there; or json"},
		},
		Action:       locateAction,
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return config.Usage(err) },
	}
}

func locateAction(c *cli.Context) error {
	write, known := locateFormats[c.String("format")]
	switch {
	case !known:
		return config.Usagef("format is %q; want text or json", c.String("format"))
	case c.NArg() != 1:
		return config.Usagef("locate wants one quotation, and got %d; put it between quotes, or - to read it", c.NArg())
	}
	m, err := readKeepMap(c)
	if err != nil {
		return err
	}
	quotation := []byte(c.Args().First())
	if c.Args().First() == "-" {
		if quotation, err = io.ReadAll(c.App.Reader); err != nil {
			return config.Usagef("read standard input: %w", err)
		}
		quotation = []byte(strings.TrimRight(string(quotation), "\r\n"))
	}
	if len(strings.TrimSpace(string(quotation))) == 0 {
		return config.Usagef("the quotation is empty")
	}
	found := m.Locate(quotation)
	if len(found) == 0 {
		return fmt.Errorf("%s is neither in the shortened text nor in the original", shownQuotation(quotation))
	}
	out := bufio.NewWriterSize(c.App.Writer, 1<<16)
	return errors.Join(write(out, m, found), out.Flush())
}

// shownQuotation is a quotation, or its beginning, for a message.
func shownQuotation(quotation []byte) string {
	if runes := []rune(string(quotation)); len(runes) > 60 {
		return fmt.Sprintf("%q...", string(runes[:60]))
	}
	return fmt.Sprintf("%q", quotation)
}

var locateFormats = map[string]func(w *bufio.Writer, m *keepmap.Map, found []keepmap.Match) error{
	"text": writeMatches, "json": writeMatchesJSON,
}

// likenesses are for readers.
var likenesses = map[keepmap.Likeness]string{keepmap.Exact: "exactly", keepmap.Folded: "but for its form", keepmap.Unblank: "without white space"}

// writeMatches writes a line a match.
func writeMatches(w *bufio.Writer, m *keepmap.Map, found []keepmap.Match) error {
	for _, f := range found {
		where := "the shortened text"
		if f.In == keepmap.Original {
			where = "the original only"
		}
		var pieces []string
		for _, p := range f.Pieces {
			pieces = append(pieces, fmt.Sprintf("%d-%d", p[0], p[1]))
		}
		kept := strings.Join(pieces, " ")
		if kept == "" {
			kept = "none"
		}
		fmt.Fprintf(w, "%d-%d\tin %s, %s\tkept: %s\t%q\n", f.Start, f.End, where, likenesses[f.Likeness], kept, m.Original[f.Start:f.End])
	}
	return nil
}

// writeMatchesJSON writes one object; text_base64 stands in for a text that is not valid UTF-8.
func writeMatchesJSON(w *bufio.Writer, m *keepmap.Map, found []keepmap.Match) error {
	type match struct {
		Start    int              `json:"start"`
		End      int              `json:"end"`
		In       keepmap.Text     `json:"in"`
		Likeness keepmap.Likeness `json:"likeness"`
		Pieces   []keepmap.Span   `json:"pieces"`
		Text     *string          `json:"text,omitempty"`
		Base64   []byte           `json:"text_base64,omitempty"`
	}
	answer := struct {
		Matches []match `json:"matches"`
	}{}
	for _, f := range found {
		each := match{Start: f.Start, End: f.End, In: f.In, Likeness: f.Likeness, Pieces: f.Pieces}
		if text := m.Original[f.Start:f.End]; utf8.Valid(text) {
			s := string(text)
			each.Text = &s
		} else {
			each.Base64 = text
		}
		answer.Matches = append(answer.Matches, each)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(answer)
}
