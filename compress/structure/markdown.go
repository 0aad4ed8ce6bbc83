package structure

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extensions "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// blocks reads the blocks of Markdown, and tables; what stands inside of lines it leaves alone.
var blocks = parser.NewParser(
	parser.WithBlockParsers(parser.DefaultBlockParsers()...),
	parser.WithParagraphTransformers(append(parser.DefaultParagraphTransformers(),
		util.Prioritized(extension.NewTableParagraphTransformer(), 200))...),
)

// markdownSigns are what tells Markdown from prose: which of them a text has.
type markdownSigns struct{ heading, fence, table bool }

func (s markdownSigns) sure() bool {
	return s.heading && (s.fence || s.table) || s.fence && s.table
}

// parseMarkdown lays out Markdown. Of every paragraph, heading and long cell the first chunk stays, and with it the
// block; the rest may go chunk by chunk. All that is not text is fixed.
func parseMarkdown(source []byte, words Words) (layout Layout, signs markdownSigns, err error) {
	defer func() {
		if p := recover(); p != nil { // goldmark 1.8 does, rarely: a fence in a list behind a quotation and a tab
			layout, signs, err = Layout{}, markdownSigns{}, wrong(Markdown, source, 0, fmt.Sprintf("the parser of it gave up: %v", p))
		}
	}()
	b := &builder{text: source}
	front := frontMatter(source)
	root := blocks.Parse(text.NewReader(source))
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the visitor never fails
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case ast.KindHeading:
			lines := n.Lines()
			signs.heading = signs.heading || lines.Len() > 0 && isATX(source, lines.At(0).Start)
		case ast.KindFencedCodeBlock:
			signs.fence = true
		case extensions.KindTable:
			signs.table = true
		case ast.KindParagraph, ast.KindTextBlock, extensions.KindTableCell:
		default:
			return ast.WalkContinue, nil
		}
		if lines := n.Lines(); n.Type() == ast.TypeBlock && lines != nil && lines.Len() > 0 && lines.At(0).Start >= max(front, b.at) &&
			n.Kind() != ast.KindFencedCodeBlock && n.Kind() != extensions.KindTable {
			addBlock(b, lines, n.Kind() == extensions.KindTableCell, words)
		}
		return ast.WalkContinue, nil
	})
	return b.done(Markdown), signs, nil
}

// isATX says whether the heading whose text begins at an offset has a # in front of it.
func isATX(source []byte, at int) bool {
	before := bytes.TrimRight(source[:at], " \t")
	return bytes.HasSuffix(before, []byte("#"))
}

// frontMatter is the end of the YAML that a text begins with, or 0.
func frontMatter(source []byte) int {
	const fence = "---\n"
	if !bytes.HasPrefix(source, []byte(fence)) {
		return 0
	}
	end := bytes.Index(source, []byte("\n"+fence))
	if end < 0 {
		return 0
	}
	return end + 1 + len(fence)
}

// addBlock adds the text of a paragraph, heading or cell.
func addBlock(b *builder, lines *text.Segments, cell bool, words Words) {
	c := chunker{words: words}
	for i := range lines.Len() {
		line := lines.At(i)
		if turns(bytes.TrimSpace(b.text[line.Start:line.Stop])) {
			return
		}
		for at := line.Start; at < line.Stop; at++ {
			c.text, c.from = append(c.text, b.text[at]), append(c.from, int32(at))
		}
	}
	if bytes.HasPrefix(c.text, []byte("[")) && bytes.Contains(c.text, []byte("]:")) {
		return // without some of its words it might become the definition of a link
	}
	chunks := c.chunks()
	if cell && len(chunks) < fewestWords {
		return
	}
	for i, each := range chunks {
		end := int(c.from[each.End-1]) + 1
		if i == 0 {
			b.fix(end)
			continue
		}
		each.Start, each.End = int32(b.at), int32(end)
		b.add(each)
	}
}

// turns says whether a line could come to part the head of a table from its rows, to underline a heading, or, with fewer
// backquotes after it, to open a fence.
func turns(line []byte) bool {
	return bytes.HasPrefix(line, []byte("```")) || len(line) > 0 && len(bytes.Trim(line, "|:- \t=")) == 0
}
