package train

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/probe"
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
