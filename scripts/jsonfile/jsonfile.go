// Package jsonfile is for scripts that read what commands wrote.
package jsonfile

import (
	"encoding/json"
	"fmt"
	"os"
)

// Read unmarshals a file. An error names it, and wraps that of the file system or of encoding/json.
func Read(path string, into any) error {
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}
