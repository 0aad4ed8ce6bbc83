package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/config"
)

// Write writes report.json, report.md, report.html, the plots (PNG and SVG) and timing.json, each whole or not at all.
// All but timing.json and plots/pareto are the same bytes for the same inputs, seed and reader.
func (r *Report) Write(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "plots"), 0o755); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	figures, err := r.Figures()
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	page, err := r.HTML(figures)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if timed, err := drawFigure("pareto", "", r.pareto()); err != nil {
		return fmt.Errorf("write report: %w", err)
	} else if timed != nil {
		figures = append(figures, *timed)
	}
	files := map[string][]byte{"report.md": r.Markdown(), "report.html": page}
	for _, f := range figures {
		files["plots/"+f.Name+".png"], files["plots/"+f.Name+".svg"] = f.PNG, f.SVG
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
