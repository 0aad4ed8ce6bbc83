package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ran runs sputnik as it is.
func ran(args ...string) (code int, stdout, stderr string) {
	var out, report bytes.Buffer
	code = run(append([]string{"sputnik"}, args...), &out, &report)
	return code, out.String(), report.String()
}

// mapped compresses a text and returns the paths of it, of its output and of its keep-map.
func mapped(t *testing.T, text string, args ...string) (original, output, keepMap string) {
	t.Helper()
	dir := t.TempDir()
	original = written(t, dir, "original", []byte(text))
	keepMap = filepath.Join(dir, "map.json")
	code, stdout, stderr := ran(append([]string{"compress", "--keep-map", keepMap, original}, args...)...)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	return original, written(t, dir, "output", []byte(stdout)), keepMap
}

func TestRecoverGivesTheOriginalBack(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		args []string
	}{
		"prose":         {note, []string{"--rate", "0.3"}},
		"without tags":  {note, []string{"--strip-tags", "--target-tokens", "9"}},
		"nothing":       {"", nil},
		"all of it":     {note, []string{"--rate", "1"}},
		"none of it":    {"one two three", []string{"--target-tokens", "0"}},
		"invalid UTF-8": {"caf\xe9 au lait \xff\xfe and \x80 more of it\xc3\r\n", []string{"--rate", "0.4"}},
		"JSON":          {`{"a": "The delivery was delayed until March, so it seems \u00e9."}`, []string{"--rate", "0.5"}},
		"a megabyte":    {strings.Repeat("All work and no play makes Jack a dull boy.\n", 23000), []string{"--scorer", "first", "--rate", "0.01"}},
	} {
		t.Run(name, func(t *testing.T) {
			original, output, keepMap := mapped(t, c.text, c.args...)
			for _, store := range [][]string{nil, {"--store", original}} {
				code, stdout, stderr := ran(append([]string{"recover", "--keep-map", keepMap, output}, store...)...)
				if code != 0 || stdout != c.text || stderr != "" {
					t.Errorf("%v: exit %d, %.80q, %q", store, code, stdout, stderr)
				}
			}
		})
	}
}

func TestTheKeepMapSaysWithWhatATextWasShortened(t *testing.T) {
	_, _, keepMap := mapped(t, note, "--target-tokens", "20", "--tokenizer", "gpt2", "--question", "Who?", "--keep", "Amina", "--unit", "token")
	data, err := os.ReadFile(keepMap)
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Version  int
		Kept     [][2]int
		Settings map[string]any
	}
	if err := json.Unmarshal(data, &m); err != nil || m.Version != 1 || len(m.Kept) == 0 {
		t.Fatalf("%v: %s", err, data)
	}
	for field, want := range map[string]any{"rate": 0.0, "target_tokens": 20.0, "tokenizer": "gpt2", "question": "Who?", "unit": "token", "scorer": "agent", "model": "default"} {
		if m.Settings[field] != want {
			t.Errorf("%s is %v; want %v", field, m.Settings[field], want)
		}
	}
}

func TestRecoverAndLocateSayWhatIsWrong(t *testing.T) {
	original, output, keepMap := mapped(t, note, "--rate", "0.5")
	whole, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	changed := bytes.Clone(whole)
	changed[11] ^= 1
	written(t, dir, "changed", changed)
	written(t, dir, "short", whole[:20])
	written(t, dir, "long", append(bytes.Clone(whole), '!'))
	written(t, dir, "half.json", cut(t, keepMap))
	written(t, dir, "two.json", []byte(`{"version":2}`))
	written(t, dir, "huge.json", []byte(`{"version":1,"input_bytes":1e18,"kept":[[0,999999999999999999]]}`))
	replace := strings.NewReplacer("ORIGINAL", original, "OUTPUT", output, "MAP", keepMap, "DIR", dir)
	for name, c := range map[string]struct {
		args string
		code int
		says string
	}{
		"a byte was changed":        {"recover --keep-map MAP DIR/changed", 1, "changed is not what the keep-map says: it differs at byte 11: it has"},
		"the end is missing":        {"recover --keep-map MAP DIR/short", 1, "differs at byte 20: it ends there"},
		"more was added":            {"recover --keep-map MAP DIR/long", 1, "differs at byte "},
		"another store":             {"recover --keep-map MAP --store OUTPUT OUTPUT", 1, "output is not what the keep-map says: it differs at byte"},
		"no map":                    {"recover OUTPUT", 2, "recover wants --keep-map FILE"},
		"no such map":               {"recover --keep-map DIR/none OUTPUT", 2, "none: no such file"},
		"no such store":             {"recover --keep-map MAP --store DIR/none OUTPUT", 2, "none: no such file"},
		"no such output":            {"recover --keep-map MAP DIR/none", 2, "none: no such file"},
		"half a map":                {"recover --keep-map DIR/half.json OUTPUT", 2, "half.json: read keep-map: unexpected end of JSON input"},
		"a map of the future":       {"recover --keep-map DIR/two.json OUTPUT", 2, "version is 2; want 1"},
		"a map that claims all":     {"locate --keep-map DIR/huge.json a", 2, "huge.json: read keep-map: "},
		"a text for a map":          {"locate --keep-map ORIGINAL a", 2, "original: read keep-map: invalid character 'T'"},
		"a folder for a map":        {"locate --keep-map DIR a", 2, "is a directory"},
		"no quotation":              {"locate --keep-map MAP", 2, "locate wants one quotation, and got 0"},
		"two quotations":            {"locate --keep-map MAP a b", 2, "locate wants one quotation, and got 2"},
		"an unknown format":         {"locate --keep-map MAP --format xml a", 2, `format is "xml"; want text or json`},
		"a quotation of nothing":    {"locate --keep-map MAP --", 2, "locate wants one quotation"},
		"a quotation that is not":   {"locate --keep-map MAP zzyzx", 1, `"zzyzx" is neither in the shortened text nor in the original`},
		"a map over the text":       {"compress --keep-map ORIGINAL ORIGINAL", 2, "which is the text"},
		"a map of many":             {"compress --jsonl --keep-map MAP ORIGINAL", 2, "keep-map is of one text; jsonl has many"},
		"a map that has no place":   {"compress --keep-map DIR/no/map.json ORIGINAL", 1, "no such file"},
		"a map that names no file ": {"compress --keep-map= ORIGINAL", 2, "keep-map is empty; want a file"},
	} {
		t.Run(name, func(t *testing.T) {
			before := listing(t, dir)
			code, stdout, stderr := ran(strings.Fields(replace.Replace(c.args))...)
			if code != c.code || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.says) {
				t.Errorf("exit %d, %q, %q; want %d, %q", code, stdout, stderr, c.code, c.says)
			}
			if after := listing(t, dir); len(after) != len(before) {
				t.Errorf("left behind %q", after)
			}
		})
	}
	if data, err := os.ReadFile(original); err != nil || string(data) != note {
		t.Errorf("the text is %q, %v", data, err)
	}
}

func TestLocateFindsAQuotationInTheOriginal(t *testing.T) {
	_, output, keepMap := mapped(t, note, "--rate", "0.5")
	text, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := ran("locate", "--keep-map", keepMap, "--format", "json", strings.ToUpper(string(text[:40])))
	var answer struct {
		Matches []struct {
			Start, End   int
			In, Likeness string
			Text         string
			Pieces       [][2]int
		}
	}
	if err := json.Unmarshal([]byte(stdout), &answer); err != nil || code != 0 || stderr != "" || len(answer.Matches) != 1 {
		t.Fatalf("exit %d, %q, %q, %v", code, stdout, stderr, err)
	}
	m, pieces := answer.Matches[0], ""
	for _, p := range m.Pieces {
		pieces += note[p[0]:p[1]]
	}
	if m.In != "compressed" || m.Likeness != "folded" || m.Text != note[m.Start:m.End] || strings.TrimSpace(pieces) != strings.TrimSpace(string(text[:40])) {
		t.Errorf("%+v, %q", m, pieces)
	}
	code, stdout, _ = ran("locate", "--keep-map", keepMap, "so it seems, and no\ninvoice")
	if code != 0 || !strings.Contains(stdout, "in the original only, exactly") && !strings.Contains(stdout, "in the shortened text") {
		t.Errorf("exit %d, %q", code, stdout)
	}
}
