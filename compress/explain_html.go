package compress

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
)

// explainHead loads nothing from anywhere, and says so to the browser. Colours have a second set for dark pages.
const explainHead = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Sputnik: what was kept and why</title>
<style>
:root { color-scheme: light dark; --page: #fff; --ink: #1b1f24; --soft: #57606a; --heat: 30, 120, 200; --guard: #0a7d4f; --ring: #b3261e; --panel: #f3f5f7; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171a; --ink: #e8eaed; --soft: #a3abb4; --heat: 80, 160, 240; --guard: #4cc38a; --ring: #ffb4a9; --panel: #22272c; }
}
body { font: 1rem/1.7 system-ui, sans-serif; max-width: 76ch; margin: 2rem auto 9rem; padding: 0 1rem; background: var(--page); color: var(--ink); }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
.u { border-radius: 3px; background: rgba(var(--heat), calc(var(--s, 0) * .045)); }
.d { color: var(--soft); text-decoration: line-through; }
.p { text-decoration: underline 2px var(--guard); text-underline-offset: .2em; }
.h { text-decoration: underline dotted 2px var(--soft); text-underline-offset: .2em; }
.u:hover { outline: 1px solid var(--soft); }
.u:focus { outline: 3px solid var(--ring); outline-offset: 1px; }
#why { position: fixed; inset: auto 0 0 0; margin: 0; padding: .6rem 1rem; background: var(--panel); border-top: 1px solid var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; min-height: 3.4em; max-height: 30vh; overflow: auto; }
kbd { border: 1px solid var(--soft); border-radius: 3px; padding: 0 .3em; }
</style></head><body>
<h1>What was kept, and why</h1>
`

const explainLegend = `<p><span class="u" style="--s:5">kept</span> by its score, <span class="u p">protected</span>, <span class="u h">kept with
another word</span>, <span class="u d">dropped</span>; the deeper the ground, the higher the score ranks. A word tells its score, its
unit and its reason when it is pointed at, or reached by <kbd>Tab</kbd> and the arrow keys.</p>
`

// explainTail moves the focus by arrow keys, so that Tab passes the text in one step, and has the last line say what is
// under the focus or the pointer.
const explainTail = `</div>
<p id="why" role="status" aria-live="polite">Point at a word, or press Tab and the arrow keys.</p>
<script>
const words = [...document.querySelectorAll("#text .u")], why = document.getElementById("why");
words.forEach((w, i) => { w.tabIndex = i ? -1 : 0; });
const tell = w => { why.textContent = w.title; };
const go = (from, to) => { if (to) { from.tabIndex = -1; to.tabIndex = 0; to.focus(); } };
const line = (from, step) => {
  const at = words.indexOf(from), top = from.offsetTop;
  let best = null, row = null;
  for (let i = at + step; i >= 0 && i < words.length; i += step) {
    const w = words[i];
    if (w.offsetTop === top) continue;
    if (row !== null && w.offsetTop !== row) break;
    row = w.offsetTop;
    if (!best || Math.abs(w.offsetLeft - from.offsetLeft) < Math.abs(best.offsetLeft - from.offsetLeft)) best = w;
  }
  return best;
};
const text = document.getElementById("text");
text.addEventListener("focusin", e => { if (e.target.title) tell(e.target); });
text.addEventListener("mouseover", e => { if (e.target.title) tell(e.target); });
text.addEventListener("keydown", e => {
  const w = e.target, at = words.indexOf(w);
  if (at < 0 || e.ctrlKey || e.metaKey || e.altKey) return;
  const to = { ArrowRight: words[at + 1], ArrowLeft: words[at - 1], Home: words[0], End: words[words.length - 1] }[e.key]
    || (e.key === "ArrowDown" ? line(w, 1) : e.key === "ArrowUp" ? line(w, -1) : null);
  if (to) { e.preventDefault(); go(w, to); }
});
</script>
</body></html>
`

// HTML writes one page that needs no other file: the original with what was dropped struck through and what was protected
// underlined, and for each unit its score, rank and reasons and its tokens, by pointer and by keyboard.
func (e Explanation) HTML(w io.Writer, original []byte) error {
	var out bytes.Buffer
	out.WriteString(explainHead)
	fmt.Fprintf(&out, "<p>%s</p>\n", html.EscapeString(e.Summary()))
	for _, warning := range e.Warnings {
		fmt.Fprintf(&out, "<p role=\"alert\">%s</p>\n", html.EscapeString(warning))
	}
	out.WriteString(explainLegend)
	out.WriteString(`<div class="text" id="text" role="group" aria-label="the text, word by word">`)
	tokens, ranked := e.Tokens, e.Ranked()
	for i, u := range e.Units {
		n := 0
		for n < len(tokens) && tokens[n].Unit == i {
			n++
		}
		details := u.Describe(ranked) + "\ntokens: " + tokenScores(tokens[:n], original)
		element := "span"
		if !u.Kept {
			element = "del"
		}
		fmt.Fprintf(&out, `<%s class="u%s" style="--s:%d" tabindex="0" aria-describedby="why" title="%s">%s</%s>`, element, u.fate(),
			u.tenth(ranked), html.EscapeString(details), html.EscapeString(readable(original[u.Span[0]:u.Span[1]])), element)
		tokens = tokens[n:]
	}
	out.WriteString(explainTail)
	_, err := w.Write(out.Bytes())
	return err
}

// Ranked is how many units were in the order of scores.
func (e Explanation) Ranked() int {
	most := 0
	for _, u := range e.Units {
		most = max(most, u.Rank)
	}
	return most
}

// Describe says in one line what became of a unit, of which so many were ranked, and why.
func (u ExplainedUnit) Describe(ranked int) string {
	fate := "dropped"
	if u.Kept {
		fate = "kept"
	}
	place := ""
	if u.Rank > 0 {
		place = fmt.Sprintf(", rank %d of %d", u.Rank, ranked)
	}
	return fmt.Sprintf("bytes %d-%d %s by %s; score %.3g%s", u.Span[0], u.Span[1], fate, joined(u.Why), u.Score, place)
}

func joined(reasons []Why) string {
	words := make([]string, len(reasons))
	for i, each := range reasons {
		words[i] = string(each)
	}
	return strings.Join(words, ", ")
}

// fate is the class of a unit in the page.
func (u ExplainedUnit) fate() string {
	switch {
	case !u.Kept:
		return " d"
	case u.Protected():
		return " p"
	case !slices.Contains(u.Why, ByScore):
		return " h"
	}
	return ""
}

// tenth is 10 for the units that rank highest, 0 for the lowest.
func (u ExplainedUnit) tenth(ranked int) int {
	if u.Rank == 0 {
		return 0
	}
	return 10 - 10*u.Rank/(ranked+1)
}

// tokenScores lists tokens with their scores, as many as a reader can take in.
func tokenScores(tokens []ExplainedToken, original []byte) string {
	var out []string
	for i, t := range tokens {
		if i == 24 {
			return strings.Join(out, "  ") + fmt.Sprintf("  and %d more", len(tokens)-i)
		}
		out = append(out, fmt.Sprintf("%q %.3g", readable(original[t.Span[0]:t.Span[1]]), t.Score))
	}
	return strings.Join(out, "  ")
}

// readable has a sign in the place of what is no text.
func readable(text []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(text), "\ufffd"), "\x00", "\ufffd")
}
