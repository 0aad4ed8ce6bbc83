package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

func expandCommand() *cli.Command {
	return &cli.Command{
		Name:      "expand",
		Usage:     "rebuild a shortened text",
		Category:  "text",
		ArgsUsage: "[FILE|-]",
		Description: "Everything given is in the result, in order and byte for byte; a reconstructor puts in front of each word what it\n" +
			"thinks was left out there. The json format marks each insertion with its bytes and how likely its tokens were.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "model", Value: "outputs/reconstructor", EnvVars: []string{"SPUTNIK_RECONSTRUCTOR"},
				Usage: "the folder of a reconstructor or of the run that trained it, or a model's name, such as smollm2-135m"},
			&cli.Float64Flag{Name: "growth", Value: 2, Usage: "tokens of the result for each one given, at the most; 1 to 16"},
			&cli.StringFlag{Name: "format", Value: "text", Usage: "text or json"},
		},
		Action:       expandAction,
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return config.Usage(err) },
	}
}

func expandAction(c *cli.Context) error {
	format, growth := c.String("format"), c.Float64("growth")
	switch {
	case format != "text" && format != "json":
		return config.Usagef("format is %q; want text or json", format)
	case !(growth >= 1 && growth <= 16):
		return config.Usagef("growth is %g; want a number from 1 to 16", growth)
	}
	if err := torch.Available(); err != nil {
		return err
	}
	dir, err := findReconstructor(c.String("model"))
	if err != nil {
		return err
	}
	model, err := reconstructor.Open(dir, torch.Float32, 0)
	if err != nil {
		return config.Usage(err)
	}
	defer model.Close()
	in, err := openInput(c)
	if err != nil {
		return err
	}
	defer in.Close()
	text, err := io.ReadAll(in)
	if err != nil {
		return config.Usagef("read %s: %w", inputName(c), err)
	}
	started := time.Now()
	pieces, err := model.Expand(c.Context, token.Read(model.Tokenizer(), text), growth)
	if err != nil {
		return err
	}
	result := rebuild(pieces)
	result.Model, result.Elapsed = c.String("model"), float64(time.Since(started).Microseconds())/1000
	out := bufio.NewWriter(c.App.Writer)
	if format == "json" {
		line, err := result.json()
		return errors.Join(err, writeLine(out, line), out.Flush())
	}
	_, err = out.Write(result.bytes)
	return errors.Join(err, out.Flush())
}

// findReconstructor is the folder of the model that is meant: itself, or the best one of a run.
func findReconstructor(name string) (string, error) {
	if _, err := os.Stat(name); err != nil {
		dir, err := hub.Find(name)
		if err != nil && name == "outputs/reconstructor" {
			err = errors.New("no reconstructor in outputs/reconstructor; train one by: sputnik reconstructor, or name another with --model")
		}
		return dir, config.Usage(err)
	}
	for _, below := range []string{"best/reconstructor", "reconstructor"} {
		if dir := filepath.Join(name, below); isFile(filepath.Join(dir, "config.json")) {
			return dir, nil
		}
	}
	return name, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// rebuilt is what expand found; spans are half-open byte offsets into the text.
type rebuilt struct {
	bytes    []byte
	Inserted []insertion
	Given    int // tokens
	Added    int
	Model    string
	Elapsed  float64 // ms
}

// insertion is what was put into one place. Probability is the geometric mean over its tokens.
type insertion struct {
	Start       int     `json:"start"`
	End         int     `json:"end"`
	Tokens      int     `json:"tokens"`
	Probability float64 `json:"probability"`
}

func rebuild(pieces []reconstructor.Piece) (r rebuilt) {
	r.Inserted = []insertion{}
	inside := false
	for _, p := range pieces {
		start := len(r.bytes)
		r.bytes = append(r.bytes, p.Bytes...)
		if !p.Inserted {
			r.Given++
			inside = false
			continue
		}
		r.Added++
		if !inside {
			r.Inserted, inside = append(r.Inserted, insertion{Start: start}), true
		}
		last := &r.Inserted[len(r.Inserted)-1]
		last.End, last.Tokens, last.Probability = len(r.bytes), last.Tokens+1, last.Probability+math.Log(p.Probability)
	}
	for i := range r.Inserted {
		r.Inserted[i].Probability = math.Exp(r.Inserted[i].Probability / float64(r.Inserted[i].Tokens))
	}
	return r
}

func (r rebuilt) json() ([]byte, error) {
	form := struct {
		Text     *string     `json:"text,omitempty"`
		Base64   []byte      `json:"text_base64,omitempty"` // where the text is not valid UTF-8
		Given    int         `json:"given_tokens"`
		Added    int         `json:"inserted_tokens"`
		Inserted []insertion `json:"inserted"`
		Model    string      `json:"model"`
		Elapsed  float64     `json:"elapsed_ms"`
	}{nil, nil, r.Given, r.Added, r.Inserted, r.Model, r.Elapsed}
	if text := string(r.bytes); utf8.Valid(r.bytes) {
		form.Text = &text
	} else {
		form.Base64 = r.bytes
	}
	return json.Marshal(form)
}
