package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// manifestName is the file in a model's folder that says where it came from.
const manifestName = "sputnik.json"

// Manifest says where a model came from and what its files should be.
type Manifest struct {
	Name     string          `json:"name"`
	Source   string          `json:"source"`
	Revision string          `json:"revision,omitempty"`
	License  string          `json:"license,omitempty"`
	Files    map[string]Blob `json:"files"`
}

// Blob identifies the content of a file.
type Blob struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	ETag   string `json:"etag,omitempty"` // the hub's name for the content
}

// Root is the folder that models are kept in.
func Root() (string, error) {
	if dir := os.Getenv("SPUTNIK_CACHE"); dir != "" {
		return filepath.Join(dir, "models"), nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder (SPUTNIK_CACHE names another): %w", err)
	}
	return filepath.Join(dir, "sputnik", "models"), nil
}

// folderOf is the folder of a model below root. The owner of a hub's model is part of its name.
func folderOf(root, name string) string {
	return filepath.Join(root, strings.ReplaceAll(name, "/", "--"))
}

// RequestError is a request that cannot be met as it is: a wrong name, a file that cannot be read.
type RequestError struct{ err error }

func (e RequestError) Error() string { return e.err.Error() }
func (e RequestError) Unwrap() error { return e.err }

func wrong(format string, args ...any) error { return RequestError{fmt.Errorf(format, args...)} }

// checkName refuses names that no hub has, and such as would lead out of the cache.
func checkName(name string) error {
	if name == "" || strings.HasPrefix(name, ".") || strings.Contains(name, "..") || strings.ContainsAny(name, `\:`) ||
		strings.HasPrefix(name, "/") || strings.Count(name, "/") > 1 {
		return wrong("model name %q: want one of %s, or OWNER/NAME", name, strings.Join(Names(), ", "))
	}
	return nil
}

// Find returns the folder of a model that was pulled, or a path that is a folder or file already.
func Find(name string) (string, error) {
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	if checkName(name) != nil {
		return "", wrong("no model, folder or file %q", name)
	}
	root, err := Root()
	if err != nil {
		return "", err
	}
	dir := folderOf(root, name)
	if _, err := os.Stat(filepath.Join(dir, manifestName)); err != nil {
		return "", wrong("model %q is not on this machine; get it by: sputnik models pull %s", name, name)
	}
	return dir, nil
}

// List returns the manifests of the models that are on this machine, by name.
func List() ([]Manifest, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Manifest
	for _, e := range entries {
		if m, err := readManifest(filepath.Join(root, e.Name())); err == nil {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Manifest) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Dir is the folder of a listed model.
func (m Manifest) Dir() (string, error) {
	root, err := Root()
	return folderOf(root, m.Name), err
}

// Bytes is the size of all files together.
func (m Manifest) Bytes() int64 {
	var sum int64
	for _, b := range m.Files {
		sum += b.Size
	}
	return sum
}

func readManifest(dir string) (Manifest, error) {
	var m Manifest
	raw, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(raw, &m)
}

func writeManifest(dir string, m Manifest) error {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return safetensors.Atomically(filepath.Join(dir, manifestName), func(w io.Writer) error {
		_, err := w.Write(append(raw, '\n'))
		return err
	})
}

// staging is the folder that a model is put together in; it survives a failure, so that a download can go on.
func staging(root, name string) (string, error) {
	dir := filepath.Join(root, ".incoming", filepath.Base(folderOf(root, name)))
	return dir, os.MkdirAll(dir, 0o755)
}

// publish gives a whole model its name, in place of what had it before.
func publish(root, from, name string) (string, error) {
	to := folderOf(root, name)
	old := from + ".old"
	if err := os.RemoveAll(old); err != nil {
		return "", err
	}
	if err := os.Rename(to, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := os.Rename(from, to); err != nil {
		return "", errors.Join(err, os.Rename(old, to))
	}
	return to, os.RemoveAll(old)
}
