package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"
)

// Load fills the struct that cfg points to from the defaults, the file of --config, the environment and the flags of c,
// and validates it.
func Load(c *cli.Context, cfg any) error {
	flags := map[string]string{}
	for _, f := range fields(cfg) {
		if c.IsSet(f.name) {
			flags[f.name] = c.String(f.name)
		}
	}
	file := c.String("config")
	if file == "" {
		file = os.Getenv("SPUTNIK_CONFIG")
	}
	return Resolve(cfg, file, os.Getenv, flags)
}

// Resolve is Load without a command line: file may be empty, getenv and flags nil.
func Resolve(cfg any, file string, getenv func(string) string, flags map[string]string) error {
	all := fields(cfg)
	for _, f := range all {
		if err := f.setText(f.fallback); err != nil && f.fallback != "" {
			return fmt.Errorf("config: the default of %w", err)
		}
	}
	if file != "" {
		if err := readFile(file, all); err != nil {
			return err
		}
	}
	if err := override(all, getenv, flags); err != nil {
		return err
	}
	return Validate(cfg)
}

// Default fills the struct that cfg points to with its defaults.
func Default(cfg any) {
	if err := Resolve(cfg, "", nil, nil); err != nil {
		panic(err) // the tags contradict one another: a fault of this package, found by its tests
	}
}

func override(all []field, getenv func(string) string, flags map[string]string) error {
	for _, f := range all {
		if getenv != nil && getenv(f.env()) != "" {
			if err := f.setText(getenv(f.env())); err != nil {
				return Usagef("environment %s: %w", f.env(), err)
			}
		}
		if text, ok := flags[f.name]; ok {
			if err := f.setText(text); err != nil {
				return Usagef("flag --%w", err)
			}
		}
	}
	return nil
}

// Validate checks every setting against its tags, then what the struct itself asks of them together.
func Validate(cfg any) error {
	for _, f := range fields(cfg) {
		if err := f.check(); err != nil {
			return err
		}
	}
	if v, ok := cfg.(interface{ Validate() error }); ok {
		return Usage(v.Validate())
	}
	return nil
}

// Find returns the path of a configuration file: as given, else under configs/.
func Find(name string) (string, error) {
	for _, path := range []string{name, filepath.Join("configs", name)} {
		info, err := os.Stat(path)
		if err == nil && !info.IsDir() {
			return path, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", Usagef("configuration %s: %w", name, err)
		}
	}
	return "", Usagef("configuration %s: no such file, here or under configs/", name)
}

func readFile(name string, all []field) error {
	path, err := Find(name)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Usagef("configuration: %w", err)
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(data, &values); err != nil {
		return Usagef("configuration %s%s: want one JSON object: %w", path, line(data, err), err)
	}
	if err := setAll(values, all); err != nil {
		return Usagef("configuration %s: %w", path, err)
	}
	return nil
}

// line says on which line of data the JSON ends to make sense.
func line(data []byte, err error) string {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return ""
	}
	n := 1
	for _, b := range data[:min(int(syntax.Offset), len(data))] {
		if b == '\n' {
			n++
		}
	}
	return fmt.Sprintf(", line %d", n)
}

func setAll(values map[string]json.RawMessage, all []field) error {
	names := map[string]bool{}
	var known []string
	for _, f := range all {
		names[f.name], known = true, append(known, f.name)
		if raw, ok := values[f.name]; ok {
			if err := f.setJSON(raw); err != nil {
				return err
			}
		}
	}
	for _, key := range sortedKeys(values) {
		if !names[key] {
			return fmt.Errorf("unknown field %q%s", key, suggestion(key, known))
		}
	}
	return nil
}
