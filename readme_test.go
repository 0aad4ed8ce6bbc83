package sputnik_test

import (
	"os"
	"os/exec"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The README ends with the tree: every folder at the root, and no other.
func TestTheReadmesTreeIsTheDisks(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tree, found := strings.Cut(string(readme), "## The rooms")
	if !found {
		t.Fatal("the README has no tree")
	}
	var listed []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z]+)/`).FindAllStringSubmatch(tree, -1) {
		listed = append(listed, m[1])
	}
	files, err := exec.Command("git", "ls-files").Output()
	if err != nil {
		t.Skip("not a git checkout: ", err)
	}
	folders := map[string]bool{}
	for _, file := range strings.Split(string(files), "\n") {
		if folder, _, deep := strings.Cut(file, "/"); deep && !strings.HasPrefix(folder, ".") {
			folders[folder] = true
		}
	}
	var onDisk []string
	for folder := range folders {
		onDisk = append(onDisk, folder)
	}
	sort.Strings(onDisk)
	if diff := cmp.Diff(onDisk, listed); diff != "" {
		t.Errorf("the tree in the README is not the disk's (-disk +README):\n%s", diff)
	}
}

// What the README shows of Go compiles, and is run.
func TestTheReadmesGoIsInTheExamples(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```go\n(.*?)^```").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) == 0 {
		t.Error("the README shows no Go")
	}
	for _, block := range blocks {
		if !strings.Contains(string(examples), block[1]) {
			t.Errorf("example_test.go does not have this of the README:\n%s", block[1])
		}
	}
}
