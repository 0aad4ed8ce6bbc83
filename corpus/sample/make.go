//go:build ignore

// Make chooses the sample from the shared data: go run corpus/sample/make.go, with SPUTNIK_DATA set.
// Of each source it takes documents in the order of a hash of their ids until there are enough bytes.
package main

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"

	"github.com/project-sputnik/sputnik/corpus"
)

var sources = []string{"handbook", "eips", "peps", "state_union", "ebooks"}

func main() {
	for split, bytes := range map[string]int{"train": 230_000, "valid": 36_000} {
		if err := pack(split, bytes); err != nil {
			log.Fatal(err)
		}
		file := "nq." + split + ".jsonl.gz"
		data, err := os.ReadFile(filepath.Join(corpus.SharedFolder(), "qa", file))
		if err == nil {
			err = os.WriteFile(filepath.Join("corpus/sample", file), data, 0o644)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}

// pack writes the chosen documents of a split, in the order of their hashes, so that the sources are mixed.
func pack(split string, bytes int) error {
	var chosen []corpus.Document
	for _, source := range sources {
		docs, err := choose(filepath.Join(corpus.SharedFolder(), "corpus", source+"."+split+".jsonl.gz"), bytes)
		if err != nil {
			return err
		}
		chosen = append(chosen, docs...)
	}
	slices.SortFunc(chosen, byHash)
	f, err := os.Create("corpus/sample/" + split + ".jsonl.gz")
	if err != nil {
		return err
	}
	z, _ := gzip.NewWriterLevel(f, gzip.BestCompression)
	enc := json.NewEncoder(z)
	enc.SetEscapeHTML(false)
	for _, d := range chosen {
		if err := enc.Encode(d); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return f.Close()
}

func choose(path string, bytes int) ([]corpus.Document, error) {
	var docs []corpus.Document
	err := corpus.Read(context.Background(), path, func(d corpus.Document) error {
		docs = append(docs, d)
		return nil
	})
	slices.SortFunc(docs, byHash)
	n := 0
	for n < len(docs) && bytes > 0 {
		if len(docs[n].Text) > 40_000 { // one speech should not be all of its source
			docs = slices.Delete(docs, n, n+1)
			continue
		}
		bytes -= len(docs[n].Text)
		n++
	}
	return docs[:n], err
}

func byHash(a, b corpus.Document) int {
	return slices.Compare(hash(a), hash(b))
}

func hash(d corpus.Document) []byte {
	sum := sha256.Sum256([]byte(fmt.Sprintf("sample %s", d.ID)))
	return sum[:]
}
