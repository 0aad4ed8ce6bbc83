package train

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// What a process that was killed may leave behind, beside the folder that it is of: one half written, one that stepped
// aside for its successor, one half removed.
const (
	partial = ".partial"
	aside   = ".aside"
	gone    = ".gone"
)

// hidden is a name beside a folder that nobody takes for it.
func hidden(dir, ending string) string {
	return filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+ending)
}

// replace writes a folder under another name and gives it its own when it is whole and on disk. At every moment there
// is a whole one of that name, if there was one before.
func replace(final string, write func(dir string) error) error {
	fresh := hidden(final, partial)
	defer os.RemoveAll(fresh) // gone already when all went well
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	err := write(fresh)
	if err == nil {
		err = safetensors.SyncFolder(fresh)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", final, err)
	}
	if err := place(fresh, final); err != nil {
		return err
	}
	return safetensors.SyncFolder(filepath.Dir(final))
}

// place gives fresh the name final; where that is taken the two change names, if the system can.
func place(fresh, final string) error {
	err := os.Rename(fresh, final)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if exchange(fresh, final) == nil {
		return nil
	}
	return stepAside(fresh, final)
}

// stepAside is place in two operations; tidy mends what a crash between them leaves.
func stepAside(fresh, final string) error {
	old := hidden(final, aside)
	if err := os.Rename(final, old); err != nil {
		return err
	}
	if err := os.Rename(fresh, final); err != nil {
		return errors.Join(err, os.Rename(old, final))
	}
	return os.RemoveAll(old)
}

// discard removes a folder that is no longer wanted; killed in the middle it leaves nothing of that name.
func discard(dir string) error {
	dying := hidden(dir, gone)
	if err := os.Rename(dir, dying); err != nil {
		return err
	}
	return os.RemoveAll(dying)
}

// tidy clears a run's folder of what a process that was killed left behind.
func tidy(output string) error {
	for _, dir := range []string{output, filepath.Join(output, "best"), filepath.Join(output, "checkpoints")} {
		left, err := filepath.Glob(filepath.Join(dir, ".*"))
		if err != nil {
			return err
		}
		for _, path := range left {
			if err := tidyAway(path); err != nil {
				return err
			}
		}
	}
	return nil
}

func tidyAway(path string) error {
	switch ending := filepath.Ext(path); ending {
	case aside:
		name := strings.TrimPrefix(strings.TrimSuffix(filepath.Base(path), aside), ".")
		if final := filepath.Join(filepath.Dir(path), name); !exists(final) {
			return os.Rename(path, final)
		}
		return os.RemoveAll(path)
	case partial, gone:
		return os.RemoveAll(path)
	}
	return nil
}
