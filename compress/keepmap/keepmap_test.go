package keepmap_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/project-sputnik/sputnik/compress/keepmap"
)

// drawn is a text, valid UTF-8 or not, and spans of it.
func drawn(t *rapid.T) ([]byte, []keepmap.Span) {
	text := rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Map(rapid.String(), func(s string) []byte { return []byte(s) })).Draw(t, "text")
	borders := rapid.SliceOfDistinct(rapid.IntRange(0, len(text)), rapid.ID[int]).Draw(t, "borders")
	slices.Sort(borders)
	var kept []keepmap.Span
	for i := 0; i+1 < len(borders); i += 2 {
		kept = append(kept, keepmap.Span{borders[i], borders[i+1]})
	}
	return text, kept
}

func written(t rapid.TB, m *keepmap.Map) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAnyTextComesBackByteForByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, kept := drawn(t)
		settings := keepmap.Settings{Rate: 0.5, Question: rapid.String().Draw(t, "question"), Keep: []string{"a"}}
		m, err := keepmap.New(text, kept, settings)
		if err != nil {
			t.Fatal(err)
		}
		again, err := keepmap.Read(bytes.NewReader(written(t, m)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := again.Recover(m.Output())
		if err != nil || !bytes.Equal(got, text) || again.Check(text) != nil {
			t.Fatalf("%q, %v; want %q", got, err, text)
		}
		if !slices.Equal(again.Kept, kept) || again.Settings.Rate != 0.5 {
			t.Fatalf("%v, %+v", again.Kept, again.Settings)
		}
	})
}

func TestAnAlteredTextIsToldByItsFirstWrongByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, kept := drawn(t)
		m, err := keepmap.New(text, kept, keepmap.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		altered := rapid.SliceOf(rapid.Byte()).Draw(t, "altered")
		common := rapid.IntRange(0, len(m.Output())).Draw(t, "common")
		altered = append(slices.Clone(m.Output()[:common]), altered...)
		if bytes.Equal(altered, m.Output()) {
			t.Skip("not altered")
		}
		at := 0
		for at < min(len(altered), len(m.Output())) && altered[at] == m.Output()[at] {
			at++
		}
		_, err = m.Recover(altered)
		var wrong *keepmap.Altered
		if !errors.As(err, &wrong) || wrong.Byte != at || !strings.Contains(err.Error(), fmt.Sprintf("at byte %d", at)) {
			t.Fatalf("%v; want byte %d", err, at)
		}
	})
}

// valid are the fields of a map of "one two three" of which "one three" was kept.
func valid(t *testing.T) map[string]any {
	t.Helper()
	m, err := keepmap.New([]byte("one two three"), []keepmap.Span{{0, 3}, {7, 13}}, keepmap.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(written(t, m), &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

func TestAFileThatLiesIsRefusedInOneLine(t *testing.T) {
	bomb := "7cExAQAAAMKg9U9tCj8gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" // cut short
	for name, c := range map[string]struct {
		field string
		value any
		says  string
	}{
		"another version":              {"version", 2, "version is 2; want 1"},
		"no version":                   {"version", nil, `it has no "version"`},
		"a version that is no number":  {"version", "one", "cannot unmarshal string"},
		"a negative length":            {"input_bytes", -1, "input_bytes is -1"},
		"a length beyond all":          {"input_bytes", 1 << 40, "input_bytes is 1099511627776"},
		"a length that does not fit":   {"input_bytes", 1e300, "cannot unmarshal number"},
		"a shorter length":             {"input_bytes", 10, "kept[1] is [7 13]; the text has the bytes 0 to 10"},
		"a longer length":              {"input_bytes", 1 << 29, "it has not input_bytes"},
		"another output":               {"output_bytes", 8, "output_bytes is 8; what is kept has 9"},
		"no hash":                      {"input_sha256", nil, "no input_sha256"},
		"half a hash":                  {"output_sha256", "00ff", "not 64 hexadecimal digits"},
		"a hash that is a number":      {"output_sha256", 7, "cannot unmarshal number"},
		"the hash of another text":     {"input_sha256", strings.Repeat("0", 64), "input_sha256 is not the hash"},
		"the hash of another output":   {"output_sha256", strings.Repeat("0", 64), "output_sha256 is not the hash"},
		"spans that overlap":           {"kept", [][]int{{0, 5}, {4, 8}}, "kept[1] is [4 8] and begins before"},
		"spans that touch":             {"kept", [][]int{{0, 5}, {5, 9}}, "kept[1] is [5 9] and begins before"},
		"a span beyond the end":        {"kept", [][]int{{0, 14}}, "kept[0] is [0 14]; the text has the bytes 0 to 13"},
		"a negative span":              {"kept", [][]int{{-1, 4}}, "kept[0] is [-1 4]; the text"},
		"a span that ends first":       {"kept", [][]int{{9, 3}}, "kept[0] is [9 3], which is empty"},
		"half a span":                  {"kept", [][]int{{9}}, "kept[0] has 1 numbers; want 2"},
		"a span of three":              {"kept", [][]int{{1, 2, 3}}, "kept[0] has 3 numbers; want 2"},
		"a span that is no number":     {"kept", [][]string{{"a", "b"}}, "cannot unmarshal string"},
		"spans that are no list":       {"kept", "all", "cannot unmarshal string"},
		"an original that is none":     {"original", "?", "original: illegal base64"},
		"an original that is cut":      {"original", bomb, "original: "},
		"an original that is no flate": {"original", base64.StdEncoding.EncodeToString([]byte("\xff\xff\xff")), "original: flate"},
		"settings that are no object":  {"settings", 7, "cannot unmarshal number"},
	} {
		t.Run(name, func(t *testing.T) {
			fields := valid(t)
			fields[c.field] = c.value
			data, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			_, err = keepmap.Read(bytes.NewReader(data))
			if err == nil || !strings.HasPrefix(err.Error(), "read keep-map: ") || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v; want %s", err, c.says)
			}
		})
	}
	whole, err := json.Marshal(valid(t))
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if _, err := keepmap.Read(bytes.NewReader(whole[:n])); err == nil {
			t.Fatalf("the first %d bytes are read", n)
		}
	}
}

// A gigabyte of one letter packs into a megabyte; a file that is wrong about it is refused without holding it.
func TestAFewBytesDoNotBecomeManyUnlessTheyAreTrue(t *testing.T) {
	many, err := keepmap.New(bytes.Repeat([]byte("a"), 64<<20), nil, keepmap.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(written(t, many), &fields); err != nil {
		t.Fatal(err)
	}
	fields["input_sha256"] = strings.Repeat("0", 64)
	data, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	grown := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			if _, err := keepmap.Read(bytes.NewReader(data)); err == nil {
				b.Fatal("it is read")
			}
		}
	}).AllocedBytesPerOp()
	if grown > 8<<20 {
		t.Errorf("%d bytes for a file of %d", grown, len(data))
	}
}

// FuzzRead: whatever a file says, it is refused, or is a map that recovers its original and is written as it was read.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"", "one two three", "caf\xe9 \xff"} {
		m, err := keepmap.New([]byte(text), nil, keepmap.Settings{Keep: []string{"x"}})
		if err != nil {
			f.Fatal(err)
		}
		var out bytes.Buffer
		if err := m.Write(&out); err != nil {
			f.Fatal(err)
		}
		f.Add(out.Bytes(), "two")
	}
	f.Add([]byte(`{"version":1,"input_bytes":9999999999,"kept":[[0,9999999999]]}`), "a")
	f.Fuzz(func(t *testing.T, data []byte, quotation string) {
		m, err := keepmap.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		original, err := m.Recover(m.Output())
		if err != nil {
			t.Fatal(err)
		}
		again, err := keepmap.Read(bytes.NewReader(written(t, m)))
		if err != nil || !bytes.Equal(again.Original, original) || cmp.Diff(again.Settings, m.Settings) != "" {
			t.Fatalf("%v: written and read again it differs", err)
		}
		for _, match := range m.Locate([]byte(quotation)) {
			if match.Start < 0 || match.End > len(original) || match.Start >= match.End {
				t.Fatalf("%+v", match)
			}
		}
	})
}
