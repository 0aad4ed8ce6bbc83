package task

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/probe"
)

func kindsOf(tasks []probe.Task) map[string]int {
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

func read(t *testing.T, s Source) Set {
	t.Helper()
	set, err := Read(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestHeldOutDocumentsAskQuestionsAndCloze(t *testing.T) {
	all := read(t, Source{Seed: 42})
	n := kindsOf(all.Tasks)
	if n[probe.KindQuestion] < 100 || n[probe.KindCloze] < 100 || all.Path != HeldOut {
		t.Errorf("probes %v of %s", n, all.Path)
	}
	some, again := read(t, Source{Path: HeldOut, Most: 20, Seed: 42}), read(t, Source{Path: HeldOut, Most: 20, Seed: 42})
	if len(some.Tasks) != 20 {
		t.Fatalf("%d documents", len(some.Tasks))
	}
	for i := range some.Tasks {
		if some.Tasks[i].ID != again.Tasks[i].ID {
			t.Fatal("the same seed chose other documents")
		}
	}
}

func TestQuestionsOfOneContextAreOneDocument(t *testing.T) {
	path := write(t, "q.jsonl", `{"id":"1","context":"Rome is old.","question":"What is old?","answers":["Rome"]}
{"id":"2","context":"Rome is old.","question":"How is Rome?","answers":["old"]}
`)
	if all := read(t, Source{Path: path}); len(all.Tasks) != 1 || len(all.Tasks[0].Probes) != 2 || all.Task != "questions" {
		t.Errorf("%v", all)
	}
}

func TestPlainTextIsAskedAboutByClozeAndRemembersWhatFollows(t *testing.T) {
	path := write(t, "a.txt", strings.Repeat("The old bridge at Arnhem was built in 1935 and fell in 1944. A ferry took its place for four years. ", 40))
	all := read(t, Source{Path: path}).Tasks
	if len(all) < 2 || kindsOf(all)[probe.KindCloze] < 4 {
		t.Fatalf("%d documents, %v", len(all), kindsOf(all))
	}
	for i, task := range all {
		if len(task.Text) > 2*passageBytes {
			t.Errorf("a passage has %d bytes", len(task.Text))
		}
		if last := i == len(all)-1; !last && (len(task.After) < afterBytes/2 || !strings.HasPrefix(all[i+1].Text, task.After)) {
			t.Errorf("after passage %d comes %q", i, task.After)
		}
	}
}

func TestProblemsAreAskedBehindOtherProblems(t *testing.T) {
	var lines strings.Builder
	for _, n := range strings.Fields("1 2 3 4 5 6 7 8 9 10 11 12 13") {
		lines.WriteString(`{"id":"p` + n + `","question":"What is ` + n + ` and 0?","answer":"` + n + `+0=` + n + "\\n#### " + n + `"}` + "\n")
	}
	all := read(t, Source{Path: write(t, "p.jsonl", lines.String()), Seed: 3})
	if len(all.Tasks) != 3 || all.Task != "gsm8k" || len(all.Notes) != 1 {
		t.Fatalf("%d documents of %s, notes %q", len(all.Tasks), all.Task, all.Notes)
	}
	first := all.Tasks[0]
	if p := first.Probes[1]; p.Target != "2+0=2\nThe answer is 2." || p.Also[0] != "2" || len(first.Probes) != 5 {
		t.Errorf("%+v", first.Probes)
	}
	if strings.Count(first.Text, "Problem: ") != problemShots {
		t.Errorf("examples %q", first.Text)
	}
	for _, p := range first.Probes {
		if strings.Contains(first.Text, p.Prompt) {
			t.Errorf("%q is shown with its solution and then asked", p.Prompt)
		}
	}
}

func TestConceptsMeetingsAndChats(t *testing.T) {
	nine := strings.Repeat(`{"id":"c","concepts":["cat","sofa"],"references":["A cat is on the sofa.","Cats like sofas."]}`+"\n", 9)
	c := read(t, Source{Path: write(t, "c.jsonl", nine)}).Tasks[0].Probes[0]
	if c.Prompt != "cat, sofa" || c.Target != "A cat is on the sofa." || c.Also[0] != "Cats like sofas." {
		t.Errorf("%+v", c)
	}
	m := read(t, Source{Path: write(t, "m.jsonl", `{"id":"m","transcript":[{"speaker":"A","content":"Hello."},{"speaker":"B","content":"It is red."},{"speaker":"A","content":"Good."}],"queries":[{"query":"Which colour?","summary":"Red.","turns":[[1,1]]},{"query":"All?","summary":"They chose red.","turns":null}]}`+"\n")}).Tasks
	if m[0].Text != "B: It is red." || m[1].Text != "A: Hello.\nB: It is red.\nA: Good." || m[1].Probes[0].Target != "They chose red." {
		t.Errorf("%+v", m)
	}
	s := read(t, Source{Path: write(t, "s.jsonl", `{"id":"s","messages":[{"role":"user","content":"Find a film with French subtitles."}],"facts":{"media.subtitle_language":["French"]}}`+"\n")}).Tasks[0]
	if s.Text != "user: Find a film with French subtitles." || s.Probes[0].Prompt != "What is the subtitle language of the media, as it was last agreed?" {
		t.Errorf("%+v", s)
	}
}

func TestTheSharedSetsAreRead(t *testing.T) {
	t.Setenv("SPUTNIK_DATA", cmp.Or(os.Getenv("SPUTNIK_DATA"), "../../../shared/data"))
	if _, err := os.Stat(filepath.Join(corpus.SharedFolder(), "eval")); err != nil {
		t.Skipf("set SPUTNIK_DATA to the folder of the shared data: %v", err)
	}
	for name, want := range map[string]struct{ documents, probes int }{
		"squad_en": {120, 618}, "gsm8k": {132, 660}, "commongen": {100, 497}, "meetings": {100, 100}, "chat": {120, 300},
		"squad_es": {60, 100}, "squad_de": {60, 100}, "squad_zh": {60, 100},
	} {
		set := read(t, Source{Task: name, Seed: 42})
		n := 0
		for _, task := range set.Tasks {
			n += len(task.Probes)
		}
		if len(set.Tasks) < want.documents || n < want.probes {
			t.Errorf("%s: %d documents, %d probes, notes %q", name, len(set.Tasks), n, set.Notes)
		}
	}
}

func TestDataThatCannotBeReadIsAWrongRequest(t *testing.T) {
	for name, c := range map[string]struct {
		source Source
		says   string
	}{
		"a bad line is named":        {Source{Path: write(t, "q.jsonl", `{"id":"1","context":"Rome.","question":"What?","answers":["Rome"]}`+"\n{oops\n")}, "line 2"},
		"a missing file":             {Source{Path: filepath.Join(t.TempDir(), "none.jsonl")}, "none.jsonl"},
		"nothing to ask":             {Source{Path: write(t, "a.txt", "and so on")}, "nothing in it can be asked about"},
		"a problem without an end":   {Source{Path: write(t, "p.jsonl", `{"question":"1+1?","answer":"2","final":"2"}`+"\n\n"+`{"question":"1+1?","answer":"2"}`+"\n")}, "line 3: want question, answer and final"},
		"a chat without a value":     {Source{Path: write(t, "c.jsonl", `{"messages":[{"role":"user","content":"x"}],"facts":{"a.b":[]}}`+"\n")}, `line 1: the fact "a.b" has no value`},
		"turns that are not there":   {Source{Path: write(t, "m.jsonl", `{"transcript":[{"speaker":"A","content":"x"}],"queries":[{"query":"q","summary":"s","turns":[[0,1]]}]}`+"\n")}, "line 1: turns 0 to 1"},
		"too few for examples":       {Source{Path: write(t, "c.jsonl", `{"concepts":["a"],"references":["a"]}`+"\n")}, "want at least 9"},
		"a file of another task":     {Source{Path: write(t, "c.jsonl", `{"concepts":["a"],"references":["a"]}`+"\n"), Task: "gsm8k"}, "not of task gsm8k, but of commongen"},
		"no file for a task":         {Source{Task: "questions"}, "needs a data_path"},
		"packed, and nothing inside": {Source{Path: write(t, "c.jsonl.gz", "no gzip")}, "c.jsonl.gz"},
	} {
		_, err := Read(t.Context(), c.source)
		if config.ExitCode(err) != 2 || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
