package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
)

// listing is every path below dir.
func listing(t *testing.T, dir string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// written puts a file into a folder.
func written(t *testing.T, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// cut is the first half of a file.
func cut(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw[:len(raw)/2]
}

// Bad input ends with the right code and one line, and leaves the disk as it was.
func TestBadInputIsSaidInOneLineAndChangesNothing(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	t.Setenv("SPUTNIK_CACHE", filepath.Join(dir, "no", "models"))
	agent, err := os.ReadFile("../../agent/default/config.json")
	if err != nil {
		t.Fatal(err)
	}
	written(t, dir, "agent/config.json", agent)
	written(t, dir, "agent/model.safetensors", cut(t, "../../agent/default/model.safetensors"))
	written(t, dir, "file", []byte("a text\n"))
	written(t, dir, "unknown.json", []byte(`{"bach_size": 4}`))
	written(t, dir, "type.json", []byte(`{"batch_size": "four"}`))
	written(t, dir, "range.json", []byte(`{"batch_size": 0}`))
	written(t, dir, "cut.json", []byte(`{"batch_size": 4,`))
	written(t, dir, "cut.gguf", cut(t, tinyModel))
	written(t, dir, "tokenizer.json", []byte(`{"version": "1.0", "model": {"type": "BPE", "voc`))
	written(t, dir, "broken.jsonl", []byte("{\"id\": \"1\", \"text\": \"It is whole.\"}\n{\"id\": \"2\", \"te"))
	before := listing(t, dir)
	for name, c := range map[string]struct {
		args   string
		code   int
		stderr string
	}{
		"an unknown field":             {"train --config D/unknown.json --output_dir D/out", 2, `unknown field "bach_size" (did you mean batch_size?)`},
		"an unknown flag":              {"train --bach-size 4 --output_dir D/out", 2, "unknown flag --bach-size (did you mean --batch_size?)"},
		"a wrong type":                 {"prepare --max_length many --output_dir D/out", 2, `max_length is "many"; want a whole number`},
		"a wrong type in a file":       {"train --config D/type.json --output_dir D/out", 2, `batch_size is "four"; want a whole number, at least 1`},
		"out of range":                 {"train --config D/range.json --output_dir D/out", 2, `batch_size is "0"; want a whole number, at least 1`},
		"half a configuration":         {"train --config D/cut.json --output_dir D/out", 2, "cut.json, line"},
		"no such configuration":        {"train --config D/none.json --output_dir D/out", 2, "none.json: no such file"},
		"no such corpus":               {"train --corpus_path D/none.jsonl --output_dir D/out", 2, "none.jsonl: no such file"},
		"no such questions":            {"train --qa_path D/none.jsonl --output_dir D/out", 2, "none.jsonl: no such file"},
		"no such documents":            {"prepare --dataset_name D/none.jsonl --output_dir D/out", 2, "none.jsonl: no such file"},
		"half a document":              {"prepare --dataset_name D/broken.jsonl --output_dir D/out", 2, "broken.jsonl"},
		"no such text":                 {"compress D/none.txt", 2, "none.txt: no such file"},
		"a text that is a folder":      {"tokenize --tokenizer gpt2 D", 2, "is a directory"},
		"no such run":                  {"eval --model_path D/none --output_dir D/out", 2, "model_path: load agent"},
		"half an agent":                {"compress --model D/agent D/file", 2, "the file is cut"},
		"half an agent to measure":     {"eval --model_path D/agent --num_sequences 2 --output_dir D/out", 2, "the file is cut"},
		"half a GGUF file":             {"expand --model D/cut.gguf D/file", 2, "the file is cut short"},
		"half a reader":                {"eval --reader D/cut.gguf --num_sequences 2 --output_dir D/out", 2, "the file is cut short"},
		"half a reconstructor":         {"reconstructor --reconstructor_path D/cut.gguf --output_dir D/out", 2, "the file is cut short"},
		"half a tokenizer":             {"tokenize --tokenizer D/tokenizer.json D/file", 2, "not valid JSON at byte"},
		"half a tokenizer to train on": {"train --tokenizer D/tokenizer.json --output_dir D/out", 2, "not valid JSON at byte"},
		"a tokenizer nobody knows":     {"reconstructor --tokenizer gpt9 --output_dir D/out", 2, `tokenizer "gpt9": neither a file nor one of`},
		"no such embedding":            {"train --embedding_from D/none --output_dir D/out", 2, "embedding_from: "},
		"nothing to resume":            {"train --resume --output_dir D/out", 2, "has no checkpoint yet"},
		"no such checkpoint":           {"reconstructor --resume D/none --output_dir D/out", 2, "resume: open"},
		"a folder that cannot be made": {"reconstructor --output_dir D/file/out", 1, "not a directory"},
		"a place that takes no shards": {"prepare --dataset_name sample --output_dir D/file/out", 1, "not a directory"},
		"a place that takes no model":  {"models convert " + tinyModel + " D/file/out", 1, "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			args := strings.Fields(strings.ReplaceAll(c.args, "D", dir))
			var stdout, stderr bytes.Buffer
			code := run(append([]string{"sputnik"}, args...), &stdout, &stderr)
			if code != c.code || !strings.Contains(stderr.String(), c.stderr) || strings.Count(stderr.String(), "\n") != 1 || stdout.Len() > 0 {
				t.Errorf("exit %d, %q, %q; want %d, %q", code, stdout.String(), stderr.String(), c.code, c.stderr)
			}
			after := slices.DeleteFunc(listing(t, dir), func(path string) bool { return slices.Contains(before, path) })
			if len(after) > 0 {
				t.Errorf("left behind %q", after)
			}
		})
	}
}
