package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// hubClient speaks to a Hugging Face hub or a mirror of it.
type hubClient struct{ endpoint, token string }

func newHubClient() hubClient {
	c := hubClient{endpoint: strings.TrimRight(os.Getenv("HF_ENDPOINT"), "/"), token: os.Getenv("HF_TOKEN")}
	if c.endpoint == "" {
		c.endpoint = "https://huggingface.co"
	}
	return c
}

// repository is what the hub says about a model.
type repository struct {
	SHA      string `json:"sha"`
	Siblings []struct {
		Name string `json:"rfilename"`
	} `json:"siblings"`
	Tags     []string `json:"tags"`
	CardData struct {
		License any `json:"license"`
	} `json:"cardData"`
}

func (r repository) license() string {
	if s, ok := r.CardData.License.(string); ok {
		return s
	}
	for _, tag := range r.Tags {
		if name, ok := strings.CutPrefix(tag, "license:"); ok {
			return name
		}
	}
	return ""
}

// pullHub fetches OWNER/NAME, at a branch or commit with OWNER/NAME@REVISION.
func pullHub(ctx context.Context, root, name string, progress Progress) (string, error) {
	repo, revision, _ := strings.Cut(name, "@")
	if revision == "" {
		revision = "main"
	}
	c := newHubClient()
	info, err := c.repository(ctx, repo, revision)
	if err != nil {
		return "", err
	}
	files := wanted(info)
	if len(files) == 0 {
		return "", fmt.Errorf("%s has no config.json with safetensors, PyTorch or GGUF weights", repo)
	}
	dir, err := staging(root, repo)
	if err != nil {
		return "", err
	}
	m := Manifest{Name: repo, Source: c.endpoint + "/" + repo, Revision: info.SHA, License: info.license(), Files: map[string]Blob{}}
	had, _ := readManifest(folderOf(root, repo)) // none the first time
	for _, file := range files {
		if m.Files[file], err = c.file(ctx, root, repo, info.SHA, file, dir, had.Files[file], progress); err != nil {
			return "", err
		}
	}
	if err := writeManifest(dir, m); err != nil {
		return "", err
	}
	return publish(root, dir, repo)
}

func (c hubClient) repository(ctx context.Context, repo, revision string) (repository, error) {
	var info repository
	at := c.endpoint + "/api/models/" + repo + "/revision/" + url.PathEscape(revision)
	resp, err := get(ctx, request{url: at, token: c.token}, 0)
	if err != nil {
		return info, fmt.Errorf("ask the hub for %s: %w", repo, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return info, fmt.Errorf("ask the hub for %s: %w", repo, statusError{resp.StatusCode, resp.Status})
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 64<<20)).Decode(&info); err != nil {
		return info, fmt.Errorf("ask the hub for %s: %w", repo, err)
	}
	if info.SHA == "" {
		info.SHA = revision
	}
	return info, nil
}

// small files that a model may need, besides its weights.
var companions = []string{"config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json",
	"merges.txt", "vocab.txt", "tokenizer.model", "generation_config.json", "LICENSE", "LICENSE.txt"}

// wanted picks the files: companions, and the weights in the first form that is there.
func wanted(info repository) []string {
	var names []string
	for _, s := range info.Siblings {
		if s.Name == filepath.Base(s.Name) && !strings.HasPrefix(s.Name, ".") { // the rest is for other frameworks
			names = append(names, s.Name)
		}
	}
	weights := firstForm(names)
	if len(weights) == 0 {
		return nil
	}
	for _, name := range companions {
		if slices.Contains(names, name) {
			weights = append(weights, name)
		}
	}
	return weights
}

func firstForm(names []string) []string {
	for _, pattern := range []string{"model*.safetensors", "pytorch_model*.bin", "*.gguf"} {
		var out []string
		for _, name := range names {
			if ok, _ := path.Match(pattern, strings.TrimSuffix(name, ".index.json")); ok {
				out = append(out, name)
			}
		}
		if pattern == "*.gguf" && len(out) > 1 {
			return out[:1] // each is a whole model
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// file brings one file into dir: from the model's folder if the hub's is the same, else from the hub.
func (c hubClient) file(ctx context.Context, root, repo, revision, name, dir string, had Blob, progress Progress) (Blob, error) {
	r := request{url: c.endpoint + "/" + repo + "/resolve/" + revision + "/" + url.PathEscape(name), label: name,
		path: filepath.Join(dir, name), token: c.token}
	var err error
	if r.etag, err = c.etag(ctx, r.url); err != nil {
		return Blob{}, fmt.Errorf("fetch %s: %w", name, err)
	}
	if blob, err := r.check(r.path); err == nil && r.etag != "" { // whole, from a pull that stopped later
		return blob, nil
	}
	if r.etag != "" && r.etag == had.ETag {
		if blob, err := reuse(filepath.Join(folderOf(root, repo), name), r); err == nil {
			return blob, nil
		}
	}
	return fetch(ctx, r, progress)
}

// reuse links a file that is still what the hub has.
func reuse(from string, r request) (Blob, error) {
	blob, err := r.check(from)
	if err != nil {
		return blob, err
	}
	if err := os.Remove(r.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return blob, err
	}
	return blob, os.Link(from, r.path)
}

// etag asks for the name of a file's content. For large files the hub points elsewhere and gives the name itself.
func (c hubClient) etag(ctx context.Context, at string) (string, error) {
	client := http.Client{CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if next.URL.Host != via[0].URL.Host || len(via) > 5 {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, at, nil)
	if err != nil {
		return "", err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	resp.Body.Close()
	if resp.StatusCode >= 400 {
		return "", statusError{resp.StatusCode, resp.Status}
	}
	tag := resp.Header.Get("X-Linked-Etag")
	if tag == "" {
		tag = resp.Header.Get("ETag")
	}
	return strings.Trim(strings.TrimPrefix(tag, "W/"), `"`), nil
}
