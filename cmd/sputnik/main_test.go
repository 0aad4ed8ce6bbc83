package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestTheExitCodeSaysWhetherTheRequestWasWrong(t *testing.T) {
	tests := map[string]struct {
		line   string
		code   int
		stderr string
	}{
		"help":                {"--help", 0, ""},
		"a verb":              {"version", 0, ""},
		"a mistyped verb":     {"verzion", 2, `sputnik: unknown command "verzion" (did you mean version?)`},
		"a mistyped flag":     {"version --log-fromat json", 2, "sputnik: unknown flag --log-fromat (did you mean --log-format?)"},
		"a stray argument":    {"version now", 2, `sputnik: version takes no argument, and got "now"`},
		"a wrong log format":  {"--log-format xml version", 2, `sputnik: log-format is "xml"; want text or json`},
		"a shell not catered": {"completion fish", 2, `sputnik: completion "fish": want bash or zsh`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(append([]string{"sputnik"}, strings.Fields(test.line)...), &stdout, &stderr)
			if code != test.code || strings.TrimSpace(stderr.String()) != test.stderr {
				t.Errorf("exit %d, stderr %q; want %d, %q", code, stderr.String(), test.code, test.stderr)
			}
			if code != 0 && stdout.Len() > 0 {
				t.Errorf("stdout carries results only, and got %q", stdout.String())
			}
		})
	}
}

func TestMachinesGetTheErrorAsOneRecord(t *testing.T) {
	var stdout, stderr bytes.Buffer
	run([]string{"sputnik", "completion", "fish", "--log-format", "json"}, &stdout, &stderr)
	var record struct {
		Msg  string
		Exit int
	}
	if err := json.Unmarshal(stderr.Bytes(), &record); err != nil || record.Exit != 2 {
		t.Errorf("%s: %v", stderr.String(), err)
	}
}

func TestTheShellIsToldWhatMayComeNext(t *testing.T) {
	var stdout, stderr bytes.Buffer
	args := []string{"sputnik", "--generate-bash-completion"}
	defer func(old []string) { os.Args = old }(os.Args)
	os.Args = args // where urfave looks for the word before
	run(args, &stdout, &stderr)
	if !strings.Contains(stdout.String(), "version") {
		t.Errorf("got %q", stdout.String())
	}
}
