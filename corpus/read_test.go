package corpus

import (
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/project-sputnik/sputnik/config"
)

func readAll(t *testing.T, s Source) ([]Document, error) {
	t.Helper()
	var docs []Document
	err := s.Read(context.Background(), func(d Document) error {
		docs = append(docs, d)
		return nil
	})
	return docs, err
}

// put writes files into a new folder.
func put(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".gz") {
			text = packed(t, text)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func packed(t *testing.T, text string) string {
	var out strings.Builder
	z := gzip.NewWriter(&out)
	_, err := z.Write([]byte(text))
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func parquetFile(t *testing.T, texts ...string) string {
	type row struct {
		N    int64  `parquet:"n"`
		Text string `parquet:"text"`
	}
	var rows []row
	for i, text := range texts {
		rows = append(rows, row{int64(i), text})
	}
	var out strings.Builder
	w := parquet.NewGenericWriter[row](&out)
	_, err := w.Write(rows)
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestEveryFormatIsRead(t *testing.T) {
	one := []Document{{ID: "1", Text: "a"}, {ID: "x:2", Text: "b", Source: "s", License: "l"}}
	tests := map[string]struct {
		file, text string
		want       []Document
	}{
		"lines of JSON":           {"x.jsonl", "{\"id\":1,\"text\":\"a\"}\n\n", one[:1]},
		"packed lines":            {"x.jsonl.gz", "{\"id\":\"1\",\"text\":\"a\"}", one[:1]},
		"an array of objects":     {"x.json", `[{"id":"1","text":"a"},{"text":"b","source":"s","license":"l"}]`, one},
		"an array of texts":       {"x.json", `["a"]`, []Document{{ID: "x:1", Text: "a"}}},
		"a text":                  {"x.txt", "a\n\nb\n", []Document{{ID: "x:0", Text: "a\n\nb\n", Source: "x"}}},
		"a column of Parquet":     {"x.parquet", parquetFile(t, "a", "b"), []Document{{ID: "x:1", Text: "a", Source: "x"}, {ID: "x:2", Text: "b", Source: "x"}}},
		"an empty file is no one": {"x.jsonl", "", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := put(t, map[string]string{test.file: test.text})
			got, err := readAll(t, Source{Name: filepath.Join(dir, test.file)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInputThatCannotBeReadIsAWrongRequestInOneLine(t *testing.T) {
	tests := map[string]struct{ file, text, want string }{
		"truncated line":      {"x.jsonl", "{\"text\":\"a\"}\n{\"text\":", "line 2: want a JSON object"},
		"line without a text": {"x.jsonl", `{"body":"a"}`, `no field "text" (--text_field`},
		"a text that is none": {"x.jsonl", `{"text":4}`, `field "text": want text`},
		"truncated array":     {"x.json", `[{"text":"a"}`, "the array has no end"},
		"no array":            {"x.json", `{"text":"a"}`, "want a JSON array"},
		"not packed":          {"x.jsonl.GZ", "{}", "unpack"},
		"not Parquet":         {"x.parquet", "PAR1", "want a Parquet file"},
		"another ending":      {"x.pdf", "", "want a file that ends in .jsonl"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := put(t, map[string]string{test.file: test.text})
			_, err := readAll(t, Source{Name: filepath.Join(dir, test.file)})
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v; want one line with %s", err, test.want)
			}
			if config.ExitCode(err) != 2 {
				t.Errorf("exit code %d", config.ExitCode(err))
			}
		})
	}
}

func TestANameThatIsNothingIsAWrongRequest(t *testing.T) {
	t.Setenv("SPUTNIK_DATA", t.TempDir())
	for _, name := range []string{"", "shared", "missing.jsonl", "./missing", t.TempDir()} {
		if _, err := readAll(t, Source{Name: name}); config.ExitCode(err) != 2 {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestTheFilesOfAFolderAreReadInTurn(t *testing.T) {
	dir := put(t, map[string]string{
		"a.jsonl": `"a1"` + "\n" + `"a2"` + "\n" + `"a3"`, "b/c.jsonl.gz": `"c1"`, "d.txt": "d1", ".hidden/e.txt": "e", "f.pdf": "f"})
	docs, err := readAll(t, Source{Name: dir})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, d := range docs {
		texts = append(texts, d.Text)
	}
	if diff := cmp.Diff([]string{"a1", "c1", "d1", "a2", "a3"}, texts); diff != "" {
		t.Error(diff)
	}
}

func TestALongTextFileIsCutBetweenParagraphs(t *testing.T) {
	paragraph := strings.Repeat("The same words again. ", 100) + "\n\n"
	dir := put(t, map[string]string{"x.txt": strings.Repeat(paragraph, 50), "line.txt": strings.Repeat("é", 300_000)})
	docs, err := readAll(t, Source{Name: filepath.Join(dir, "x.txt")})
	if err != nil || len(docs) != 5 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	joined := ""
	for _, d := range docs {
		if !strings.HasSuffix(d.Text, ".") && !strings.HasSuffix(d.Text, "\n\n") {
			t.Errorf("ends with %q", d.Text[len(d.Text)-20:])
		}
		joined += d.Text
	}
	if joined != strings.Repeat(paragraph, 50) {
		t.Error("the parts are not the whole")
	}
	docs, err = readAll(t, Source{Name: filepath.Join(dir, "line.txt")})
	if err != nil || len(docs) < 3 || strings.ContainsRune(docs[0].Text, '\ufffd') || strings.Trim(docs[0].Text, "é") != "" {
		t.Errorf("%d documents, %v", len(docs), err)
	}
}

func TestAnotherFieldMayHoldTheText(t *testing.T) {
	dir := put(t, map[string]string{"x.jsonl": `{"body":"a"}`})
	docs, err := readAll(t, Source{Name: filepath.Join(dir, "x.jsonl"), TextField: "body"})
	if err != nil || docs[0].Text != "a" {
		t.Errorf("%v, %v", docs, err)
	}
}

func TestProgressEndsAtTheTotal(t *testing.T) {
	dir := put(t, map[string]string{"a.jsonl": `"a1"`, "b.parquet": parquetFile(t, "b"), "c.txt.gz": "c"})
	var done, total int64
	if _, err := readAll(t, Source{Name: dir, Progress: func(d, n int64) { done, total = d, n }}); err != nil {
		t.Fatal(err)
	}
	if done != total || total == 0 {
		t.Errorf("%d of %d bytes", done, total)
	}
}

func TestTheSampleHoldsWhatItsLicencesSay(t *testing.T) {
	train, err := Sample()
	if err != nil {
		t.Fatal(err)
	}
	valid, err := SampleValid()
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]bool{}
	for _, d := range valid {
		held[d.ID] = true
	}
	for _, d := range append(train, valid...) {
		if !strings.Contains(d.License, "CC0") && !strings.Contains(d.License, "public domain") {
			t.Errorf("%s is under %q", d.ID, d.License)
		}
	}
	for _, d := range train {
		if held[d.ID] {
			t.Errorf("%s is held out", d.ID)
		}
	}
	questions, err := Questions("")
	if err != nil || len(questions) < 1000 {
		t.Errorf("%d questions, %v", len(questions), err)
	}
	if valid, err := Questions("sample-valid"); err != nil || len(valid) < 100 {
		t.Errorf("%d questions held out, %v", len(valid), err)
	}
}

func TestQuestionsThatCannotBeReadAreAWrongRequest(t *testing.T) {
	dir := put(t, map[string]string{"x.jsonl": `{"id":`})
	for _, name := range []string{filepath.Join(dir, "x.jsonl"), filepath.Join(dir, "missing.jsonl")} {
		if _, err := Questions(name); config.ExitCode(err) != 2 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNormalizeLeavesOneWayToWriteAText(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"line ends":         {"a\r\nb\rc\u2028d", "a\nb\nc\nd"},
		"composed letters":  {"e\u0301", "é"},
		"marks and NUL":     {"\ufeffa\x00b", "ab"},
		"space around":      {" \n a \t", "a"},
		"bytes of no UTF-8": {"a\xffb", "a\ufffdb"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Normalize(test.in); got != test.want {
				t.Errorf("got %q; want %q", got, test.want)
			}
		})
	}
}
