package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval/metric"
)

func metricsCommand() *cli.Command {
	return &cli.Command{
		Name:      "metrics",
		Usage:     "score texts against references",
		Category:  "measure",
		ArgsUsage: "[FILE|-]",
		Description: "--jsonl reads lines {\"id\",\"candidate\",\"references\"} and writes one line {\"id\",\"bleu\",\"chrf\",\"rouge1\",\"rouge2\",\n" +
			"\"rougeL\",\"squad_em\",\"squad_f1\"} for each, in the same order. BLEU (of a sentence: 13a, exponential smoothing,\n" +
			"effective order) and chrF are on 0-100, the F of ROUGE (no stemming) and SQuAD's scores on 0-1. A bad line\n" +
			"becomes {\"id\",\"error\"}, is reported with its number, and ends the command with 1.",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "jsonl", Usage: "score line by line"}},
		Action: func(c *cli.Context) error {
			if !c.Bool("jsonl") {
				return config.Usagef(`metrics wants --jsonl, and lines {"id","candidate","references"}`)
			}
			in, err := openInput(c)
			if err != nil {
				return err
			}
			defer in.Close()
			out := bufio.NewWriterSize(c.App.Writer, 1<<16)
			return errors.Join(metricsLines(c, in, out), out.Flush())
		},
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return config.Usage(err) },
	}
}

// metricsLine is a line of input.
type metricsLine struct {
	ID         json.RawMessage `json:"id"`
	Candidate  *string         `json:"candidate"`
	References []*string       `json:"references"`
}

// textScores is what the references say of a candidate.
type textScores struct {
	BLEU    float64 `json:"bleu"`
	ChrF    float64 `json:"chrf"`
	Rouge1  float64 `json:"rouge1"`
	Rouge2  float64 `json:"rouge2"`
	RougeL  float64 `json:"rougeL"`
	SquadEM float64 `json:"squad_em"`
	SquadF1 float64 `json:"squad_f1"`
}

// metricsLines answers every line with one of its own.
func metricsLines(c *cli.Context, in io.Reader, out *bufio.Writer) error {
	return eachLine(c, in, func(_ int, line []byte) (wrong, failed error) {
		id, scores, wrong := scoreLine(line)
		if wrong != nil {
			return wrong, writeLine(out, withID(id, errorObject(wrong)))
		}
		object, _ := json.Marshal(scores) // finite numbers always have a JSON form
		return nil, writeLine(out, withID(id, object))
	})
}

// scoreLine scores the candidate of one line.
func scoreLine(data []byte) (json.RawMessage, textScores, error) {
	line, err := readMetricsLine(data)
	if err != nil {
		return line.ID, textScores{}, err
	}
	candidate, references, rouge := *line.Candidate, make([]string, len(line.References)), metric.Rouge{}
	for i, r := range line.References {
		references[i] = *r
	}
	return line.ID, textScores{
		BLEU:    metric.BLEU(candidate, references),
		ChrF:    metric.ChrF(candidate, references),
		Rouge1:  rouge.N(1, candidate, references).F,
		Rouge2:  rouge.N(2, candidate, references).F,
		RougeL:  rouge.L(candidate, references).F,
		SquadEM: metric.SquadExact(candidate, references),
		SquadF1: metric.SquadF1(candidate, references),
	}, nil
}

func readMetricsLine(data []byte) (metricsLine, error) {
	var line metricsLine
	err := json.Unmarshal(data, &line)
	var wrong *json.UnmarshalTypeError
	switch {
	case !utf8.Valid(data):
		if !utf8.Valid(line.ID) {
			line.ID = nil
		}
		return line, errors.New("it is not valid UTF-8")
	case errors.As(err, &wrong) && wrong.Field == "":
		return line, fmt.Errorf(`it is a JSON %s; want {"id","candidate","references"}`, wrong.Value)
	case errors.As(err, &wrong):
		want := map[string]string{"candidate": "a string", "references": "a list of strings"}
		return line, fmt.Errorf("%q has a %s; want %s", wrong.Field, wrong.Value, want[wrong.Field])
	case err != nil:
		return line, err
	case line.Candidate == nil:
		return line, errors.New(`it has no "candidate"`)
	case len(line.References) == 0:
		return line, errors.New(`it has no "references"`)
	case slices.Contains(line.References, nil):
		return line, errors.New(`"references" has a null; want a list of strings`)
	}
	return line, nil
}
