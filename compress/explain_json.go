package compress

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"unicode/utf8"
)

// score is null in JSON where it is no finite number.
func score(s float32) *float32 {
	if math.IsNaN(float64(s)) || math.IsInf(float64(s), 0) {
		return nil
	}
	return &s
}

// JSON writes the fields of the result, and after them
//
//	"units":  [{"start","end","text","score","rank","kept","why":[...]}, ...]
//	"tokens": [{"start","end","text","score","unit"}, ...]
//
// where text_base64 stands in for a text that is not valid UTF-8, rank is 0 for what no score decided on, and unit counts
// units from 0.
func (e Explanation) JSON(original []byte) ([]byte, error) {
	type text struct {
		Text   *string `json:"text,omitempty"`
		Base64 []byte  `json:"text_base64,omitempty"`
	}
	type unit struct {
		Start int `json:"start"`
		End   int `json:"end"`
		text
		Score *float32 `json:"score"`
		Rank  int      `json:"rank"`
		Kept  bool     `json:"kept"`
		Why   []Why    `json:"why"`
	}
	type token struct {
		Start int `json:"start"`
		End   int `json:"end"`
		text
		Score *float32 `json:"score"`
		Unit  int      `json:"unit"`
	}
	of := func(s Span) text {
		if part := string(original[s[0]:s[1]]); utf8.ValidString(part) {
			return text{Text: &part}
		}
		return text{Base64: original[s[0]:s[1]]}
	}
	more := struct {
		Units  []unit  `json:"units"`
		Tokens []token `json:"tokens"`
	}{[]unit{}, []token{}}
	for _, u := range e.Units {
		more.Units = append(more.Units, unit{u.Span[0], u.Span[1], of(u.Span), score(u.Score), u.Rank, u.Kept, u.Why})
	}
	for _, t := range e.Tokens {
		more.Tokens = append(more.Tokens, token{t.Span[0], t.Span[1], of(t.Span), score(t.Score), t.Unit})
	}
	head, err := e.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var tail bytes.Buffer
	encoder := json.NewEncoder(&tail)
	encoder.SetEscapeHTML(false)
	err = encoder.Encode(more)
	return slices.Concat(bytes.TrimSuffix(bytes.TrimSpace(head), []byte("}")), []byte(","), tail.Bytes()[1:]), err
}
