package task

import (
	"context"
	"fmt"
	"strings"

	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/probe"
)

const (
	passageBytes  = 1200 // a plain document is cut into passages of about this length, at the ends of sentences
	passageProbes = 4    // asked of a passage
	afterBytes    = 400  // of what follows a passage is remembered, up to the end of a word
)

// text cuts the documents of a corpus into passages and asks for what is salient in them.
func text(ctx context.Context, path string, seed int64) ([]probe.Task, []string, error) {
	var tasks []probe.Task
	err := corpus.Read(ctx, path, func(d corpus.Document) error {
		for i, p := range passages(d.Text) {
			task := probe.Cloze(fmt.Sprintf("%s#%d", d.ID, i), d.Text[p.Start:p.End], passageProbes, seed)
			task.After = opening(strings.TrimSpace(d.Text[p.End:]))
			if len(task.Probes) > 0 {
				tasks = append(tasks, task)
			}
		}
		return nil
	})
	return tasks, nil, err
}

// opening is the first words of a text.
func opening(text string) string {
	if len(text) <= afterBytes {
		return text
	}
	if end := strings.LastIndexByte(text[:afterBytes], ' '); end > 0 {
		return text[:end]
	}
	return "" // no words; what follows is not known
}

// passages are runs of whole sentences; what is left at the end joins in if it is half as long.
func passages(text string) []probe.Span {
	var all []probe.Span
	start, end := -1, 0
	for _, s := range probe.Sentences(text) {
		if start < 0 {
			start = s.Start
		}
		end = s.End
		if end-start >= passageBytes {
			all, start = append(all, probe.Span{Start: start, End: end}), -1
		}
	}
	if start >= 0 && (end-start >= passageBytes/2 || len(all) == 0) {
		all = append(all, probe.Span{Start: start, End: end})
	}
	return all
}
