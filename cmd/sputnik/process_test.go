//go:build linux

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// A test that needs a process of its own starts this binary again, with asSputnik set.
const asSputnik, largestFile = "SPUTNIK_TEST_PROCESS", "SPUTNIK_TEST_LARGEST_FILE"

func TestMain(m *testing.M) {
	if os.Getenv(asSputnik) == "" {
		os.Exit(m.Run())
	}
	if limit := os.Getenv(largestFile); limit != "" {
		var size uint64
		fmt.Sscan(limit, &size)
		signal.Ignore(syscall.SIGXFSZ) // so that a write fails as on a full disk
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: size}); err != nil {
			panic(err)
		}
	}
	os.Exit(run(os.Args, os.Stdout, os.Stderr))
}

// process is sputnik as its own process.
func process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, args...)
	c.Env = append(os.Environ(), asSputnik+"=1")
	return c
}

// exitCode of a process that has ended, or -1 for one that a signal ended.
func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// stopped runs a command, signals it when there is a file that pattern matches, and returns its code and stderr.
func stopped(t *testing.T, sig syscall.Signal, pattern string, args ...string) (int, string) {
	t.Helper()
	c := process(t, args...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for range 6000 { // a minute
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := c.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	return exitCode(c.Wait()), stderr.String()
}

// small trains a tiny reconstructor for a second or two.
var small = []string{"reconstructor", "--reconstructor_layers", "1", "--reconstructor_dim", "16", "--reconstructor_heads", "2",
	"--tokenizer", "gpt2", "--max_length", "16", "--batch_size", "2", "--log_freq", "1", "--threads", "1"}

// lastLine is what a process said at its end, after what it logged.
func lastLine(stderr string) string {
	lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	return lines[len(lines)-1]
}

func TestASignalLeavesACheckpointThatGoesOn(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	for name, c := range map[string]struct {
		args   []string
		signal syscall.Signal
		resume []string
	}{
		"SIGINT, train":          {teaching(t), syscall.SIGINT, []string{"--resume", "--max_hours", "1e-9"}},
		"SIGTERM, train":         {teaching(t), syscall.SIGTERM, []string{"--resume", "--max_hours", "1e-9"}},
		"SIGTERM, reconstructor": {small, syscall.SIGTERM, []string{"--resume", "--max_steps", "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "run")
			args := slices.Concat(c.args, []string{"--output_dir", out})
			code, stderr := stopped(t, c.signal, out+"/metrics.jsonl", args...)
			if code != 1 || !strings.HasPrefix(lastLine(stderr), "sputnik: stopped after step ") {
				t.Fatalf("exit %d, %q", code, stderr)
			}
			if err := safetensors.CheckSums(filepath.Join(out, "latest")); err != nil {
				t.Error(err)
			}
			if rest, _ := filepath.Glob(out + "/checkpoints/.*"); len(rest) > 0 {
				t.Errorf("left behind %q", rest)
			}
			if text, err := process(t, slices.Concat(args, c.resume)...).CombinedOutput(); err != nil {
				t.Errorf("resume: %v, %s", err, text)
			}
			for _, each := range [][2]string{{"", "shape"}, {"state.json", "damaged"}, {"reconstructor/model.safetensors", "damaged"}} {
				damage, want := each[0], each[1]
				again := slices.Concat(args, c.resume)
				if damage == "" {
					again = append(again, "--tokenizer", "smollm2")
				} else if err := os.Truncate(filepath.Join(out, "latest", damage), 10); err != nil {
					t.Fatal(err)
				}
				text, err := process(t, again...).CombinedOutput()
				if exitCode(err) != 2 || !strings.Contains(string(text), want) || bytes.Count(text, []byte("\n")) != 1 {
					t.Errorf("damage to %q: %v, %s", damage, err, text)
				}
			}
		})
	}
}

// many writes documents enough for a preparation to be stopped in the middle.
func many(t *testing.T, documents int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "documents.jsonl")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for i := range documents {
		fmt.Fprintf(w, `{"id":"%d","text":"Ship %d of %d left harbour %x with %d crates of %x for the town of %x, and came back after %d days with a letter."}`+"\n",
			i, i, documents, i*7919, i%97, i*104729, i*1299709, i%31)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAPreparationThatWasStoppedEndsAsIfItHadNotBeen(t *testing.T) {
	source, dir := many(t, 60_000), t.TempDir()
	args := func(out string) []string {
		return []string{"prepare", "--tokenizer", "gpt2", "--dataset_name", source, "--output_dir", filepath.Join(dir, out)}
	}
	if text, err := process(t, args("whole")...).CombinedOutput(); err != nil {
		t.Fatalf("%v, %s", err, text)
	}
	for i, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		out := fmt.Sprint("stopped", i)
		code, stderr := stopped(t, sig, filepath.Join(dir, out, ".partial", "*"), args(out)...)
		if code != 1 || !strings.HasPrefix(stderr, "sputnik: stopped after ") || strings.Count(stderr, "\n") != 1 {
			t.Fatalf("exit %d, %q", code, stderr)
		}
		if _, err := os.Stat(filepath.Join(dir, out, "dataset.json")); err == nil {
			t.Fatal("it had ended before the signal came")
		}
	}
	if text, err := process(t, args("stopped0")...).CombinedOutput(); err != nil {
		t.Fatalf("%v, %s", err, text)
	}
	for _, path := range listing(t, filepath.Join(dir, "whole")) {
		name, _ := filepath.Rel(filepath.Join(dir, "whole"), path)
		want, err := os.ReadFile(path)
		if err != nil || name == "config.json" {
			continue // a folder, or where it names itself
		}
		if got, err := os.ReadFile(filepath.Join(dir, "stopped0", name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs (%v)", name, err)
		}
	}
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	c := process(t, "tokenize", "--tokenizer", "gpt2") // waits for its input
	c.Stdin = read
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	read.Close()
	begun := time.Now()
	time.Sleep(300 * time.Millisecond)
	go func() {
		for range 20 { // the first is taken note of, and one that follows is the last
			c.Process.Signal(syscall.SIGINT)
			time.Sleep(50 * time.Millisecond)
		}
	}()
	if err := c.Wait(); err == nil || time.Since(begun) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
}

// fullDisk is a folder that holds less than size bytes, and what a process needs to meet that.
func fullDisk(t *testing.T, size int) (dir string, env []string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		return dir, []string{fmt.Sprintf("%s=%d", largestFile, size)} // no file of it can be larger
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir, nil
}

// full says whether a message is that of a full disk.
func full(message string) bool {
	return strings.Contains(message, "no space left") || strings.Contains(message, "file too large")
}

func TestAFullDiskLeavesNothingHalfWritten(t *testing.T) {
	for name, c := range map[string]struct {
		size  int
		args  []string
		final []string // what must not be there
		torch bool
	}{
		"prepare":       {300_000, []string{"prepare", "--tokenizer", "gpt2", "--dataset_name", "sample", "--output_dir", "D/out"}, []string{"out/dataset.json"}, false},
		"reconstructor": {1 << 20, append(small, "--max_steps", "2", "--output_dir", "D/out"), []string{"out/latest", "out/best", "out/checkpoints/*", "out/checkpoints/.*", "out/.*"}, true},
		"convert":       {60_000, []string{"models", "convert", tinyModel, "D/out"}, []string{"out", ".convert*"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := torch.Available(); c.torch && err != nil {
				t.Skip(err)
			}
			dir, env := fullDisk(t, c.size)
			args := append([]string{}, c.args...)
			for i := range args {
				args[i] = strings.Replace(args[i], "D/", dir+"/", 1)
			}
			command := process(t, args...)
			command.Env = append(command.Env, env...)
			var stdout, stderr bytes.Buffer
			command.Stdout, command.Stderr = &stdout, &stderr
			code := exitCode(command.Run())
			why := full(lastLine(stderr.String()))
			if code != 1 || !why || !strings.HasPrefix(lastLine(stderr.String()), "sputnik: ") || stdout.Len() > 0 {
				t.Errorf("exit %d, %q, %q", code, stdout.String(), stderr.String())
			}
			for _, pattern := range c.final {
				if found, _ := filepath.Glob(filepath.Join(dir, pattern)); len(found) > 0 {
					t.Errorf("left behind %q", found)
				}
			}
		})
	}
}

func TestAResultThatCannotBeWrittenIsAFailure(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	for _, args := range [][]string{{"compress", "--structure", "prose", "--format", "json", "process_test.go"}, {"tokenize", "--tokenizer", "gpt2", "process_test.go"}, {"version"}} {
		c := process(t, args...)
		var stderr bytes.Buffer
		c.Stdout, c.Stderr = full, &stderr
		if code := exitCode(c.Run()); code != 1 || !strings.Contains(stderr.String(), "no space left") || strings.Count(stderr.String(), "\n") != 1 {
			t.Errorf("%s: exit %d, %q", args[0], code, stderr.String())
		}
	}
}
