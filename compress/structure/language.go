package structure

import (
	"bytes"
	"unicode"
)

// language is what a lexer has to know to tell comments and strings from the rest.
type language struct {
	name       string
	tells      []string // how lines begin that are hardly of another language
	line       string   // begins a comment that ends with its line
	block      bool     // has comments between /* and */
	nested     bool     // which nest
	quotes     string   // characters around strings
	multiline  string   // those of them whose strings may go on on the next line
	doubled    bool     // a quote in a string is written twice, and a \ is only a \
	regexps    bool     // JavaScript's /.../ and `...${}`
	lifetimes  bool     // Rust's 'a, and r#"..."#
	raw        bool     // R"x(...)x" of C++
	dollars    bool     // $$...$$ of SQL
	triple     bool     // """...""" and '''...'''
	shell      bool     // comments on lines of their own only, and here-documents
	directives []string // how comments begin that are for tools
}

var languages = []language{
	{name: "Go", tells: []string{"package ", "func ", "import (", "type ", "var ", "defer ", "if err != nil", "const (", "go "}, line: "//", block: true,
		directives: []string{"go:", "nolint", "+build", "line ", "export ", "lint:", "revive:", "Output:", "Unordered output:", "Code generated", "#cgo"}},
	{name: "Python", tells: []string{"def ", "class ", "import ", "from __future__", "from ", "elif ", "if __name__", "self.", "@", "return ", "async def ", "raise ", "with ", "except", "try:"},
		line: "#", quotes: `"'`, triple: true,
		directives: []string{"!", "type:", "noqa", "pylint:", "-*-", "fmt:", "mypy:", "pragma:", "ruff:", "isort:", "flake8:", "nosec", "pyright:", "%%"}},
	{name: "C or C++", tells: []string{"#include", "#define", "#if", "#endif", "namespace ", "template", "int main", "void ", "struct ", "typedef ", "static ", "public:", "private:", "using ", "std::", "auto ", "class ", "unsigned "},
		line: "//", block: true, quotes: `"'`, raw: true, directives: []string{"NOLINT", "clang-format", "IWYU pragma", "GCOV_", "LCOV_", "coverity"}},
	{name: "Java", tells: []string{"import java", "public ", "private ", "protected ", "@Override", "final ", "class ", "package com", "package org"},
		line: "//", block: true, quotes: `"'`, triple: true, directives: []string{"CHECKSTYLE", "NOSONAR", "noinspection", "@formatter"}},
	{name: "JavaScript or TypeScript", tells: []string{"const ", "let ", "function ", "export ", "import {", "async ", "interface ", "var ", "import React", "await ", "module.exports", "});"},
		line: "//", block: true, quotes: `"'`, regexps: true,
		directives: []string{"eslint", "@ts-", "prettier-", "global ", "globals ", "jshint", "istanbul", "c8 ", "/ <", "# source", "@jsx", "@flow", "webpack", "@vite", "@__PURE__", "#__PURE__", "tslint"}},
	{name: "Rust", tells: []string{"fn ", "let mut ", "use ", "pub ", "impl", "#[", "match ", "mod ", "let ", "Some(", "Ok("},
		line: "//", block: true, nested: true, quotes: `"`, multiline: `"`, lifetimes: true, directives: []string{"rustfmt::", "@generated"}},
	{name: "SQL", tells: []string{"SELECT", "CREATE ", "INSERT ", "UPDATE ", "DELETE ", "FROM ", "WHERE ", "JOIN ", "LEFT JOIN", "GROUP ", "ORDER ", "ALTER ", "AND ", "PRIMARY KEY", "HAVING", "WITH ", "DROP ", "BEGIN", "COMMIT"},
		line: "--", block: true, quotes: `"'`, multiline: `"'`, doubled: true, dollars: true, directives: []string{"+", "!", "name:"}},
	{name: "shell", tells: []string{"#!", "fi", "done", "then", "echo ", "esac", "if [", "do", "local ", "set -", "export ", "cd ", "for "},
		line: "#", quotes: `"'`, multiline: `"'`, shell: true, directives: []string{"!", "shellcheck"}},
}

// fewestTells is the number of lines from which on a text is taken for code of a language.
const fewestTells = 3

// guess returns the language of a text, nil if it is of none that is known.
func guess(text []byte) *language {
	var best *language
	most := fewestTells - 1
	for i := range languages {
		n := 0
		for line := range bytes.Lines(text) {
			if languages[i].told(bytes.TrimSpace(line)) {
				n++
			}
		}
		if n > most {
			best, most = &languages[i], n
		}
	}
	return best
}

func (l *language) told(line []byte) bool {
	for _, each := range l.tells {
		begins := bytes.HasPrefix(line, []byte(each))
		if l.dollars && len(line) >= len(each) { // SQL is written in either case
			begins = bytes.EqualFold(line[:len(each)], []byte(each))
		}
		if begins && (unicode.IsPunct(rune(each[len(each)-1])) || each[len(each)-1] == ' ' || len(line) == len(each) || !isLetter(line[len(each)])) {
			return true
		}
	}
	return false
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80 }

// isDirective says whether a comment, given without its marks, is meant for a tool.
func (l *language) isDirective(comment []byte) bool {
	comment = bytes.TrimLeft(comment, " \t")
	for _, each := range l.directives {
		if bytes.HasPrefix(comment, []byte(each)) {
			return true
		}
	}
	return false
}
