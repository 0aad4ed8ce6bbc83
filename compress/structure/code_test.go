package structure_test

import (
	"bytes"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/compress/structure"
)

// programs hold in turn what a lexer must not take for a comment. In each only the words UPPER and lower may go.
var programs = map[string]string{
	"Go": "package p\n\nimport \"fmt\"\n\n//go:embed x y z\nvar a = \"// no\" // UPPER lower\n\nfunc f() { fmt.Println('\"', `// no` /* UPPER */) }\n\ntype t int //nolint:x y\n// UPPER \\n stays\n" +
		"var s = \"lower lower lower lower lower lower lower lower\"\n",
	"cgo":    "package p\n\n// #include <x.h>\n// int f(void);\nimport \"C\"\n\nfunc f() {} // UPPER\nvar x = 1\n",
	"Python": "#!/usr/bin/python3\n# coding: utf-8\nimport os\nfrom a import b\n\ndef f(x):\n    \"\"\"UPPER\n    lower\n    \"\"\"\n    y = \"# no\" # UPPER\n    z = f('# no {x}') # type: ignore\n    return g(\n\"\"\"not a # comment\"\"\")\n\nclass C:\n    '''lower \"UPPER\" lower'''\n",
	"C++":    "#include <a>\n#define X 1 // UPPER\nint main() {\n  char c = '\"'; /* UPPER\n   * lower */\n  auto s = R\"x(// no )\" )x\"; // NOLINT no\n  int n = 1'000; // lower \n  return 0; // no \\\n  no\n}\n",
	"Java":   "package com.x;\nimport java.util.List;\n/** UPPER {@link x} */\npublic class A {\n  private String s = \"/* no */\"; // lower\n  public String t = \"\"\"\n  // no\n  \"\"\";\n}\n",
	"JS":     "const a = /[/]\\/\\/'/; // UPPER\nlet b = `// ${f(\"}\", `//`)} //`;\nfunction f(x) { return x / 2 / 3 } // lower\nexport default f; // eslint-disable-line no\n/// <reference no />\n",
	"Rust":   "use a::b;\nfn f<'a>(x: &'a str) -> char { '\"' } // UPPER\n/* no /* no */ no */\nlet s = r#\"// \" no\"#;\npub fn g() {} /// lower\nmod x;\n",
	"SQL":    "-- UPPER lower\nSELECT '-- it''s no', \"-- no\" FROM a /* lower */\nWHERE x = $f$ -- no $f$\nAND y = 1; --+ no\n",
	"shell":  "#!/bin/bash\n# UPPER lower\necho \"a # no\" '# no' ${x#no} $# # no\nif [ 1 ]; then\n  cat <<'EOF'\n# no\nEOF\nfi\necho done\n",
}

func TestOfCodeOnlyCommentsAndProseMayGo(t *testing.T) {
	for name, text := range programs {
		t.Run(name, func(t *testing.T) {
			l, err := structure.Parse([]byte(text), structure.Code, words)
			tiles(t, []byte(text), l)
			if err != nil || l.Loose() == 0 {
				t.Fatalf("%v, %d loose pieces", err, l.Loose())
			}
			for _, each := range strings.Split(loose(text, l), "|") {
				if word := strings.Trim(each, " \n\t*\""); word != "UPPER" && word != "lower" && word != "{@link" && word != "x}" {
					t.Errorf("%q may go: %s", each, loose(text, l))
				}
			}
		})
	}
}

func TestTextThatOnlyHoldsSomeCodeIsProse(t *testing.T) {
	for name, text := range map[string]string{
		"a question and code":   "Why does the following program not do what I want it to do\n\n" + programs["JS"],
		"a string that is open": "import a\nimport b\nimport c\nx = \"\n",
		"few lines":             "import a\n",
		"verses":                "for the wind\nfrom the sea\nwith salt\nreturn to me\nclass of old\n",
	} {
		if l, err := structure.Parse([]byte(text), structure.Auto, words); l.Kind != structure.Prose || err != nil {
			t.Errorf("%s: %s, %v", name, l.Kind, err)
		}
	}
	_, err := structure.Parse([]byte("import a\nimport b\nimport c\nx = \"\n"), structure.Code, words)
	if want := "line 4, column 5 is not code: a string never ends, in what looks like Python"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestPublicPromptsOfCodeStillCompile(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/data/prompts/*code*")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		l, err := structure.Parse(text, structure.Auto, words)
		if l.Kind != structure.Code || err != nil {
			t.Errorf("%s: %s, %v", file, l.Kind, err)
			continue
		}
		for seed := range uint64(5) {
			compiles(t, file, thinned(text, l, 0.25*float64(seed), rand.New(rand.NewPCG(seed, 0))))
		}
	}
}

func compiles(t *testing.T, file string, program []byte) {
	t.Helper()
	switch {
	case strings.Contains(file, "-go"):
		if _, err := parser.ParseFile(token.NewFileSet(), "", program, parser.ParseComments); err != nil {
			t.Errorf("%v in\n%s", err, program)
		}
	case strings.Contains(file, "-python"):
		path, err := exec.LookPath("python3")
		if err != nil {
			t.Log("no python3")
			return
		}
		command := exec.Command(path, "-c", "import sys; compile(sys.stdin.buffer.read(), 'x', 'exec')")
		command.Stdin = bytes.NewReader(program)
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("%v: %s in\n%s", err, out, program)
		}
	}
}

// The sources of this repository are programs enough.
func TestEverySourceOfThisRepositoryStillParses(t *testing.T) {
	files, _ := filepath.Glob("../../*/*.go")
	scripts, _ := filepath.Glob("../../scripts/*.py")
	for i, file := range append(files, scripts...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		l, err := structure.Parse(text, structure.Code, words)
		if err != nil {
			t.Logf("%s: %v", file, err) // doc.go has too few lines to tell by
			continue
		}
		tiles(t, text, l)
		name := "-go"
		if strings.HasSuffix(file, ".py") {
			name = "-python"
		}
		compiles(t, name, thinned(text, l, 0.3, rand.New(rand.NewPCG(uint64(i), 0))))
	}
}

func FuzzCode(f *testing.F) {
	for _, text := range programs {
		f.Add([]byte(text), uint64(1))
	}
	f.Fuzz(func(t *testing.T, text []byte, seed uint64) {
		l, err := structure.Parse(text, structure.Code, words)
		if err != nil || l.Kind != structure.Code {
			return
		}
		tiles(t, text, l)
		after := thinned(text, l, 0.5, rand.New(rand.NewPCG(seed, 0)))
		if _, err := parser.ParseFile(token.NewFileSet(), "", text, 0); err == nil {
			if _, err := parser.ParseFile(token.NewFileSet(), "", after, 0); err != nil {
				t.Fatalf("%q\nbecame %q: %v", text, after, err)
			}
		}
	})
}
