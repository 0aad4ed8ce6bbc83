package corpus

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/parquet-go/parquet-go"
)

// readParquet reads one column of text, page by page.
func readParquet(f *os.File, field, name string, m *meter, yield func(Document) bool) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	file, err := parquet.OpenFile(f, info.Size(), parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return fmt.Errorf("want a Parquet file: %w", err)
	}
	column, ok := file.Schema().Lookup(field)
	if !ok || column.Node.Type().Kind() != parquet.ByteArray {
		return fmt.Errorf("no column %q of text (--text_field names the one that holds it)", field)
	}
	row, groups := 0, file.RowGroups()
	for i, group := range groups {
		more, err := readColumn(group.ColumnChunks()[column.ColumnIndex], func(text string) bool {
			row++
			return yield(Document{ID: fmt.Sprintf("%s:%d", name, row), Text: text, Source: name})
		})
		if err != nil || !more {
			return err
		}
		m.add(int(info.Size()*int64(i+1)/int64(len(groups)) - info.Size()*int64(i)/int64(len(groups))))
	}
	return nil
}

// readColumn calls yield with each value of a chunk, and returns false when it did.
func readColumn(chunk parquet.ColumnChunk, yield func(string) bool) (more bool, err error) {
	pages := chunk.Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	values := make([]parquet.Value, 256)
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		more, err := readPage(page, values, yield)
		parquet.Release(page)
		if err != nil || !more {
			return false, err
		}
	}
}

func readPage(page parquet.Page, values []parquet.Value, yield func(string) bool) (bool, error) {
	for reader := page.Values(); ; {
		n, err := reader.ReadValues(values)
		for _, v := range values[:n] {
			text := ""
			if !v.IsNull() {
				text = string(v.ByteArray())
			}
			if !yield(text) {
				return false, nil
			}
		}
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
}
