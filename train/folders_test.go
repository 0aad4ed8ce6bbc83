package train

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// folder makes a folder whose one file says what it is.
func folder(t *testing.T, path, says string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, "file"), []byte(says), 0o600); err != nil {
		t.Fatal(err)
	}
}

// found is what the folders below dir say.
func found(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	paths, err := filepath.Glob(filepath.Join(dir, "*", "file"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(filepath.Dir(path))] = string(raw)
	}
	return all
}

func TestAFolderIsReplacedWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	best := filepath.Join(dir, "best")
	for _, says := range []string{"first", "second"} {
		if err := replace(best, func(fresh string) error { folder(t, fresh, says); return nil }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"best": says}, found(t, dir)); diff != "" {
			t.Error(diff)
		}
	}
	full := errors.New("no space left")
	err := replace(best, func(fresh string) error { folder(t, fresh, "half"); return full })
	if diff := cmp.Diff(map[string]string{"best": "second"}, found(t, dir)); diff != "" || !errors.Is(err, full) {
		t.Errorf("%v, %s", err, diff)
	}
}

func TestAFolderIsReplacedWhereNamesCannotBeExchanged(t *testing.T) {
	dir := t.TempDir()
	best, fresh := filepath.Join(dir, "best"), filepath.Join(dir, ".best.partial")
	folder(t, best, "first")
	folder(t, fresh, "second")
	if err := stepAside(fresh, best); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"best": "second"}, found(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// What a process that was killed in the middle of a replacement leaves, and what is found when the next begins.
func TestWhatAKilledProcessLeftIsMended(t *testing.T) {
	for name, c := range map[string]struct{ left, want map[string]string }{
		"half written":               {map[string]string{"best": "old", ".best.partial": "half"}, map[string]string{"best": "old"}},
		"between two names":          {map[string]string{".best.aside": "old", ".best.partial": "new"}, map[string]string{"best": "old"}},
		"before the old one is gone": {map[string]string{"best": "new", ".best.aside": "old"}, map[string]string{"best": "new"}},
		"half removed":               {map[string]string{"best": "new", ".step-3.gone": "half"}, map[string]string{"best": "new"}},
		"of somebody else":           {map[string]string{".git": "theirs"}, map[string]string{".git": "theirs"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for path, says := range c.left {
				folder(t, filepath.Join(dir, path), says)
			}
			if err := tidy(dir); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, found(t, dir)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whoever looks while a folder is replaced, as a process that is killed leaves it, finds a whole one.
func TestAFolderIsThereAtEveryMomentOfItsReplacement(t *testing.T) {
	dir := t.TempDir()
	best, probe := filepath.Join(dir, "best"), filepath.Join(dir, "probe")
	folder(t, best, "first")
	folder(t, probe, "first")
	if exchange(best, probe) != nil {
		t.Skip("this file system cannot exchange names")
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50 {
			if err := replace(best, func(fresh string) error { folder(t, fresh, "next"); return nil }); err != nil {
				t.Error(err)
			}
		}
	}()
	for looks := 0; ; looks++ {
		select {
		case <-done:
			t.Logf("looked %d times", looks)
			return
		default:
		}
		if _, err := os.Stat(filepath.Join(best, "file")); err != nil {
			t.Fatal(err)
		}
	}
}
