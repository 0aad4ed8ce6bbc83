// Package structure knows which bytes of a text with a syntax have to stay.
//
// Parse lays a text out in pieces that tile it. Some are fixed: keys, marks, numbers, short strings. The others are
// words of free text, and any choice of them may be dropped: what is left is of the same kind, with the same parts.
//
// What may go, and what the rest is then:
//
//   - JSON, also in lines: words of string values of six words or more. The same keys, types, numbers and lengths of
//     arrays come out; escapes stay whole, and JSON inside of a string stays JSON.
//   - Chat: words of what users, assistants and tools say, but not of the last message of the user. All else stays:
//     roles, order, calls of tools, what the system says, and every field but the content.
//   - Markdown: the words of paragraphs, headings and cells of six chunks or more, but not the first of each. The same
//     blocks come out in the same order: headings, lists, quotations, tables, and fences with their code. A chunk is what
//     stands between white space, with the marks in it; a link, a picture or code is one.
//   - Code of Go, Python, C, C++, Java, JavaScript, TypeScript, Rust, SQL and shell: the words of comments, of Python's
//     documents, and of strings of eight plain words or more (of comments alone in SQL and shell). Whatever is for tools
//     stays: directives, and comments with a \ in them.
//
// Auto takes for JSON only a text that is nothing else, for Markdown one with two of headings (#), fences and tables, and
// for code one with no line of prose between the lines of code. Where no kind is sure, a text is prose, which has no
// pieces.
//
// encoding/json reads JSON, goldmark the blocks of Markdown, go/scanner Go; the lexer of the other languages knows
// comments and strings and no more. The words of free text are cut by whoever calls. Nothing here needs libtorch, and nothing is kept between calls.
package structure
