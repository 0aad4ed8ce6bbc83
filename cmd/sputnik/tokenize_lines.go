package main

import (
	"bufio"
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

// tokenizeLines answers every line with one of its own.
func tokenizeLines(c *cli.Context, tok token.Tokenizer, in io.Reader, out *bufio.Writer) error {
	var tokens []token.Token
	return eachLine(c, in, func(_ int, line []byte) (wrong, failed error) {
		var id json.RawMessage
		id, tokens, wrong = tokenizeLine(tok, line, tokens[:0])
		if wrong != nil {
			return wrong, writeLine(out, withID(id, errorObject(wrong)))
		}
		writeTokenLine(out, id, tokens)
		return nil, nil // out tells of what could not be written when it is flushed
	})
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

func writeTokenLine(w *bufio.Writer, id json.RawMessage, tokens []token.Token) {
	if len(id) == 0 {
		id = json.RawMessage("null")
	}
	fmt.Fprintf(w, `{"id":%s,"ids":`, id)
	putIDs(w, tokens)
	w.WriteString("}\n")
}
