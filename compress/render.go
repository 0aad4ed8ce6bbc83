package compress

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"strings"
)

const pageHead = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sputnik: what was kept</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 72ch; margin: 2rem auto; padding: 0 1rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
del { opacity: .45; }
mark { background: none; color: inherit; border-bottom: 2px solid #2a7; }
</style></head><body>
`

// HTML writes a page that shows original with what was dropped struck through and what was protected underlined.
func (r Result) HTML(w io.Writer, original []byte) error {
	var out bytes.Buffer
	out.WriteString(pageHead)
	fmt.Fprintf(&out, "<p>%s</p>\n", html.EscapeString(r.Summary()))
	for _, warning := range r.Warnings {
		fmt.Fprintf(&out, "<p role=\"alert\">%s</p>\n", html.EscapeString(warning))
	}
	out.WriteString(`<div class="text">`)
	r.eachRun(original, func(run []byte, kept, protected bool) {
		text := html.EscapeString(strings.ToValidUTF8(string(run), "\ufffd"))
		text = strings.ReplaceAll(text, "\x00", "\ufffd")
		switch {
		case !kept:
			text = "<del>" + text + "</del>"
		case protected:
			text = "<mark>" + text + "</mark>"
		}
		out.WriteString(text)
	})
	out.WriteString("</div>\n</body></html>\n")
	_, err := w.Write(out.Bytes())
	return err
}

// Markdown writes original with what was dropped struck through (GitHub's ~~) and what was protected in bold.
func (r Result) Markdown(w io.Writer, original []byte) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\n\n", escapeMarkdown(r.Summary()))
	for _, warning := range r.Warnings {
		fmt.Fprintf(&out, "> %s\n\n", escapeMarkdown(warning))
	}
	r.eachRun(original, func(run []byte, kept, protected bool) {
		text := strings.ToValidUTF8(string(run), "\ufffd")
		switch {
		case !kept:
			text = emphasise(text, "~~")
		case protected:
			text = emphasise(text, "**")
		default:
			text = strings.ReplaceAll(escapeMarkdown(text), "\n", "\\\n")
		}
		out.WriteString(text)
	})
	out.WriteByte('\n')
	_, err := w.Write(out.Bytes())
	return err
}

// Summary is the result's figures in one line.
func (r Result) Summary() string {
	return fmt.Sprintf("%d of %d tokens kept (rate %.3f, target %d) by %s of %s, counted by %s",
		r.CompressedTokens, r.OriginalTokens, r.Rate, r.TargetTokens, r.Scorer, r.Model, r.Tokenizer)
}

// eachRun walks through original in runs that are kept or dropped, protected or not.
func (r Result) eachRun(original []byte, visit func(run []byte, kept, protected bool)) {
	kept, protected := r.Kept, r.Protected
	for at := 0; at < len(original); {
		inKept, endKept := next(&kept, at, len(original))
		inProtected, endProtected := next(&protected, at, len(original))
		end := min(endKept, endProtected)
		visit(original[at:end], inKept, inProtected)
		at = end
	}
}

// next says whether at lies in the first of spans, and where that changes.
func next(spans *[]Span, at, n int) (inside bool, end int) {
	for len(*spans) > 0 && (*spans)[0][1] <= at {
		*spans = (*spans)[1:]
	}
	switch {
	case len(*spans) == 0:
		return false, n
	case (*spans)[0][0] <= at:
		return true, (*spans)[0][1]
	}
	return false, (*spans)[0][0]
}

// emphasise puts a mark around the text of every line, inside of the white space there.
func emphasise(text, mark string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		core := strings.TrimSpace(line)
		if core == "" {
			continue
		}
		at := strings.Index(line, core)
		lines[i] = line[:at] + mark + escapeMarkdown(core) + mark + line[at+len(core):]
	}
	return strings.Join(lines, "\\\n")
}

var markdownEscapes = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "~", `\~`, "#", `\#`, "<", `\<`,
	">", `\>`, "[", `\[`, "]", `\]`, "|", `\|`, "&", `\&`, "-", `\-`, "+", `\+`, "!", `\!`)

func escapeMarkdown(text string) string { return markdownEscapes.Replace(text) }
