package eval

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
)

func kinds(tasks []probe.Task) map[string]int {
	n := map[string]int{}
	for _, task := range tasks {
		for _, p := range task.Probes {
			n[p.Kind]++
		}
	}
	return n
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestHeldOutDocumentsAskQuestionsAndCloze(t *testing.T) {
	all, err := Documents(t.Context(), "", 0, 42)
	if err != nil {
		t.Fatal(err)
	}
	n := kinds(all)
	if n[probe.KindQuestion] < 100 || n[probe.KindCloze] < 100 {
		t.Errorf("probes %v", n)
	}
	some, err := Documents(t.Context(), "sample-valid", 20, 42)
	if err != nil || len(some) != 20 {
		t.Fatalf("%d documents, %v", len(some), err)
	}
	again, _ := Documents(t.Context(), "sample-valid", 20, 42)
	for i := range some {
		if some[i].ID != again[i].ID {
			t.Fatal("the same seed chose other documents")
		}
	}
}

func TestQuestionsOfOneContextAreOneDocument(t *testing.T) {
	path := write(t, "q.jsonl", `{"id":"1","context":"Rome is old.","question":"What is old?","answers":["Rome"]}
{"id":"2","context":"Rome is old.","question":"How is Rome?","answers":["old"]}
`)
	all, err := Documents(t.Context(), path, 0, 1)
	if err != nil || len(all) != 1 || len(all[0].Probes) != 2 {
		t.Errorf("%v, %v", all, err)
	}
}

func TestPlainTextIsAskedAboutByCloze(t *testing.T) {
	path := write(t, "a.txt", strings.Repeat("The old bridge at Arnhem was built in 1935 and fell in 1944. A ferry took its place for four years. ", 40))
	all, err := Documents(t.Context(), path, 0, 1)
	if err != nil || len(all) < 2 || kinds(all)[probe.KindCloze] < 4 {
		t.Fatalf("%d documents, %v, %v", len(all), kinds(all), err)
	}
	for _, task := range all {
		if len(task.Text) > 2*passageBytes {
			t.Errorf("a passage has %d bytes", len(task.Text))
		}
	}
}

func TestDataThatCannotBeReadIsAWrongRequest(t *testing.T) {
	for name, c := range map[string]struct{ path, says string }{
		"a bad line is named": {write(t, "q.jsonl", `{"id":"1","context":"Rome.","question":"What?","answers":["Rome"]}`+"\n{oops\n"), "line 2"},
		"a missing file":      {filepath.Join(t.TempDir(), "none.jsonl"), "none.jsonl"},
		"nothing to ask":      {write(t, "a.txt", "and so on"), "nothing in it can be asked about"},
	} {
		_, err := Documents(t.Context(), c.path, 0, 1)
		if config.ExitCode(err) != 2 || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
