package curves

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval/figure"
)

// Write draws what the folders of runs hold into dir, each picture as PNG and as SVG, and returns the paths: training
// where there are metrics, rate_quality where there are reports.
func Write(dir string, folders ...string) ([]string, error) { return WritePanels(dir, nil, folders...) }

// WritePanels is Write with no more of the trainings than the panels that show these keys of metrics.jsonl.
func WritePanels(dir string, keys []string, folders ...string) ([]string, error) {
	names := namesOf(folders)
	var runs []run
	var reports []report
	for i, folder := range folders {
		if err := holds(folder); err != nil {
			return nil, err
		}
		if path := filepath.Join(folder, "metrics.jsonl"); exists(path) {
			records, err := readMetrics(path)
			if err != nil {
				return nil, err
			}
			runs = append(runs, run{names[i], records})
		}
		if path := filepath.Join(folder, "report.json"); exists(path) {
			r, err := readReport(path)
			if err != nil {
				return nil, err
			}
			r.name = names[i]
			reports = append(reports, r)
		}
	}
	if err := known(runs, keys); err != nil {
		return nil, err
	}
	var paths []string
	for _, picture := range []struct {
		name string
		figure.Drawing
	}{{"training", training(runs, keys...)}, {"rate_quality", rateQuality(reports)}} {
		written, err := write(dir, picture.name, picture.Drawing)
		if err != nil {
			return paths, err
		}
		paths = append(paths, written...)
	}
	if len(paths) == 0 {
		return nil, config.Usagef("%s: no finite number to draw", strings.Join(folders, ", "))
	}
	return paths, nil
}

// known says which of the keys no training has.
func known(runs []run, keys []string) error {
	for _, key := range keys {
		has := func(r run) bool {
			return slices.ContainsFunc(r.records, func(rec record) bool { _, ok := rec.values[key]; return ok })
		}
		if !slices.ContainsFunc(runs, has) {
			return config.Usagef("panels: no training has logged %q", key)
		}
	}
	return nil
}

// holds says whether a folder has anything that can be drawn.
func holds(folder string) error {
	info, err := os.Stat(folder)
	switch {
	case err != nil:
		return config.Usagef("run %s: no such folder", folder)
	case !info.IsDir():
		return config.Usagef("run %s is a file; want the folder of a run", folder)
	case !exists(filepath.Join(folder, "metrics.jsonl")) && !exists(filepath.Join(folder, "report.json")):
		return config.Usagef("run %s holds neither metrics.jsonl nor report.json; want the folder of a training or an evaluation", folder)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// write draws both files of a picture, and none where there is nothing to draw.
func write(dir, name string, d figure.Drawing) ([]string, error) {
	var paths []string
	for _, kind := range []struct {
		end  string
		draw func(figure.Drawing) ([]byte, error)
	}{{".png", figure.PNG}, {".svg", figure.SVG}} {
		data, err := kind.draw(d)
		if errors.Is(err, figure.ErrNothing) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("draw %s: %w", name, err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("write plots: %w", err)
		}
		path := filepath.Join(dir, name+kind.end)
		if err := config.WriteFile(path, data); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// namesOf names folders by the least of their paths' ends that tells them apart.
func namesOf(folders []string) []string {
	parts := make([][]string, len(folders))
	for i, folder := range folders {
		if whole, err := filepath.Abs(folder); err == nil {
			folder = whole
		}
		parts[i] = strings.Split(filepath.ToSlash(folder), "/")
	}
	names := make([]string, len(folders))
	for length := 1; length < 20; length++ {
		seen := map[string]bool{}
		for i, p := range parts {
			names[i] = strings.Join(p[max(0, len(p)-length):], "/")
			seen[names[i]] = true
		}
		if len(seen) == len(folders) {
			break
		}
	}
	return names
}
