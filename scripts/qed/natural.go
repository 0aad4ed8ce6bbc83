package main

import (
	"regexp"
	"strings"
)

var (
	clitics = set("n't 's 're 've 'll 'd 'm 'S 'RE 'VE 'LL 'D 'M N'T n’t ’s ’re ’ve ’ll ’d ’m")
	tight   = set(", . ; : ? ! ) ] } % ’ ” ...") // stand close to what is before
	opening = set("( [ { $ # “ ‘ £ €")           // and to what is behind
	bracket = map[string]string{"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
)

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

// repairs are what single tokens do not tell.
var repairs = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`\b(\d+) (st|nd|rd|th)\b`), "${1}${2}"},
	{regexp.MustCompile(`([\pL\pN_])' (\d\ds?\b)`), "${1} '${2}"}, // winter of '45
	{regexp.MustCompile(`([.!?,"]) \)`), "${1})"},
	{regexp.MustCompile(`''"|''`), `"`},
	{regexp.MustCompile(`\b([Gg])on na\b`), "${1}onna"},
	{regexp.MustCompile(`\b([Ww])an na\b`), "${1}anna"},
	{regexp.MustCompile(`\b([Gg])ot ta\b`), "${1}otta"},
	{regexp.MustCompile(`\b([Cc])an not\b`), "${1}annot"},
	{regexp.MustCompile(`\b([LlGg])(em|im) me\b`), "${1}${2}me"},
}

// parted is a hyphen between words, each of which may stand in two such pairs.
var parted = regexp.MustCompile(`([\pL\pN_]) - ([\pL\pN_])`)

// natural puts text together that Penn's rules took apart, and words at hyphens, as the project's own questions were.
func natural(text string) string {
	var out strings.Builder
	var q quotes
	close := true
	last := ""
	for _, t := range strings.Fields(text) {
		if is, ok := bracket[t]; ok {
			t = is
		}
		t, left, right := q.place(t, last)
		if !close && !left {
			out.WriteByte(' ')
		}
		out.WriteString(t)
		last, close = t, right
	}
	whole := out.String()
	for _, r := range repairs {
		whole = r.pattern.ReplaceAllString(whole, r.with)
	}
	for before := ""; before != whole; {
		before, whole = whole, parted.ReplaceAllString(whole, "${1}-${2}")
	}
	return whole
}

// quotes knows which quotation marks are open.
type quotes struct{ double, single bool }

// place says how a token is written, and whether it stands close to the one before and the one behind.
func (q *quotes) place(t, last string) (written string, left, right bool) {
	switch t {
	case "``":
		q.double = true
		return `"`, false, true
	case "''":
		q.double = false
		return `"`, true, false
	case `"`:
		q.double = !q.double
		return t, !q.double, q.double
	case "`":
		q.single = true
		return "'", false, true
	case "'":
		opens := !q.single && last != "" && !strings.ContainsAny(last[len(last)-1:], "0123456789,.!?") && !letter(last[len(last)-1])
		q.single = opens
		return t, !opens, opens
	case "/":
		return t, true, true
	}
	if clitics[t] {
		return t, true, false
	}
	return t, tight[t], opening[t]
}

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
