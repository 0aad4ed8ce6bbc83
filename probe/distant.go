package probe

import "strings"

const (
	distance     = 64 // words between a text and what is asked for of the text behind it
	distantWords = 48 // of a target
)

// Distant asks for what stands behind a text, from a sentence at least 64 words after its end on: what comes right behind
// is told by the text's last words, and keeping those is no compression. A text with too little behind it has no probe.
func Distant(id, text, behind string) Task {
	task := Task{ID: id, Text: text}
	words := Words(behind)
	if len(words) <= distance {
		return task
	}
	for _, s := range Sentences(behind) {
		if s.Start < words[distance].Start {
			continue
		}
		rest := behind[s.Start:]
		if ends := Words(rest); len(ends) > distantWords {
			rest = rest[:ends[distantWords-1].End]
		}
		if target := strings.Join(strings.Fields(rest), " "); target != "" {
			task.Probes = []Probe{{Kind: KindDistant, Target: target}}
		}
		break
	}
	return task
}

// Rebuild asks for the text itself, so that what was dropped has to be found again.
func Rebuild(id, text string) Task {
	return Task{ID: id, Text: text, Probes: []Probe{{Kind: KindRebuild, Target: text}}}
}
