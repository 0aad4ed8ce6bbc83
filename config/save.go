package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Save writes the resolved configuration as path, usually config.json in a run's folder. The file loads again with
// --config.
func Save(path string, cfg any) error {
	data, err := Marshal(cfg)
	if err == nil {
		err = WriteFile(path, data)
	}
	if err != nil {
		return fmt.Errorf("save configuration: %w", err)
	}
	return nil
}

// WriteFile writes a file whole or not at all: under another name first, and to disk before it gets its own.
func WriteFile(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(temp.Name()) // gone already when all went well
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Sync()
	}
	if closing := temp.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Chmod(temp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// Marshal writes the settings as one JSON object, in the order of the struct.
func Marshal(cfg any) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("{")
	for i, f := range fields(cfg) {
		value, err := json.Marshal(f.value.Interface())
		if err != nil {
			return nil, fmt.Errorf("configuration field %s: %w", f.name, err)
		}
		if i > 0 {
			out.WriteString(",")
		}
		fmt.Fprintf(&out, "\n  %q: %s", f.name, value)
	}
	out.WriteString("\n}\n")
	return out.Bytes(), nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
