package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik/token"
)

// textLine is a line of input: a text, or bytes that need not be UTF-8.
type textLine struct {
	ID          json.RawMessage `json:"id"`
	Text        *string         `json:"text"`
	Bytes       *[]byte         `json:"bytes_b64"`
	SinglePiece bool            `json:"single_piece"`
}

// tokenizeLines answers every line with one of its own, in order, and fails at the end if any was bad.
func tokenizeLines(c *cli.Context, tok token.Tokenizer, in io.Reader, out *bufio.Writer) error {
	r := bufio.NewReaderSize(in, 1<<20)
	var tokens []token.Token
	bad := 0
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var id json.RawMessage
			var lineErr error
			id, tokens, lineErr = tokenizeLine(tok, line, tokens[:0])
			if lineErr != nil {
				bad++
				fmt.Fprintf(c.App.ErrWriter, "line %d: %v\n", n, lineErr)
			}
			writeTokenLine(out, id, tokens, lineErr)
		}
		switch {
		case errors.Is(err, io.EOF) && bad > 0:
			return fmt.Errorf("%d bad lines of %s", bad, inputName(c))
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read %s: %w", inputName(c), err)
		}
		if err := c.Context.Err(); err != nil {
			return err
		}
	}
}

func tokenizeLine(tok token.Tokenizer, data []byte, dst []token.Token) (json.RawMessage, []token.Token, error) {
	var line textLine
	if err := json.Unmarshal(data, &line); err != nil {
		return line.ID, dst, err
	}
	switch {
	case line.Text != nil:
		return line.ID, tok.Encode(dst, []byte(*line.Text)), nil
	case line.Bytes == nil:
		return line.ID, dst, errors.New(`it has no "text"`)
	case !line.SinglePiece:
		return line.ID, tok.Encode(dst, *line.Bytes), nil
	}
	bpe, ok := tok.(*token.BPE)
	if !ok {
		return line.ID, dst, fmt.Errorf("%s cannot merge a text as a single piece", tok.Name())
	}
	return line.ID, bpe.EncodePiece(dst, *line.Bytes), nil
}

func writeTokenLine(w *bufio.Writer, id json.RawMessage, tokens []token.Token, err error) {
	if len(id) == 0 {
		id = json.RawMessage("null")
	}
	fmt.Fprintf(w, `{"id":%s,`, id)
	if err != nil {
		reason, _ := json.Marshal(err.Error()) // a string always has a JSON form
		fmt.Fprintf(w, "\"error\":%s}\n", reason)
		return
	}
	w.WriteString(`"ids":`)
	putIDs(w, tokens)
	w.WriteString("}\n")
}
