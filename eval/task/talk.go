package task

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/probe"
)

type meeting struct {
	ID         string `json:"id"`
	Transcript []struct {
		Speaker string `json:"speaker"`
		Content string `json:"content"`
	} `json:"transcript"`
	Queries []query `json:"queries"`
}

type query struct {
	Query   string   `json:"query"`
	Summary string   `json:"summary"`
	Turns   [][2]int `json:"turns"` // inclusive; none is the whole meeting
}

func (m meeting) check() error {
	if len(m.Transcript) == 0 {
		return errors.New("want a transcript of speaker and content")
	}
	for _, q := range m.Queries {
		if q.Query == "" || q.Summary == "" {
			return errors.New("want query and summary in each of queries")
		}
		for _, t := range q.Turns {
			if t[0] < 0 || t[1] < t[0] || t[1] >= len(m.Transcript) {
				return fmt.Errorf("turns %d to %d are not among the transcript's %d", t[0], t[1], len(m.Transcript))
			}
		}
	}
	return nil
}

// longestTalk is how many words of a meeting are put to a reader: more do not fit the context of a small one. What is
// longer is left out, for every method, and counted.
const longestTalk = 3000

// meetings are a document for each query: the turns that it is about, and what was said in them.
func meetings(_ context.Context, path string, _ int64) ([]probe.Task, []string, error) {
	all, err := records(path, meeting.check)
	if err != nil {
		return nil, nil, err
	}
	var tasks []probe.Task
	long := 0
	for _, m := range all {
		for i, q := range m.Queries {
			text := m.said(q.Turns)
			if len(strings.Fields(text)) > longestTalk {
				long++
				continue
			}
			tasks = append(tasks, probe.Task{ID: fmt.Sprintf("%s#%d", m.ID, i), Text: text,
				Probes: []probe.Probe{{Kind: probe.KindSummary, Prompt: q.Query, Target: q.Summary}}})
		}
	}
	var notes []string
	if long > 0 {
		notes = append(notes, fmt.Sprintf("%d queries about more than %d words, most of them about whole meetings, are left out.", long, longestTalk))
	}
	return tasks, notes, nil
}

// said is the turns as a transcript; no turns are all of them.
func (m meeting) said(turns [][2]int) string {
	if len(turns) == 0 {
		turns = [][2]int{{0, len(m.Transcript) - 1}}
	}
	var lines []string
	for _, t := range turns {
		for _, turn := range m.Transcript[t[0] : t[1]+1] {
			lines = append(lines, turn.Speaker+": "+turn.Content)
		}
	}
	return joined(lines)
}

type chat struct {
	ID       string `json:"id"`
	Messages []struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	} `json:"messages"`
	Facts map[string][]string `json:"facts"`
}

func (c chat) check() error {
	if len(c.Messages) == 0 || len(c.Facts) == 0 {
		return errors.New("want messages and facts")
	}
	for slot, spellings := range c.Facts {
		if len(spellings) == 0 || spellings[0] == "" {
			return fmt.Errorf("the fact %q has no value", slot)
		}
	}
	return nil
}

// chats ask for every slot that was filled.
func chats(_ context.Context, path string, _ int64) ([]probe.Task, []string, error) {
	all, err := records(path, chat.check)
	if err != nil {
		return nil, nil, err
	}
	tasks := make([]probe.Task, len(all))
	for i, c := range all {
		var lines []string
		for _, m := range c.Messages {
			lines = append(lines, m.Role+": "+m.Content)
		}
		tasks[i] = probe.Task{ID: c.ID, Text: joined(lines)}
		for _, slot := range slices.Sorted(maps.Keys(c.Facts)) {
			spellings := c.Facts[slot]
			tasks[i].Probes = append(tasks[i].Probes, probe.Probe{Kind: probe.KindFact, Prompt: slotQuestion(slot), Target: spellings[0], Also: spellings[1:]})
		}
	}
	return tasks, nil, nil
}

// slotQuestion asks for a slot such as media.subtitle_language in words.
func slotQuestion(slot string) string {
	service, name, found := strings.Cut(slot, ".")
	if !found {
		service, name = "", slot
	}
	words := strings.ReplaceAll(name, "_", " ")
	if service == "" {
		return fmt.Sprintf("What is the %s, as it was last agreed?", words)
	}
	return fmt.Sprintf("What is the %s of the %s, as it was last agreed?", words, strings.ReplaceAll(service, "_", " "))
}
