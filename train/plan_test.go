package train

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/agent"
)

func TestTheTimeLeftIsThatOfThePhasesThatWereMeasured(t *testing.T) {
	phases := phases{answers: 20, joint: 30}.list()
	p := newPace()
	for step := range 25 {
		name, took := "answers", 2*time.Second
		if step >= 20 {
			name, took = "joint", time.Minute
		}
		if measured := p.add(name, took); measured != (step == measuredAfter-1 || step == 20+measuredAfter-1) {
			t.Errorf("step %d: measured %t", step, measured)
		}
		known, unmeasured := p.left(phases, step+1)
		switch {
		case step < measuredAfter-1 && cmp.Diff([]string{"answers", "joint"}, unmeasured) != "",
			step >= measuredAfter-1 && step < 19 && (known != time.Duration(19-step)*2*time.Second || len(unmeasured) != 1),
			step == 24 && (known != 25*time.Minute || unmeasured != nil):
			t.Errorf("after step %d: %v and %v", step+1, known, unmeasured)
		}
	}
}

func TestTheTimeLeftInWords(t *testing.T) {
	for _, c := range []struct {
		p            Progress
		words, brief string
	}{
		{Progress{Left: 65*time.Second + 200*time.Millisecond}, "about 1m5s", "1m5s"},
		{Progress{Left: 12*time.Minute + 10*time.Second}, "about 12m", "12m"},
		{Progress{Left: 100 * time.Minute}, "about 1h40m", "1h40m"},
		{Progress{Left: 3 * time.Minute, Unmeasured: []string{"rebuilding", "joint"}}, "about 3m and rebuilding, joint (not measured yet)", "3m+"},
		{Progress{Left: 3 * time.Minute, Unmeasured: []string{"joint"}, Most: 118 * time.Minute},
			"about 3m and joint (not measured yet), at the most 1h58m", "3m+"},
		{Progress{Left: 3 * time.Hour, Unmeasured: []string{"joint"}, Most: 118 * time.Minute}, "about 1h58m, when max_hours is up", "1h58m"},
	} {
		if words, brief := c.p.TimeLeft(), c.p.Brief(); words != c.words || brief != c.brief {
			t.Errorf("got %q and %q, want %q and %q", words, brief, c.words, c.brief)
		}
	}
}

func TestARunSaysItsPlanAndWhatItHasMeasured(t *testing.T) {
	var log bytes.Buffer
	c := quick(t)
	c.MaxHours = 24
	trainer, err := New(context.Background(), c, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	if _, err := trainer.Run(context.Background(), func(Progress) {}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"msg=plan steps=20 done=0 threads=1 max_hours=24",
		"msg=plan phase=answers steps=8 texts_a_step=8",
		"msg=plan phase=rebuilding steps=4 texts_a_step=3",
		"msg=plan phase=joint steps=8 texts_a_step=3 masks_a_step=9 reader_tokens_a_step=",
		"msg=measured phase=answers seconds_a_step=",
		"msg=stopped reason=done",
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not in %s", want, &log)
		}
	}
}

func TestARunKnowsWhatItWasMadeFrom(t *testing.T) {
	c := quick(t)
	c.ValDataPath = ""
	trainer, err := New(context.Background(), c, silent)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	sources := trainer.sources()
	for i := range sources {
		if len(sources[i].SHA256) != 64 || sources[i].Bytes == 0 {
			t.Errorf("%+v", sources[i])
		}
		sources[i].SHA256, sources[i].Bytes = "", 0
	}
	want := []agent.Source{
		{Name: c.CorpusPath, Use: useText, Documents: 29},
		{Name: c.QAPath[0], Use: useQuestions, Documents: 30, Probes: 30},
		{Name: c.CorpusPath, Use: useSelection, Documents: 1},
		{Name: "Natural Questions (sample-valid)", Use: useSelection, License: "CC BY-SA 3.0", Documents: 141, Probes: 141},
	}
	if diff := cmp.Diff(want, sources); diff != "" {
		t.Error(diff)
	}
}
