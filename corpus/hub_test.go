package corpus

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/project-sputnik/sputnik/config"
)

// startHub serves a hub with one data set in Parquet form, one in files of its own and one that wants a token.
func startHub(t *testing.T) (server *httptest.Server, downloads *atomic.Int64) {
	downloads = new(atomic.Int64)
	table := parquetFile(t, "one", "two")
	mux := http.NewServeMux()
	server = httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("GET /api/datasets/org/table/parquet", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"default":{"train":["%s/files/0.parquet"],"test":[]},"other":{"train":[]}}`, server.URL)
	})
	mux.HandleFunc("GET /files/0.parquet", func(w http.ResponseWriter, r *http.Request) {
		downloads.Add(1)
		w.Header().Set("ETag", `"v1"`)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(table))
	})
	mux.HandleFunc("GET /api/datasets/plain", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"siblings":[{"rfilename":"README.md"},{"rfilename":"data/train part.jsonl"},{"rfilename":"test.jsonl"}]}`)
	})
	mux.HandleFunc("GET /datasets/plain/resolve/main/data/train part.jsonl", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, `{"text":"three"}`)
	})
	mux.HandleFunc("GET /api/datasets/secret/parquet", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer key" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, `{"only":{"train":["%s/files/0.parquet"]}}`, server.URL)
	})
	mux.HandleFunc("GET /api/datasets/broken/parquet", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{`) })
	t.Setenv("HF_ENDPOINT", server.URL)
	t.Setenv("HF_TOKEN", "")
	t.Setenv("SPUTNIK_CACHE", t.TempDir())
	return server, downloads
}

func TestADataSetOfTheHubIsDownloadedOnce(t *testing.T) {
	_, downloads := startHub(t)
	for range 2 {
		docs, err := readAll(t, Source{Name: "org/table"})
		if err != nil || len(docs) != 2 || docs[1].Text != "two" {
			t.Fatalf("%v, %v", docs, err)
		}
	}
	if downloads.Load() != 1 {
		t.Errorf("%d downloads", downloads.Load())
	}
}

func TestADataSetWithoutParquetIsReadFromItsOwnFiles(t *testing.T) {
	startHub(t)
	docs, err := readAll(t, Source{Name: "plain"})
	if err != nil || len(docs) != 1 || docs[0].Text != "three" {
		t.Errorf("%v, %v", docs, err)
	}
}

func TestATokenOpensAPrivateDataSet(t *testing.T) {
	startHub(t)
	if _, err := readAll(t, Source{Name: "secret"}); err == nil || !strings.Contains(err.Error(), "HF_TOKEN") {
		t.Errorf("got %v", err)
	}
	t.Setenv("HF_TOKEN", "key")
	if docs, err := readAll(t, Source{Name: "secret"}); err != nil || len(docs) != 2 {
		t.Errorf("%v, %v", docs, err)
	}
}

func TestABrokenDownloadGoesOnWhereItStopped(t *testing.T) {
	server, _ := startHub(t)
	file := filepath.Join(t.TempDir(), "x.parquet")
	whole := parquetFile(t, "one", "two")
	for suffix, text := range map[string]string{".part": whole[:50], ".etag": `"v1"`} {
		if err := os.WriteFile(file+suffix, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	h, err := newHub()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.fetch(context.Background(), server.URL+"/files/0.parquet", file); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(file); string(got) != whole {
		t.Errorf("%d bytes; want %d", len(got), len(whole))
	}
	if left, _ := filepath.Glob(file + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWhatTheHubDoesNotHaveIsSaid(t *testing.T) {
	startHub(t)
	tests := map[string]struct {
		source Source
		want   string
	}{
		"no such data set":      {Source{Name: "nobody/nothing"}, "404 Not Found"},
		"no such split":         {Source{Name: "org/table", Split: "valid"}, "want one of test, train"},
		"no such configuration": {Source{Name: "org/table", Config: "x"}, "want one of default, other"},
		"an answer of no sense": {Source{Name: "broken"}, "want JSON"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := readAll(t, test.source); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v; want %s", err, test.want)
			}
		})
	}
	t.Setenv("HF_ENDPOINT", "http://127.0.0.1:1")
	if _, err := readAll(t, Source{Name: "org/table"}); config.ExitCode(err) != 1 || !strings.Contains(err.Error(), "not online?") {
		t.Errorf("got %v", err)
	}
}
