//go:build cgo

package weights_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/torchtest"
	"github.com/project-sputnik/sputnik/transformer/weights"
)

func TestMain(m *testing.M) { torchtest.Main(m) }

func TestWhatCannotBeOpenedIsSaidInALine(t *testing.T) {
	const index = "model.safetensors.index.json"
	for name, c := range map[string]struct{ file, content, want string }{
		"nothing":             {"config.json", "{}", "no weights: neither model.safetensors"},
		"an index that leads": {index, `{"weight_map": {"a": "../../etc/a.safetensors"}}`, `"../../etc/a.safetensors", which is no file beside it`},
		"a shard that is not": {index, `{"weight_map": {"a": "gone.safetensors"}}`, "gone.safetensors"},
		"no index":            {index, "[", index},
		"no safetensors":      {"model.safetensors", "0123456789", "not safetensors"},
		"no pickle":           {"pytorch_model.bin", "0123456789", "pickle"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := weights.Open(dir); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func Example() {
	folder, err := weights.Open("../testdata/tiny-llama") // in three shards
	if err != nil {
		fmt.Println(err)
		return
	}
	defer folder.Close()
	err = torch.NoGrad(func(s *torch.Scope) error {
		t, err := folder.Load(s, "model.norm.weight")
		if err != nil {
			return err
		}
		fmt.Println(t.Shape(), folder.Has("lm_head.weight"), folder.Has("lm_head.bias"))
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: [48] true false
}
