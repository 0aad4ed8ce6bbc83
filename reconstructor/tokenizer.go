package reconstructor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch/safetensors"
	"github.com/project-sputnik/sputnik/transformer"
)

// settingsName is the file of a reconstructor's own folder that no other model has.
const settingsName = "reconstructor.json"

// settings are what it says.
type settings struct {
	Tokenizer string `json:"tokenizer,omitempty"` // by name; without one the files are beside it
	Chat      bool   `json:"chat"`
}

// openTokenizer opens a tokenizer by name or path; one that is no name comes with the files that it was read from.
func openTokenizer(nameOrPath string) (token.Tokenizer, map[string][]byte, error) {
	if slices.Contains(token.Names(), nameOrPath) {
		t, err := token.Open(nameOrPath)
		return t, nil, err
	}
	t, err := transformer.Tokenizer(nameOrPath)
	if err != nil {
		return nil, nil, err
	}
	files, err := transformer.TokenizerFiles(nameOrPath)
	return t, files, err
}

// readTokenizer finds the tokenizer of a model's folder or file, and whether the model takes chats: as a reconstructor's
// folder says or, for any other model, if it knows the marks of a chat.
func readTokenizer(path string) (*Reconstructor, error) {
	raw, err := os.ReadFile(filepath.Join(path, settingsName))
	if err != nil {
		r := &Reconstructor{}
		if r.tokenizer, r.files, err = openTokenizer(path); err == nil {
			_, r.chat = r.tokenizer.ID("<|im_start|>")
		}
		return r, err
	}
	var said settings
	if err := json.Unmarshal(raw, &said); err != nil {
		return nil, fmt.Errorf("%s: %w", settingsName, err)
	}
	r := &Reconstructor{chat: said.Chat}
	if said.Tokenizer != "" {
		path = said.Tokenizer
	}
	r.tokenizer, r.files, err = openTokenizer(path)
	return r, err
}

// saveTokenizer writes what readTokenizer reads.
func (r *Reconstructor) saveTokenizer(dir string) error {
	said := settings{Chat: r.chat}
	if r.files == nil {
		said.Tokenizer = r.tokenizer.Name()
	}
	raw, err := json.Marshal(said)
	if err != nil {
		return err
	}
	err = writeFile(filepath.Join(dir, settingsName), append(raw, '\n'))
	for name, content := range r.files {
		err = errors.Join(err, writeFile(filepath.Join(dir, name), content))
	}
	return err
}

func writeFile(path string, content []byte) error {
	return safetensors.Atomically(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}
