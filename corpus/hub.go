package corpus

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/config"
)

// hub speaks HTTP with the Hugging Face hub, or whatever HF_ENDPOINT names in its place.
type hub struct {
	endpoint string
	token    string // HF_TOKEN; sent to the endpoint alone
	cache    string // folder for what is downloaded
}

func newHub() (*hub, error) {
	cache := os.Getenv("SPUTNIK_CACHE")
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("cache folder: %w", err)
		}
		cache = filepath.Join(user, "sputnik")
	}
	endpoint := cmp.Or(os.Getenv("HF_ENDPOINT"), "https://huggingface.co")
	return &hub{strings.TrimRight(endpoint, "/"), os.Getenv("HF_TOKEN"), filepath.Join(cache, "datasets")}, nil
}

// readHub downloads the files of a data set, those that are not in the cache, and reads them.
func (s Source) readHub(ctx context.Context, each func(Document) error) error {
	h, err := newHub()
	if err != nil {
		return err
	}
	urls, err := h.files(ctx, s)
	if err != nil {
		return fmt.Errorf("data set %s: %w", s.Name, err)
	}
	var paths []string
	for i, u := range urls {
		name := fmt.Sprintf("%s-%s-%05d%s", cmp.Or(s.Config, "default"), s.Split, i, ending(u))
		file := filepath.Join(h.cache, filepath.FromSlash(s.Name), name)
		if err := h.fetch(ctx, u, file); err != nil {
			return fmt.Errorf("data set %s: %w", s.Name, err)
		}
		paths = append(paths, file)
	}
	return s.readFiles(ctx, paths, each)
}

func ending(u string) string {
	name := path.Base(u)
	if parsed, err := url.Parse(u); err == nil {
		name = path.Base(parsed.Path)
	}
	if packed := strings.HasSuffix(name, ".gz"); packed {
		return format(name) + ".gz"
	}
	return format(name)
}

// files lists the addresses of a split: of its Parquet form, which the hub makes of most data sets, else of the
// repository's own files that carry the split's name.
func (h *hub) files(ctx context.Context, s Source) ([]string, error) {
	var parquet map[string]map[string][]string // configuration -> split -> addresses
	err := h.get(ctx, "/api/datasets/"+s.Name+"/parquet", &parquet)
	var status statusError
	if errors.As(err, &status) && status.code != http.StatusUnauthorized {
		return h.ownFiles(ctx, s)
	}
	if err != nil {
		return nil, err
	}
	name := s.Config
	if name == "" {
		name = defaultConfig(parquet)
	}
	splits, ok := parquet[name]
	if !ok {
		return nil, config.Usagef("no configuration %q; want one of %s", name, names(parquet))
	}
	urls, ok := splits[s.Split]
	if !ok {
		return nil, config.Usagef("no split %q; want one of %s", s.Split, names(splits))
	}
	return urls, nil
}

// defaultConfig is the configuration "default", else the first by name.
func defaultConfig[V any](configs map[string]V) string {
	if _, ok := configs["default"]; ok || len(configs) == 0 {
		return "default"
	}
	return slices.Sorted(maps.Keys(configs))[0]
}

func names[V any](m map[string]V) string { return strings.Join(slices.Sorted(maps.Keys(m)), ", ") }

func (h *hub) ownFiles(ctx context.Context, s Source) ([]string, error) {
	var repo struct {
		Siblings []struct {
			Name string `json:"rfilename"`
		} `json:"siblings"`
	}
	if err := h.get(ctx, "/api/datasets/"+s.Name, &repo); err != nil {
		return nil, err
	}
	var urls []string
	for _, file := range repo.Siblings {
		readable := format(file.Name) != "" && !strings.HasSuffix(strings.ToLower(file.Name), ".md")
		if readable && strings.Contains(strings.ToLower(file.Name), strings.ToLower(s.Split)) {
			urls = append(urls, h.endpoint+"/datasets/"+s.Name+"/resolve/main/"+(&url.URL{Path: file.Name}).EscapedPath())
		}
	}
	if len(urls) == 0 {
		return nil, config.Usagef("no file that can be read has %q in its name", s.Split)
	}
	return urls, nil
}

// statusError is an answer of the hub that is no success.
type statusError struct {
	code int
	what string
}

func (e statusError) Error() string {
	hint := ""
	if e.code == http.StatusUnauthorized || e.code == http.StatusForbidden || e.code == http.StatusNotFound {
		hint = " (if it exists, it is private or gated: HF_TOKEN opens it)"
	}
	return fmt.Sprintf("%s: the hub says %d %s%s", e.what, e.code, http.StatusText(e.code), hint)
}

func (h *hub) get(ctx context.Context, what string, into any) error {
	answer, err := h.request(ctx, h.endpoint+what, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		return fmt.Errorf("%s: want JSON: %w", what, err)
	}
	return nil
}

// request asks for an address. What the hub does not have, or not for us, is a wrong request; the rest just failed.
func (h *hub) request(ctx context.Context, address string, header map[string]string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if h.token != "" && strings.HasPrefix(address, h.endpoint+"/") {
		req.Header.Set("Authorization", "Bearer "+h.token)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w (not online? a file or folder can be named in its place, or another hub by HF_ENDPOINT)", err)
	}
	if answer.StatusCode >= 300 {
		answer.Body.Close()
		failed := statusError{answer.StatusCode, req.URL.Path}
		if answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests {
			return nil, failed
		}
		return nil, config.Usage(failed)
	}
	return answer, nil
}

// fetch downloads an address to a file unless it is there. What a broken download left is gone on from if the hub still
// has the same bytes, by its ETag.
func (h *hub) fetch(ctx context.Context, address, file string) error {
	if isFile(file) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("cache folder: %w", err)
	}
	part, tag := file+".part", file+".etag"
	header := map[string]string{}
	if info, err := os.Stat(part); err == nil && info.Size() > 0 {
		if etag, err := os.ReadFile(tag); err == nil && len(etag) > 0 {
			header["Range"], header["If-Range"] = fmt.Sprintf("bytes=%d-", info.Size()), string(etag)
		}
	}
	answer, err := h.request(ctx, address, header)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if err := os.WriteFile(tag, []byte(answer.Header.Get("ETag")), 0o644); err != nil {
		return err
	}
	if err := save(part, answer); err != nil {
		return fmt.Errorf("download %s: %w", address, err)
	}
	os.Remove(tag)
	return os.Rename(part, file)
}

// save writes an answer's body: at the end of part if it is a part, else from the start. It checks the length.
func save(part string, answer *http.Response) error {
	mode := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	if answer.StatusCode == http.StatusPartialContent {
		mode = os.O_CREATE | os.O_WRONLY | os.O_APPEND
	}
	f, err := os.OpenFile(part, mode, 0o644)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, answer.Body)
	err = errors.Join(err, f.Close())
	if err == nil && answer.ContentLength >= 0 && n != answer.ContentLength {
		err = fmt.Errorf("got %d of %d bytes", n, answer.ContentLength)
	}
	return err
}
