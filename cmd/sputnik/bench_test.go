//go:build linux

package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
)

func TestBenchCompressMeasuresEverything(t *testing.T) {
	out, err := process(t, "bench", "compress", "--json", "--bytes", "1000", "--seconds", "0", "--encoders=false", "--odd").Output()
	if err != nil {
		t.Fatal(err)
	}
	var r map[string]any
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	path := "tokens_per_second.median tokens_per_second.best tokens_per_second.runs profile.read profile.score profile.model profile.select " +
		"profile.render prompt.tokens prompt.runs prompt.p50_ms prompt.p99_ms allocations_per_100_tokens"
	length := "bytes tokens tokens_per_second.median peak_rss_mb"
	for at, fields := range map[string]string{
		"machine": "cores", "text": "bytes tokens rate", "torch": path, "go": path,
		"lengths.short": length, "lengths.long": length, "lengths": "ratio", "": "cold_start_ms",
	} {
		if at == "torch" && torch.Available() != nil {
			continue
		}
		for _, field := range strings.Fields(fields) {
			field = strings.TrimPrefix(at+"."+field, ".")
			if v, is := dig(r, field).(float64); !is || v <= 0 {
				t.Errorf("%s is %v, want a number above 0", field, dig(r, field))
			}
		}
	}
	odd, _ := r["odd"].([]any)
	for _, each := range odd {
		if rss, is := dig(each, "peak_rss_mb").(float64); !is || rss <= 0 || dig(each, "tokens").(float64) <= 0 {
			t.Errorf("an odd text: %v", each)
		}
	}
	if len(odd) < 5 {
		t.Errorf("%d odd texts", len(odd))
	}
	if _, is := dig(r, "cancel_ms").(float64); !is {
		t.Error("it does not say how long a call goes on once it is cancelled")
	}
}

// dig looks up a.b.c.
func dig(object any, path string) any {
	for _, name := range strings.Split(path, ".") {
		fields, _ := object.(map[string]any)
		object = fields[name]
	}
	return object
}

func TestBenchSaysWhatIsWrongWithARequest(t *testing.T) {
	for args, want := range map[string]string{
		"compress --secnds 1":   "unknown flag --secnds (did you mean --seconds?)",
		"compress --bytes 9":    "bytes is 9; want 1000 or more",
		"compress --seconds -1": "seconds is -1; want 0 to 3600",
		"compress nowhere.txt":  "open nowhere.txt: no such file",
		"compress /dev/null":    "/dev/null is empty; want a text",
		"compress a b":          `compress takes one file, and got "b" as well`,
		"expand":                `unknown command "expand" of bench`,
	} {
		var stdout, stderr strings.Builder
		code := run(append([]string{"sputnik", "bench"}, strings.Fields(args)...), &stdout, &stderr)
		if code != 2 || stdout.Len() > 0 || !strings.HasPrefix(stderr.String(), "sputnik: "+want) {
			t.Errorf("bench %s: exit %d, %q, %q; want %q", args, code, stdout.String(), stderr.String(), want)
		}
	}
}

func TestTheShellCompletesBench(t *testing.T) {
	for line, want := range map[string]string{"bench": "compress", "bench compress -": "--encoders"} {
		out, err := process(t, append(strings.Fields(line), "--generate-bash-completion")...).Output()
		if err != nil {
			t.Fatal(err)
		}
		if words := strings.Fields(string(out)); !slices.Contains(words, want) || slices.Contains(words, "--child") {
			t.Errorf("%s is completed to %q, want %s among them", line, words, want)
		}
	}
}
