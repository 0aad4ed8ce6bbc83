package corpus

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/project-sputnik/sputnik/config"
)

// openFiles is how many files of a folder are read in turn. More than these come after them.
const openFiles = 64

// documents yields what a file holds; after an error it ends.
type documents = iter.Seq2[Document, error]

// readFiles reads files side by side, a document of each in turn, so that the first documents are of all kinds.
func (s Source) readFiles(ctx context.Context, paths []string, each func(Document) error) error {
	m := newMeter(paths, s.Progress)
	for len(paths) > 0 {
		n := min(openFiles, len(paths))
		var sources []documents
		for _, path := range paths[:n] {
			sources = append(sources, s.file(path, m))
		}
		if err := inTurn(ctx, sources, each); err != nil {
			return err
		}
		paths = paths[n:]
	}
	return nil
}

// inTurn takes a document of each source in turn until all have ended.
func inTurn(ctx context.Context, sources []documents, each func(Document) error) error {
	var pulls []func() (Document, error, bool)
	for _, source := range sources {
		next, stop := iter.Pull2(source)
		defer stop()
		pulls = append(pulls, next)
	}
	for len(pulls) > 0 {
		still := pulls[:0]
		for _, next := range pulls {
			doc, err, ok := next()
			if !ok {
				continue
			}
			if err == nil {
				err = ctx.Err()
			}
			if err == nil {
				err = each(doc)
			}
			if err != nil {
				return err
			}
			still = append(still, next)
		}
		pulls = still
	}
	return nil
}

// file yields the documents of one file by its ending.
func (s Source) file(path string, m *meter) documents {
	return func(yield func(Document, error) bool) {
		if err := s.readFile(path, m, func(d Document) bool { return yield(d, nil) }); err != nil {
			yield(Document{}, config.Usagef("read %s: %w", path, err))
		}
	}
}

// readFile calls yield with each document until it returns false.
func (s Source) readFile(path string, m *meter, yield func(Document) bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	name := strings.TrimSuffix(filepath.Base(path), ".gz")
	name = strings.TrimSuffix(name, filepath.Ext(name))
	if format(path) == ".parquet" {
		return readParquet(f, s.TextField, name, m, yield)
	}
	in, err := unpack(m.reader(f), path)
	if err != nil {
		return err
	}
	switch format(path) {
	case ".jsonl", ".ndjson":
		return readLines(in, s.TextField, name, yield)
	case ".json":
		return readArray(in, s.TextField, name, yield)
	case ".txt", ".md":
		return readText(in, name, yield)
	}
	return fmt.Errorf("want a file that ends in %s", strings.Join(formats, ", "))
}

// unpack reads through gzip where the name says so.
func unpack(r io.Reader, path string) (*bufio.Reader, error) {
	if !strings.HasSuffix(strings.ToLower(path), ".gz") {
		return bufio.NewReaderSize(r, 1<<16), nil
	}
	z, err := gzip.NewReader(bufio.NewReader(r))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return bufio.NewReaderSize(z, 1<<16), nil
}

// meter counts the bytes read of files and reports them.
type meter struct {
	done, total int64
	progress    func(done, total int64)
}

func newMeter(paths []string, progress func(done, total int64)) *meter {
	m := &meter{progress: progress}
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			m.total += info.Size()
		}
	}
	return m
}

func (m *meter) add(n int) {
	if done := atomic.AddInt64(&m.done, int64(n)); m.progress != nil {
		m.progress(done, m.total)
	}
}

func (m *meter) reader(r io.Reader) io.Reader { return metered{r, m} }

type metered struct {
	io.Reader
	meter *meter
}

func (r metered) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.meter.add(n)
	return n, err
}
