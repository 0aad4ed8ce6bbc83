package agent

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheShareForAQualityBoundsWhatIsLost(t *testing.T) {
	q := Quality{Documents: 99, Points: []Lost{{0.5, 0.3}, {0.7, 0.1}, {0.8, 0.15}, {0.9, 0.05}, {1, 0}}}
	for quality, want := range map[float64]float64{
		0.6: 0.5, 0.7: 0.7, // (99 x .3 + 1)/100 is above .3
		0.84: 0.7, 0.89: 0.9, // at .7 little was lost by luck: at .8 it was more
		0.95: 1, 0.99: 1,
	} {
		got, err := q.Share(quality)
		if err != nil || got != want {
			t.Errorf("%v: got %v, %v; want %v", quality, got, err, want)
		}
	}
	if _, err := q.Share(0.995); err == nil || !strings.Contains(err.Error(), "0.990") {
		t.Errorf("more than 99 documents can say: %v", err)
	}
}

func TestAQualityFileThatIsWrongIsNamed(t *testing.T) {
	for name, raw := range map[string]string{
		"no JSON": "{", "no documents": `{"points":[{"share":1,"mean":0}]}`, "no points": `{"documents":3}`,
		"shares that fall": `{"documents":3,"points":[{"share":1,"mean":0},{"share":0.5,"mean":0}]}`,
		"a loss above 1":   `{"documents":3,"points":[{"share":1,"mean":2}]}`,
	} {
		if _, err := readQuality([]byte(raw), nil); err == nil || !strings.Contains(err.Error(), QualityFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestQualityIsReadBackFromAnAgentsFolder(t *testing.T) {
	a, _ := fresh(t, small)
	dir := t.TempDir()
	if err := a.Save(dir); err != nil {
		t.Fatal(err)
	}
	if err := (&Quality{Documents: 9, Points: []Lost{{1, 0}}}).Save(dir); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer loaded.Close()
	if share, err := loaded.Share(0.8); share != 1 || err != nil {
		t.Errorf("got %v, %v", share, err)
	}
	if _, err := a.Share(0.9); err == nil || !strings.Contains(err.Error(), "not calibrated") {
		t.Errorf("an agent that nobody calibrated: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, QualityFile), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); err == nil {
		t.Error("a file that says nothing was taken")
	}
}

func TestWorthIsWhatLabelsCount(t *testing.T) {
	a := &Agent{}
	if got := a.Worth(LabelShift); math.Abs(got-0.5) > 1e-9 {
		t.Errorf("at the shift: %v", got)
	}
}
