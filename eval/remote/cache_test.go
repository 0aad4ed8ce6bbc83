package remote

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// files are the contents of a folder, by name.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, e := range entries {
		if all[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestAnotherRunCostsNothing(t *testing.T) {
	e, dir := serve(t), filepath.Join(t.TempDir(), "made", "for it")
	asked, want := prompts(5)
	first, _ := connect(t, e, Settings{Cache: dir})
	if _, err := first.Answer(t.Context(), asked, 5); err != nil {
		t.Fatal(err)
	}
	second, _ := connect(t, e, Settings{Cache: dir, Budget: 1})
	got, err := second.Answer(t.Context(), append(asked, asked[0]), 5)
	if err != nil || !slices.Equal(got, append(want, want[0])) || e.asked() != 5 {
		t.Errorf("%q, %v after %d requests", got, err, e.asked())
	}
	if tokens, cached := second.Spent(); tokens != 0 || cached != 6 {
		t.Errorf("spent %d, cached %d", tokens, cached)
	}
	kept := files(t, dir)
	if len(kept) != 5 {
		t.Errorf("%d files for 5 answers", len(kept))
	}
	for name, data := range kept {
		if bytes.Contains(data, []byte(secret)) || bytes.Contains(data, []byte("prompt_")) || strings.HasPrefix(name, ".") {
			t.Errorf("%s: %s", name, data)
		}
	}
}

func TestWhatAnAnswerDependsOnIsInItsKey(t *testing.T) {
	client := func(base, model string) *Client {
		c, err := New(Settings{BaseURL: base, Model: model})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := client("http://a/v1", "m")
	seen := map[string]bool{
		c.key("p", 1): true, c.key("q", 1): true, c.key("p", 2): true, c.key("1p", 1): true, c.key("p", 11): true,
		client("http://b/v1", "m").key("p", 1): true, client("http://a/v1", "n").key("p", 1): true,
	}
	if len(seen) != 7 {
		t.Errorf("%d keys of 7", len(seen))
	}
	if client("http://a/v1/", "m").key("p", 1) != c.key("p", 1) {
		t.Error("a slash at the end makes another endpoint")
	}
}

func TestADamagedEntryCountsAsMissing(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, path string, data []byte){
		"cut":   func(t *testing.T, path string, data []byte) { write(t, path, data[:len(data)/2]) },
		"empty": func(t *testing.T, path string, _ []byte) { write(t, path, nil) },
		"changed": func(t *testing.T, path string, data []byte) {
			write(t, path, bytes.Replace(data, []byte("a"), []byte("b"), 1))
		},
		"not ours":   func(t *testing.T, path string, _ []byte) { write(t, path, []byte(`{"answer":"planted"}`)) },
		"another's":  func(t *testing.T, path string, _ []byte) { write(t, path, stolen) },
		"unreadable": func(t *testing.T, path string, _ []byte) { unreadable(t, path) },
	} {
		t.Run(name, func(t *testing.T) {
			e, dir := serve(t), t.TempDir()
			c, _ := connect(t, e, Settings{Cache: dir})
			ask := func(requests int) {
				t.Helper()
				if got, err := c.Answer(t.Context(), []string{"a"}, 5); err != nil || got[0] != "<a>" || e.asked() != requests {
					t.Fatalf("%q, %v after %d requests", got, err, e.asked())
				}
			}
			ask(1)
			path := c.cache.path(c.key("a", 5))
			damage(t, path, files(t, dir)[filepath.Base(path)])
			ask(2)
			ask(2) // it was mended
		})
	}
}

// stolen is whole, but of another key.
var stolen = []byte(`{"answer":"planted","sha256":"` + digest("another", "planted") + `"}`)

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// unreadable puts a link that leads nowhere in a file's place: root may read everything else.
func unreadable(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", path); err != nil {
		t.Fatal(err)
	}
}

func TestAnAnswerThatCannotBeKeptEndsTheRun(t *testing.T) {
	e, dir := serve(t), t.TempDir()
	c, _ := connect(t, e, Settings{Cache: dir, Parallel: 1})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	asked, _ := prompts(5)
	_, err := c.Answer(t.Context(), asked, 5)
	if err == nil || !strings.Contains(err.Error(), "after 0 of 5 prompts: write "+dir) || e.asked() != 1 {
		t.Errorf("%v after %d requests", err, e.asked())
	}
}

func TestWhatWasAnsweredBeforeAFailureIsKept(t *testing.T) {
	e, dir := serve(t, nil, nil, says(403, `{"error":"not this one"}`)), t.TempDir()
	c, _ := connect(t, e, Settings{Cache: dir, Parallel: 1})
	asked, _ := prompts(5)
	_, err := c.Answer(t.Context(), asked, 5)
	if err == nil || !strings.HasSuffix(err.Error(), "after 2 of 5 prompts: the endpoint says 403 Forbidden: not this one") {
		t.Error(err)
	}
	if _, err := c.Answer(t.Context(), asked, 5); err != nil || e.asked() != 6 {
		t.Errorf("%v after %d requests", err, e.asked())
	}
}
