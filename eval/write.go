package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/config"
)

// Write writes report.json, report.md, report.html, plots/rate_quality.png and timing.json, each whole or not at all.
func (r *Report) Write(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "plots"), 0o755); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	plot, err := r.Plot()
	if errors.Is(err, errNoPlot) {
		r.Notes = append(r.Notes, "There is no plot: "+err.Error()+".")
	} else if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	page, err := r.HTML(plot)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	files := map[string][]byte{"report.md": r.Markdown(), "report.html": page}
	if plot != nil {
		files["plots/rate_quality.png"] = plot
	}
	for name, data := range files {
		if err := config.WriteFile(filepath.Join(dir, name), data); err != nil {
			return err
		}
	}
	return errors.Join(writeJSON(filepath.Join(dir, "timing.json"), r.timing), writeJSON(filepath.Join(dir, "report.json"), r))
}

func writeJSON(path string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return config.WriteFile(path, append(data, '\n'))
}
