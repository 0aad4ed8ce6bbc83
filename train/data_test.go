package train

import (
	"bytes"
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

func TestOneDocumentInTwentyIsSelectedOnAndNotLearnedFrom(t *testing.T) {
	c := tiny(t) // 30 documents, each of which names its mayor by number
	c.ValDataPath = ""
	d, err := load(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	held := []byte("Ann Doe 19,")
	var kinds []string
	for _, each := range d.selection {
		kinds = append(kinds, each.Probes[0].Kind)
		if each.Probes[0].Kind == probe.KindCloze && !bytes.Contains(each.text.Bytes, held) {
			t.Errorf("%s is selected on", each.ID)
		}
	}
	if !slices.Contains(kinds, probe.KindCloze) || !slices.Contains(kinds, probe.KindQuestion) {
		t.Errorf("selected on %q", kinds)
	}
	for _, chunk := range d.chunks {
		if bytes.Contains(chunk.Bytes, held) {
			t.Error("what is held out is learned from")
		}
	}
	for _, each := range d.salient {
		if bytes.Contains(each.text.Bytes, held) {
			t.Error("what is held out is labelled")
		}
	}
	if len(d.chunks) == 0 || len(d.salient) == 0 {
		t.Errorf("%d chunks, %d salient texts", len(d.chunks), len(d.salient))
	}
}

func TestQuestionsAreReadBehindMasksOfTheirOwn(t *testing.T) {
	tokenizer, err := token.Open("gpt2")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(strings.Repeat("one two three four five six seven eight nine ten ", 20))
	text := strings.Join(words, " ")
	questions := []probe.Question{{ID: "a", Context: text, Question: "Which?", Answers: []string{"three"}}, {ID: "b", Context: "Other " + text, Question: "What?", Answers: []string{"nine"}}}
	readings := MaskedReadings(tokenizer, questions, 5, 3)
	if !reflect.DeepEqual(readings, MaskedReadings(tokenizer, questions, 5, 3)) {
		t.Error("another time they are others")
	}
	masks, asked := map[string]bool{}, map[string]int{}
	for _, r := range readings {
		masks[r.Context] = true
		asked[r.Probe.Target]++
		if kept := len(strings.Fields(r.Context)); kept < 20 || kept > 180 {
			t.Errorf("%d of 200 words are kept", kept)
		}
	}
	if len(masks) != 5 || asked["three"] < 2 || asked["nine"] < 2 {
		t.Errorf("%d masks, questions %v", len(masks), asked)
	}
}
