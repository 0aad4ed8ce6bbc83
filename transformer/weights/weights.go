package weights

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/pickle"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// Folder is the tensors of a folder's files.
type Folder struct {
	files   map[string]*safetensors.File // by file name
	where   map[string]*safetensors.File // by tensor
	pickled map[string]torch.Tensor      // what a pytorch_model.bin held
}

const (
	singleName = "model.safetensors"
	indexName  = "model.safetensors.index.json"
	pickleName = "pytorch_model.bin"
)

// Open finds the weights of a folder.
func Open(dir string) (*Folder, error) {
	f := &Folder{files: map[string]*safetensors.File{}, where: map[string]*safetensors.File{}}
	err := f.open(dir)
	if err != nil {
		f.Close()
		return nil, err
	}
	for _, file := range f.files {
		for _, name := range file.Names() {
			f.where[name] = file
		}
	}
	return f, nil
}

func (f *Folder) open(dir string) (err error) {
	switch {
	case exists(dir, indexName):
		return f.openShards(dir)
	case exists(dir, singleName):
		return f.add(dir, singleName)
	case exists(dir, pickleName):
		f.pickled, err = pickle.Open(filepath.Join(dir, pickleName))
		return err
	}
	return fmt.Errorf("no weights: neither %s, its index nor %s is there", singleName, pickleName)
}

func exists(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

func (f *Folder) add(dir, name string) error {
	file, err := safetensors.Open(filepath.Join(dir, name))
	if err == nil {
		f.files[name] = file
	}
	return err
}

func (f *Folder) openShards(dir string) error {
	path := filepath.Join(dir, indexName)
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var index struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(raw, &index); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, name := range index.WeightMap {
		if f.files[name] != nil {
			continue
		}
		if name != filepath.Base(name) || !strings.HasSuffix(name, ".safetensors") {
			return fmt.Errorf("%s names %q, which is no file beside it", path, name)
		}
		if err := f.add(dir, name); err != nil {
			return err
		}
	}
	return nil
}

// Has says whether there is a tensor of that name.
func (f *Folder) Has(name string) bool { return f.where[name] != nil || f.pickled[name].Defined() }

// Load returns the tensor of that name, which lives as long as both s and f.
func (f *Folder) Load(s *torch.Scope, name string) (torch.Tensor, error) {
	if file := f.where[name]; file != nil {
		return s.Load(file, name)
	}
	if t := f.pickled[name]; t.Defined() {
		return t, nil
	}
	return torch.Tensor{}, fmt.Errorf("no tensor %q", name)
}

// Close closes the files.
func (f *Folder) Close() {
	for _, file := range f.files {
		file.Close()
	}
	for _, t := range f.pickled {
		t.Close()
	}
}
