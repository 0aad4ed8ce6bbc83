package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// scored runs metrics over lines, and returns the lines that came out.
func scored(t *testing.T, lines string) (code int, answers []string, stderr string) {
	t.Helper()
	file := written(t, t.TempDir(), "lines.jsonl", []byte(lines))
	var out, errs bytes.Buffer
	code = run([]string{"sputnik", "metrics", "--jsonl", file}, &out, &errs)
	return code, strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n"), errs.String()
}

func TestMetricsScoresEveryLineInOrder(t *testing.T) {
	code, got, stderr := scored(t, `{"id":"a","candidate":"the cat","references":["a dog","The cat!"]}

{"id":{"n":10000000000000000001},"candidate":"","references":["a b","x"]}
{"references":["the"],"candidate":"a","other":1}`)
	want := []string{
		`{"id":"a","bleu":49.99999999999999,"chrf":48.9329694934229,"rouge1":1,"rouge2":1,"rougeL":1,"squad_em":1,"squad_f1":1}`,
		`{"id":{"n":10000000000000000001},"bleu":0,"chrf":0,"rouge1":0,"rouge2":0,"rougeL":0,"squad_em":0,"squad_f1":0}`,
		`{"id":null,"bleu":0,"chrf":0,"rouge1":0,"rouge2":0,"rougeL":0,"squad_em":1,"squad_f1":1}`}
	if diff := cmp.Diff(want, got); code != 0 || stderr != "" || diff != "" {
		t.Errorf("exit %d, %s (-want +got):\n%s", code, stderr, diff)
	}
}

// What the verb writes is what the references say, to the last digit, when it is read again.
func TestMetricsWritesTheGoldensNumbers(t *testing.T) {
	goldens, err := os.ReadFile(filepath.Join("..", "..", "eval", "metric", "testdata", "text-metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	pairs, _, _ := strings.Cut(string(goldens), `{"id": "corpus-`)
	code, answers, stderr := scored(t, pairs)
	if code != 0 {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	for i, line := range strings.Split(strings.TrimSuffix(pairs, "\n"), "\n") {
		var golden struct {
			BLEU    struct{ Score float64 }
			ChrF    float64
			Rouge   struct{ Rouge1, Rouge2, RougeL [3]float64 }
			SquadEM float64 `json:"squad_em"`
			SquadF1 float64 `json:"squad_f1"`
		}
		var got textScores
		if err := json.Unmarshal([]byte(line), &golden); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(answers[i]), &got); err != nil {
			t.Fatal(err)
		}
		want := textScores{golden.BLEU.Score, golden.ChrF, golden.Rouge.Rouge1[2], golden.Rouge.Rouge2[2], golden.Rouge.RougeL[2],
			golden.SquadEM, golden.SquadF1}
		if got != want {
			t.Errorf("line %d: got %+v, want %+v", i+1, got, want)
		}
	}
}

func TestMetricsAnswersABadLineByItsError(t *testing.T) {
	for name, c := range map[string]struct{ line, answer string }{
		"no JSON":                 {`nonsense`, `{"id":null,"error":"invalid character 'o' in literal null (expecting 'u')"}`},
		"a line cut short":        {`{"id":1,"candidate":"a"`, `{"id":null,"error":"unexpected end of JSON input"}`},
		"no object":               {`["a"]`, `{"id":null,"error":"it is a JSON array; want {\"id\",\"candidate\",\"references\"}"}`},
		"no candidate":            {`{"id":1,"references":["a"]}`, `{"id":1,"error":"it has no \"candidate\""}`},
		"no references":           {`{"id":[2],"candidate":"a"}`, `{"id":[2],"error":"it has no \"references\""}`},
		"an empty list":           {`{"id":1,"candidate":"a","references":[]}`, `{"id":1,"error":"it has no \"references\""}`},
		"a number":                {`{"candidate":7,"references":["a"],"id":1}`, `{"id":1,"error":"\"candidate\" has a number; want a string"}`},
		"one reference":           {`{"id":1,"candidate":"a","references":"a"}`, `{"id":1,"error":"\"references\" has a string; want a list of strings"}`},
		"a null in the list":      {`{"id":1,"candidate":"a","references":["a",null]}`, `{"id":1,"error":"\"references\" has a null; want a list of strings"}`},
		"a byte that is no UTF-8": {"{\"id\":\"\xff\",\"candidate\":\"a\",\"references\":[\"a\"]}", `{"id":null,"error":"it is not valid UTF-8"}`},
	} {
		t.Run(name, func(t *testing.T) {
			good := `{"id":0,"candidate":"","references":[""]}` + "\n"
			code, got, stderr := scored(t, good+c.line+"\n"+good)
			if code != 1 || len(got) != 3 || got[1] != c.answer {
				t.Errorf("exit %d, got %s, want %s", code, got, c.answer)
			}
			if !strings.HasPrefix(stderr, "line 2: ") || strings.Count(stderr, "\n") != 2 {
				t.Errorf("stderr: %s", stderr)
			}
		})
	}
}

func TestMetricsTakesALineOfManyMegabytes(t *testing.T) {
	text := strings.Repeat("x", 4<<20)
	code, got, stderr := scored(t, `{"id":1,"candidate":"`+text+`","references":["`+text+`"]}`)
	if code != 0 || !strings.HasPrefix(got[0], `{"id":1,"bleu":100.00000000000004,"chrf":100,"rouge1":1,`) {
		t.Errorf("exit %d, %s, %s", code, got[0], stderr)
	}
}

func TestMetricsSaysWhatIsWrongWithARequest(t *testing.T) {
	for name, c := range map[string]struct{ line, stderr string }{
		"no form":         {"metrics", `sputnik: metrics wants --jsonl, and lines {"id","candidate","references"}`},
		"an unknown flag": {"metrics --json", "sputnik: unknown flag --json (did you mean --jsonl?)"},
		"a missing file":  {"metrics --jsonl /nowhere/lines", "sputnik: open /nowhere/lines: no such file or directory"},
		"a folder":        {"metrics --jsonl /", "sputnik: read /: read /: is a directory"},
		"two files":       {"metrics --jsonl a b", `sputnik: metrics takes one file, and got "b" as well`},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(append([]string{"sputnik"}, strings.Fields(c.line)...), &stdout, &stderr)
			if code != 2 || stdout.Len() > 0 || strings.TrimSpace(stderr.String()) != c.stderr {
				t.Errorf("exit %d, %q, %q", code, stdout.String(), stderr.String())
			}
		})
	}
}
