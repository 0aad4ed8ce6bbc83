package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

func TestTheEmbeddedAgentIsTheOneThatItsProvenanceSpeaksOf(t *testing.T) {
	p, err := DefaultProvenance()
	if err != nil {
		t.Fatal(err)
	}
	a, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	sum := sha256.Sum256(embeddedWeights)
	if got := (Weights{hex.EncodeToString(sum[:]), p.Weights.Identity, a.Size(), int64(len(embeddedWeights))}); got != p.Weights {
		t.Errorf("embedded %+v, provenance %+v", got, p.Weights)
	}
	if p.Compute.Steps == 0 || p.Compute.Seconds == 0 || p.Compute.Threads == 0 || len(p.Seeds) == 0 || len(p.Config) == 0 {
		t.Errorf("how it was trained is not said: %+v, seeds %v", p.Compute, p.Seeds)
	}
}

func TestTheEmbeddedAgentWasMadeOfWhatMayShip(t *testing.T) {
	p, err := DefaultProvenance()
	if err != nil {
		t.Fatal(err)
	}
	uses := map[string]bool{}
	for _, s := range p.Data {
		uses[s.Use] = true
		if s.Name == "brown" || s.License == "" || strings.Contains(s.License, "non-commercial") {
			t.Errorf("%s, %q", s.Name, s.License)
		}
		if s.From == "" && (s.Documents == 0 || s.Bytes == 0 || len(s.SHA256) != 64) {
			t.Errorf("not counted: %+v", s)
		}
	}
	if !uses["text"] || !uses["questions"] || !uses["selection"] {
		t.Errorf("used for %v", uses)
	}
}

func TestTheEmbeddedAgentsFiguresHaveIntervals(t *testing.T) {
	p, err := DefaultProvenance()
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Figures) == 0 {
		t.Fatal("there are none")
	}
	for _, f := range p.Figures {
		if f.Documents == 0 || f.Reader == "" || f.Data == "" || len(f.DataSHA256) != 64 || len(f.Retained) == 0 {
			t.Errorf("%+v", f)
		}
		for _, r := range f.Retained {
			if !(r.Low < r.Value && r.Value < r.High && r.Low < 1) { // F may pass 1 by chance, no further
				t.Errorf("at %g: %v", r.Rate, r.Interval)
			}
		}
	}
}
