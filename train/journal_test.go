package train

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/project-sputnik/sputnik/config"
)

func TestLinesAfterTheCheckpointAreCutOff(t *testing.T) {
	const (
		one, two  = `{"phase":"answers","step":1}` + "\n", `{"phase":"answers","step":2}` + "\n"
		validated = `{"phase":"validation","step":2}` + "\n"
		three     = `{"phase":"joint","step":3}` + "\n"
	)
	for name, c := range map[string]struct {
		resume  string
		state   State
		written string
		want    string
	}{
		"of later steps":                   {"latest", State{Step: 2, Evaluated: 2}, one + two + validated + three, one + two + validated},
		"none":                             {"latest", State{Step: 3, Evaluated: 2}, one + two + validated + three, one + two + validated + three},
		"of an evaluation that comes anew": {"latest", State{Step: 2, Evaluated: -1}, one + two + validated, one + two},
		"half a line":                      {"latest", State{Step: 3, Evaluated: 2}, one + two + three[:20], one + two},
		"of a run that never checkpointed": {"", State{Evaluated: -1}, one + two, ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "metrics.jsonl")
			if err := os.WriteFile(path, []byte(c.written), 0o600); err != nil {
				t.Fatal(err)
			}
			trainer := &Trainer{cfg: config.Train{Resume: c.resume}, state: c.state}
			if err := trainer.rewind(path); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != c.want {
				t.Errorf("left %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestMeasuresThatAreNotFiniteSurviveACheckpoint(t *testing.T) {
	want := measures{"loss": math.NaN(), "norm": math.Inf(1), "rate": 0.1 + 0.2}
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got measures
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
		t.Error(diff)
	}
}
