package eval

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/probe"
)

func TestADocumentThatFailsIsReportedCountedAndInNobodysFigures(t *testing.T) {
	dark := &finder{fail: func(r probe.Reading) error {
		if r.Probe.Target == "Town4" {
			return errors.New("the lamp went out")
		}
		return nil
	}}
	r := run(t, setUp(t, dark, Only(agentName, wanted{})), 0)
	if len(r.Failed) != 1 || r.Failed[0].Document != "text-4" || !strings.Contains(r.Failed[0].Reason, "the lamp went out") {
		t.Errorf("failed %v", r.Failed)
	}
	if r.Data.Documents != 11 || r.Data.Probes != 11 || r.Methods[0].Points[0].Retained.Documents != 11 {
		t.Errorf("%+v", r.Data)
	}
	if !strings.Contains(string(r.Markdown()), "text-4: ") {
		t.Error("the report is silent")
	}
	broken := setUp(t, &finder{fail: func(probe.Reading) error { return errors.New("no light at all") }}, Only(agentName, wanted{}))
	if _, err := broken.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "no light at all") {
		t.Errorf("every document failed: %v", err)
	}
}

func TestAJournalThatCannotBeWrittenEndsTheRun(t *testing.T) {
	e := setUp(t, &finder{}, Only(agentName, wanted{}))
	e.Journal.file.Close()
	if _, err := e.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "stopped after 0 of 12 documents") || !strings.Contains(err.Error(), "write journal") {
		t.Errorf("got %v", err)
	}
}

func TestALossThatIsNoNumberFailsItsDocument(t *testing.T) {
	e := setUp(t, nan{}, Only(agentName, wanted{}))
	if _, err := e.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "NaN") {
		t.Errorf("got %v", err)
	}
}

type nan struct{}

func (nan) Losses(_ context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	losses := make([]probe.Loss, len(readings))
	for i := range losses {
		losses[i] = probe.Loss{Nats: math.NaN(), Tokens: 1}
	}
	return losses, nil
}

func TestAReaderThatTheTextsDoNotHelpHasNoFAndANoteSaysSo(t *testing.T) {
	r := run(t, setUp(t, deaf{}, Only(agentName, wanted{})), 0)
	if r.Methods[0].Points[0].Retained != nil || len(r.Notes) != 1 {
		t.Errorf("%+v, notes %q", r.Methods[0].Points[0], r.Notes)
	}
	dir := t.TempDir()
	if err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "plots", "rate_quality.png")); err == nil {
		t.Error("a plot of nothing was drawn")
	}
}

type deaf struct{}

func (deaf) Losses(_ context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	losses := make([]probe.Loss, len(readings))
	for i := range losses {
		losses[i] = probe.Loss{Nats: 1, Tokens: 1}
	}
	return losses, nil
}

func TestAJournalDropsALineThatWasCutShort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "readings.jsonl")
	j, err := OpenJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(j.add([]entry{{"a", value{Values: []float64{1, 2}}}, {"b", value{Text: "words"}}}), j.Close()); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(path)
	if err := os.WriteFile(path, data[:len(data)-3], 0o644); err != nil {
		t.Fatal(err)
	}
	j, err = OpenJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(j.known) != 1 || j.known["a"].Values[1] != 2 {
		t.Errorf("after the cut it knows %v", j.known)
	}
	if err := errors.Join(j.add([]entry{{"b", value{Text: "words"}}}), j.Close()); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.ReadFile(path); string(again) != string(data) {
		t.Errorf("mended:\n%s\nwant:\n%s", again, data)
	}
}
