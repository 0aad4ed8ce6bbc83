package token

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

//go:embed vocab
var embedded embed.FS

// builtin are the tokenizers that have a name.
var builtin = map[string]func() (Tokenizer, error){
	"gpt2":          sync.OnceValues(openGPT2),
	"smollm2":       sync.OnceValues(openSmolLM2),
	"minilm":        sync.OnceValues(func() (Tokenizer, error) { return openEmbedded("minilm") }),
	"cl100k_base":   sync.OnceValues(func() (Tokenizer, error) { return openOpenAI("cl100k_base") }),
	"o200k_base":    sync.OnceValues(func() (Tokenizer, error) { return openOpenAI("o200k_base") }),
	"o200k_harmony": sync.OnceValues(func() (Tokenizer, error) { return openOpenAI("o200k_harmony") }),
}

// Names lists the tokenizers that Open knows by name.
func Names() []string {
	var names []string
	for name := range builtin {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Open returns the tokenizer of that name, or reads a tokenizer.json, or looks into a folder for one (or for
// encoder.json with vocab.bpe, or vocab.json with merges.txt). Named tokenizers are unpacked once and shared.
func Open(nameOrFile string) (Tokenizer, error) {
	if open, ok := builtin[nameOrFile]; ok {
		return open()
	}
	info, err := os.Stat(nameOrFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("tokenizer %q: neither a file nor one of %s", nameOrFile, strings.Join(Names(), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	if info.IsDir() {
		return openFolder(nameOrFile)
	}
	return openFile(nameOrFile)
}

func openFile(path string) (Tokenizer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	if bytes.HasPrefix(data, []byte{0x1F, 0x8B}) {
		if data, err = gunzip(data); err != nil {
			return nil, fmt.Errorf("tokenizer %s: %w", path, err)
		}
	}
	t, err := parseTokenizerJSON(path, data)
	if err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w", path, err)
	}
	return t, nil
}

func openFolder(dir string) (Tokenizer, error) {
	if path := filepath.Join(dir, "tokenizer.json"); exists(path) {
		return openFile(path)
	}
	for _, pair := range [][2]string{{"encoder.json", "vocab.bpe"}, {"vocab.json", "merges.txt"}} {
		encoder, err1 := os.ReadFile(filepath.Join(dir, pair[0]))
		merges, err2 := os.ReadFile(filepath.Join(dir, pair[1]))
		if err1 != nil || err2 != nil {
			continue
		}
		t, err := readGPT2(dir, encoder, merges)
		if err != nil {
			return nil, fmt.Errorf("tokenizer %s: %w", dir, err)
		}
		return t, nil
	}
	return nil, fmt.Errorf("tokenizer %s: the folder has no tokenizer.json", dir)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// openGPT2 unpacks the two halves of GPT-2's vocabulary side by side.
func openGPT2() (Tokenizer, error) {
	var merges []byte
	var mergesErr error
	var wait sync.WaitGroup
	wait.Go(func() { merges, mergesErr = unpack("vocab/gpt2/vocab.bpe.gz") })
	encoder, err := unpack("vocab/gpt2/encoder.json.gz")
	wait.Wait()
	if err := errors.Join(err, mergesErr); err != nil {
		return nil, err
	}
	return readGPT2("gpt2", encoder, merges)
}

// openSmolLM2 reads the packed form: it is what the embedded agent reads, and a command should start at once.
func openSmolLM2() (Tokenizer, error) {
	packed, err := embedded.ReadFile("vocab/smollm2/packed.bin")
	if err != nil {
		return nil, err
	}
	return readPacked("smollm2", packed)
}

func openEmbedded(name string) (Tokenizer, error) {
	data, err := unpack("vocab/" + name + "/tokenizer.json.gz")
	if err != nil {
		return nil, err
	}
	return parseTokenizerJSON(name, data)
}

func unpack(path string) ([]byte, error) {
	packed, err := embedded.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return gunzip(packed)
}

// maxVocabulary bounds what a gzip file may unpack to.
const maxVocabulary = 256 << 20

func gunzip(packed []byte) ([]byte, error) {
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	out := bytes.NewBuffer(make([]byte, 0, 5*len(packed)))
	if _, err := io.Copy(out, io.LimitReader(zip, maxVocabulary)); err != nil {
		return nil, err
	}
	return out.Bytes(), zip.Close()
}
