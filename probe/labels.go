package probe

import "strings"

// A Label says how much a span of a text is worth keeping.
type Label struct {
	Span
	Worth float64
}

// Labels are what a supervised start learns from: the answers in the task's text are worth 1, the words of its
// prompts that carry content .5, everything else nothing and is not listed. Labels may overlap; the highest counts.
func Labels(task Task) []Label {
	var out []Label
	asked := map[string]bool{}
	for _, p := range task.Probes {
		for _, s := range occurrences(task.Text, p.Target) {
			out = append(out, Label{s, 1})
		}
		for _, w := range Words(p.Prompt) {
			if word := w.of(p.Prompt); content(word) {
				asked[strings.ToLower(word)] = true
			}
		}
	}
	for _, w := range Words(task.Text) {
		if asked[strings.ToLower(w.of(task.Text))] {
			out = append(out, Label{w, 0.5})
		}
	}
	return out
}

// occurrences finds every place of a target in a text that does not cut a word.
func occurrences(text, target string) []Span {
	var out []Span
	if target == "" {
		return nil
	}
	for at := 0; ; {
		i := strings.Index(text[at:], target)
		if i < 0 {
			return out
		}
		s := Span{at + i, at + i + len(target)}
		if whole(text, s) {
			out = append(out, s)
		}
		at = s.End
	}
}

// whole is true if no letter or digit goes on across an end of the span.
func whole(text string, s Span) bool {
	wordByte := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z')
	}
	return !(wordByte(s.Start-1) && wordByte(s.Start)) && !(wordByte(s.End-1) && wordByte(s.End))
}
