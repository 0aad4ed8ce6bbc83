package config

import (
	"path/filepath"
	"strings"
	"testing"
)

// Every shipped file loads into the struct of the command that it is for.
func TestEveryShippedConfigurationLoads(t *testing.T) {
	paths, err := filepath.Glob("../configs/*/*.json")
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths {
		if err := Resolve(forFile(path), path, nil, nil); err != nil {
			t.Error(err)
		}
	}
}

func forFile(path string) any {
	name := filepath.Base(path)
	switch {
	case strings.Contains(name, "ladder"):
		return &Distill{}
	case name == "fit.json":
		return &Fit{}
	case strings.Contains(name, "reinforce"):
		return &Train{}
	case strings.Contains(path, "hatd"):
		return &HATD{}
	case strings.Contains(name, "data"):
		return &Data{}
	case strings.Contains(name, "eval"):
		return &Eval{}
	}
	return &Train{}
}

func TestTheFullTrainingFileHoldsTheSeedsValues(t *testing.T) {
	var c Train
	if err := Resolve(&c, "../configs/prod/full_training.json", nil, nil); err != nil {
		t.Fatal(err)
	}
	if c.MaxEpochs != 100 || c.BatchSize != 32 || c.PolicyRate != 3e-4 || c.Patience != 15 || c.EvalEvery != 5 {
		t.Errorf("got %+v", c)
	}
}
