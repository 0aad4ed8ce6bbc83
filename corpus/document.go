package corpus

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/config"
)

// A Document is one text and where it is from.
type Document struct {
	ID      string `json:"id"`
	Text    string `json:"text"`
	Source  string `json:"source,omitempty"`
	License string `json:"license,omitempty"`
}

// A Source is where documents are read from.
type Source struct {
	// Name is sample, sample-valid, shared, shared-valid, a file, a folder, or a data set of the hub.
	Name string
	// TextField is the field or column that holds the text; "text" unless given.
	TextField string
	// Config and Split choose the part of a data set of the hub; the default configuration and "train" unless given.
	Config, Split string
	// Progress, if not nil, is told how many bytes of how many have been read; the total is 0 while unknown.
	Progress func(done, total int64)
}

// Read reads the documents of a Source with that name. See Source.Read.
func Read(ctx context.Context, name string, each func(Document) error) error {
	return Source{Name: name}.Read(ctx, each)
}

// Read calls each with every document, in the same order every time, until each returns an error, which it returns.
// An input that cannot be read is a wrong request (config.ExitCode 2).
func (s Source) Read(ctx context.Context, each func(Document) error) error {
	s.TextField, s.Split = cmp.Or(s.TextField, "text"), cmp.Or(s.Split, "train")
	switch s.Name {
	case "":
		return config.Usagef("no data set, file or folder is named")
	case "sample", "sample-valid":
		return s.readSample(ctx, each)
	case "shared", "shared-valid":
		return s.readShared(ctx, each)
	}
	if _, err := os.Stat(s.Name); err == nil {
		paths, err := list(s.Name)
		if err != nil {
			return err
		}
		return s.readFiles(ctx, paths, each)
	} else if !errors.Is(err, os.ErrNotExist) || !hubName(s.Name) {
		return config.Usagef("read documents: %w", err)
	}
	return s.readHub(ctx, each)
}

// SharedFolder is the folder of the shared data: SPUTNIK_DATA, or beside the working directory.
func SharedFolder() string {
	return cmp.Or(os.Getenv("SPUTNIK_DATA"), filepath.Join("..", "shared", "data"))
}

func (s Source) readShared(ctx context.Context, each func(Document) error) error {
	ending := ".train.jsonl.gz"
	if s.Name == "shared-valid" {
		ending = ".valid.jsonl.gz"
	}
	paths, err := filepath.Glob(filepath.Join(SharedFolder(), "corpus", "*"+ending))
	if err != nil || len(paths) == 0 {
		return config.Usagef("no shared corpus in %s: want SPUTNIK_DATA to name the folder that holds corpus/*%s", SharedFolder(), ending)
	}
	return s.readFiles(ctx, paths, each)
}

var hubPattern = regexp.MustCompile(`^[A-Za-z0-9][\w.-]*(/[\w.-]+)?$`)

// hubName says whether a name that is no file could be a data set of the hub.
func hubName(name string) bool { return hubPattern.MatchString(name) && format(name) == "" }

// formats are the endings of the files that can be read, each with .gz too where that is not said already.
var formats = []string{".jsonl", ".ndjson", ".json", ".txt", ".md", ".parquet"}

// format is the ending of a file that can be read, without .gz; empty for others.
func format(path string) string {
	ending := filepath.Ext(strings.TrimSuffix(strings.ToLower(path), ".gz"))
	if slices.Contains(formats, ending) {
		return ending
	}
	return ""
}

// list is the file itself, or the readable files of a folder in order. Of a folder that Prepare made, it is the
// sequences to train on.
func list(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, config.Usagef("read documents: %w", err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	if prepared := filepath.Join(path, TrainFile); isFile(prepared) {
		return []string{prepared}, nil
	}
	var paths []string
	err = filepath.WalkDir(path, func(p string, entry os.DirEntry, err error) error {
		if err != nil {
			return config.Usagef("read documents: %w", err)
		}
		if hidden := strings.HasPrefix(entry.Name(), ".") && p != path; hidden && entry.IsDir() {
			return filepath.SkipDir
		} else if !hidden && !entry.IsDir() && format(p) != "" {
			paths = append(paths, p)
		}
		return nil
	})
	if err == nil && len(paths) == 0 {
		err = config.Usagef("folder %s holds no documents: want files that end in %s", path, strings.Join(formats, ", "))
	}
	return paths, err
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
