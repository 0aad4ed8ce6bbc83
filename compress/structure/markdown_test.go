package structure_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extensions "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"pgregory.net/rapid"

	"github.com/project-sputnik/sputnik/compress/structure"
)

// outline is the blocks of Markdown in order, with what of them has to stay.
func outline(source []byte) (kinds string) {
	defer func() {
		if p := recover(); p != nil {
			kinds = fmt.Sprint(p)
		}
	}()
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	var out strings.Builder
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || n.Type() == ast.TypeInline {
			return ast.WalkContinue, nil
		}
		fmt.Fprintf(&out, "%s ", n.Kind())
		switch n := n.(type) {
		case *ast.Heading:
			fmt.Fprintf(&out, "%d ", n.Level)
		case *ast.List:
			fmt.Fprintf(&out, "%c%d ", n.Marker, n.Start)
		case *ast.FencedCodeBlock, *ast.CodeBlock, *ast.HTMLBlock:
			fmt.Fprintf(&out, "%q ", n.Lines().Value(source))
		case *extensions.Table:
			fmt.Fprintf(&out, "%v ", n.Alignments)
		}
		return ast.WalkContinue, nil
	})
	return strings.ReplaceAll(out.String(), "\\r", "")
}

// links are the addresses of Markdown.
func links(source []byte) map[string]bool {
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	out := map[string]bool{}
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Link:
			out[string(n.Destination)] = true
		case *ast.Image:
			out[string(n.Destination)] = true
		}
		return ast.WalkContinue, nil
	})
	return out
}

func TestOfMarkdownTheFirstChunkOfEveryBlockStays(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a heading":             {"# One two *three four*\n", " two| *three four*"},
		"an underlined heading": {"One two.\n===\n", " two|."},
		"a list":                {"1. one two\n   three\n2. four\n", " two|\n   three"},
		"a quotation":           {"> one two\n> three\n", " two|\n> three"},
		"links and code":        {"See [the long one](http://x.y/z w), `a b` and ![a b](c).\n", " [the long one](http://x.y/z w)|,| `a b`| and| ![a b](c)|."},
		"a fence":               {"One two\n\n```sh\nthree four five # six\n```\n", " two"},
		"a table":               {"| one two | three |\n|---|---|\n| one two three four five six | seven eight |\n", " two| three| four| five| six"},
		"no first mark alone":   {"In the year of\n1986. That was\n- it\n", " the| year| of|\n1986. That| was"},
		"no definition":         {"[a]: b c d e f g\n\n[c]: d\n", ""},
		"front matter":          {"---\none: two three four\n---\n\n# Five six\n", " six"},
		"HTML":                  {"<div>\none two three\n</div>\n", ""},
		"no spaces":             {"東京の倉庫\n", "京|の|倉|庫"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := structure.Parse([]byte(c.text), structure.Markdown, words)
			tiles(t, []byte(c.text), l)
			if got := loose(c.text, l); got != c.want || err != nil {
				t.Errorf("%q, %v\nwant %q", got, err, c.want)
			}
		})
	}
}

func sameOutline(t interface{ Fatalf(string, ...any) }, source []byte, stays float64, seed uint64) {
	l, err := structure.Parse(source, structure.Markdown, words)
	if l.Kind == structure.Prose || err != nil {
		return // white space, or goldmark panics
	}
	after := thinned(source, l, stays, rand.New(rand.NewPCG(seed, 0)))
	if a, b := outline(source), outline(after); a != b {
		t.Fatalf("%q\nbecame %q\nblocks %s\nnow    %s", source, after, a, b)
	}
}

func TestGeneratedMarkdownKeepsItsBlocks(t *testing.T) {
	part := rapid.SampledFrom([]string{"one", " two", " three", "\n", "\n\n", " ", "# ", "## ", "- ", "* ", "+ ", "1. ", "2) ", "1986. ", "> ", "```", "~~~\n", "---", "===", "|", " | ", "|---|---|\n",
		"    ", "\t", "**", "*", "_", "`", "[a](b)", "[", "]", "](", ")", "]: ", "<div>", "<b>", "</b>", "<a href=\"x y\">", "<!--", "-->", "\\", "&amp;", "é", "東京", ".", ",", ":", "!", "-", "=", "\r\n", "~"})
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Join(rapid.SliceOfN(part, 0, 40).Draw(t, "parts"), "")
		sameOutline(t, []byte(source), rapid.Float64Range(0, 1).Draw(t, "stays"), rapid.Uint64().Draw(t, "seed"))
	})
}

func TestPublicPromptsKeepTheirBlocksAsMarkdown(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/data/prompts/[0-9]*")
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(4) {
			sameOutline(t, source, 0.2*float64(seed), seed)
		}
		l, _ := structure.Parse(source, structure.Markdown, words)
		known := links(source)
		for each := range links(thinned(source, l, 0.5, rand.New(rand.NewPCG(1, 1)))) {
			if filepath.Ext(file) == ".md" && !known[each] {
				t.Errorf("%s: a link to %q", file, each)
			}
		}
	}
}
