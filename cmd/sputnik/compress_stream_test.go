package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var paragraphs = strings.Repeat(strings.Repeat("The delivery to Gothenburg was delayed until the end of March because of the strike. ", 9)+"\n\n", 8)

func TestCompressStreamsAFile(t *testing.T) {
	code, stdout, stderr := compressed(t, paragraphs, "--stream", "--rate", "0.4")
	if code != 0 || stderr != "" || len(stdout) < len(paragraphs)/4 || len(stdout) > len(paragraphs)*3/5 {
		t.Fatalf("exit %d, %d of %d bytes, %q", code, len(stdout), len(paragraphs), stderr)
	}
	if _, stable, _ := compressed(t, paragraphs, "--cache-stable", "--rate", "0.4"); stable != stdout {
		t.Errorf("at once it is %q\nas a stream %q", stable, stdout)
	}
	if code, stdout, stderr := compressed(t, "", "--stream"); code != 0 || stdout != "" || stderr != "" {
		t.Errorf("of nothing: exit %d, %q, %q", code, stdout, stderr)
	}
	if code, stdout, _ := compressed(t, "caf\xe9 \xff\xfe and \x80 more of it\xc3", "--stream", "--rate", "1"); code != 0 || stdout != "caf\xe9 \xff\xfe and \x80 more of it\xc3" {
		t.Errorf("of invalid UTF-8: exit %d, %q", code, stdout)
	}
}

func TestCompressSaysWhatNoStreamCanDo(t *testing.T) {
	for name, c := range map[string]struct{ args, stderr string }{
		"a number of tokens":            {"--stream --target-tokens 9", "stream wants a rate, not target-tokens"},
		"lines":                         {"--stream --jsonl", "stream is of one text; jsonl has many"},
		"JSON":                          {"--stream --format json", "stream writes text, not json"},
		"a page":                        {"--stream --format html", "stream writes text, not html"},
		"a structure":                   {"--stream --structure json", "stream is prose; the structure json needs the whole text"},
		"a keep-map":                    {"--stream --keep-map x.json", "stream keeps no original, and so no keep-map"},
		"a wrong rate":                  {"--stream --rate 2", "rate is 2; want a number above 0"},
		"a number for a text that goes": {"--cache-stable --target-tokens 9", "cache-stable wants a rate, not target-tokens"},
		"a structure that ends":         {"--cache-stable --structure code", `structure is "code"; with cache-stable want auto, prose or chat`},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := compressed(t, note, strings.Fields(c.args)...)
			if code != 2 || stdout != "" || !strings.HasPrefix(stderr, "sputnik: "+c.stderr) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("exit %d, %q, %q; want %q", code, stdout, stderr, c.stderr)
			}
		})
	}
	if code, stdout, stderr := ran("compress", "--stream", t.TempDir()); code != 2 || stdout != "" || !strings.Contains(stderr, "is a directory") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("a folder: exit %d, %q, %q", code, stdout, stderr)
	}
}

func TestCompressSaysHowMuchIsStable(t *testing.T) {
	messages := `[{"role":"system","content":"Be brief."},{"role":"assistant","content":"The delivery to Gothenburg was delayed until the end of March, so it seems."},{"role":"user","content":"Why was it delayed, do you think, and for how long will it be?"}`
	var before string
	for _, more := range []string{"", `,{"role":"assistant","content":"Because of the strike, as far as anybody can tell from here today."}`} {
		code, stdout, stderr := compressed(t, messages+more+"]", "--cache-stable", "--rate", "0.9", "--format", "json")
		var r struct {
			Text   string
			Stable int `json:"stable_bytes"`
		}
		if err := json.Unmarshal([]byte(stdout), &r); err != nil || code != 0 || r.Stable != len(r.Text)-1 || !strings.HasPrefix(r.Text, before) {
			t.Errorf("exit %d, %q, %q, %v: %d stable bytes", code, stdout, stderr, err, r.Stable)
		}
		before = r.Text[:r.Stable]
		if !strings.Contains(r.Text, "Why was it delayed, do you think, and for how long will it be?") {
			t.Errorf("the user said less: %s", r.Text)
		}
	}
}

// A process that reads a pipe writes before the pipe ends, and one that is interrupted leaves what it wrote.
func TestAStreamingProcessWritesAsItReads(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	bin := filepath.Join(t.TempDir(), "sputnik")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command(bin, "compress", "--stream", "--rate", "0.5", "-")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	if _, err := io.WriteString(in, paragraphs); err != nil {
		t.Fatal(err)
	}
	first, arrived := make([]byte, 100), make(chan error, 1)
	go func() { _, err := io.ReadFull(out, first); arrived <- err }()
	select {
	case err := <-arrived:
		if err != nil {
			t.Fatalf("%v: %s", err, stderr.String())
		}
	case <-time.After(60 * time.Second):
		t.Fatal("nothing came")
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(bufio.NewReader(out))
	err = cmd.Wait()
	_, all, _ := compressed(t, paragraphs, "--stream", "--rate", "0.5")
	if err == nil || cmd.ProcessState.ExitCode() != 1 || !strings.HasPrefix(all, string(first)+string(rest)) || strings.Count(stderr.String(), "\n") != 1 {
		t.Errorf("%v, %q", err, stderr.String())
	}
}
