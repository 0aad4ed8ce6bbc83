package remote

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/project-sputnik/sputnik/config"
)

// A cache keeps one answer a file, under the hash of all that it depends on.
type cache struct{ dir string } // "" keeps nothing

// entry is what a file holds. Sum is over key and answer, so that a file under another's name is damaged, too.
type entry struct {
	Answer string `json:"answer"`
	Sum    string `json:"sha256"`
}

// openCache makes the folder and writes to it once: a full or read-only disk should be met before an answer is paid for.
func openCache(dir string) (cache, error) {
	if dir == "" {
		return cache{}, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return cache{}, fmt.Errorf("make cache folder: %w", err)
	}
	probe, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return cache{}, fmt.Errorf("write to cache folder: %w", err)
	}
	defer os.Remove(probe.Name())
	return cache{dir}, probe.Close()
}

// key depends on all that the answer does.
func (c *Client) key(prompt string, limit int) string {
	return digest("chat, temperature 0", c.base.String(), c.settings.Model, strconv.Itoa(limit), prompt)
}

func (c cache) get(key string) (string, bool) {
	if c.dir == "" {
		return "", false
	}
	data, err := os.ReadFile(c.path(key))
	if err != nil {
		return "", false
	}
	var e entry
	if json.Unmarshal(data, &e) != nil || e.Sum != digest(key, e.Answer) {
		return "", false
	}
	return e.Answer, true
}

func (c cache) put(key, answer string) error {
	if c.dir == "" {
		return nil
	}
	data, err := json.Marshal(entry{answer, digest(key, answer)})
	if err != nil {
		return fmt.Errorf("cache an answer: %w", err)
	}
	return config.WriteFile(c.path(key), append(data, '\n'))
}

func (c cache) path(key string) string { return filepath.Join(c.dir, key+".json") }

// digest writes the length before each part, so that no two lists of parts look the same.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
