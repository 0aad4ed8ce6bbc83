package probe

import (
	"fmt"
	"strings"
)

// Recurrences finds what of a text comes back later, in windows: the context of a task is Window words, its probes are
// words of it that recur in the Reach words after it.
type Recurrences struct {
	Window   int // words of a context
	Distance int // least words between a word's last occurrence and the one that is asked for
	Reach    int // words after the context in which probes are looked for
	Limit    int // probes a task, drawn at random; 0 takes all
}

// DefaultRecurrences are windows of 128 words, asked about at 64 words' distance up to 256 words on.
var DefaultRecurrences = Recurrences{Window: 128, Distance: 64, Reach: 256, Limit: 4}

// Tasks makes one task of each window of a document that anything comes back of. The prompt of a probe is the sentence
// up to where the word recurs, so that a reader must find the word, not the topic.
func (r Recurrences) Tasks(id, text string, seed int64) []Task {
	words := Words(text)
	starts := sentenceStarts(text, words)
	var tasks []Task
	for from := 0; from+r.Window < len(words); from += r.Window {
		task := Task{ID: fmt.Sprintf("%s#%d", id, from/r.Window), Text: text[words[from].Start:words[from+r.Window].Start]}
		task.Probes = draw(r.probes(text, words, starts, from), r.Limit, source(seed, task.ID))
		if len(task.Probes) > 0 {
			tasks = append(tasks, task)
		}
	}
	return tasks
}

// probes lists the words after the window at from whose last occurrence is in it and far enough away.
func (r Recurrences) probes(text string, words []Span, starts []int, from int) []Probe {
	last := map[string]int{}
	var out []Probe
	for i := from; i < min(from+r.Window+r.Reach, len(words)); i++ {
		word := words[i].of(text)
		key := strings.ToLower(word)
		seen, known := last[key]
		last[key] = i
		if !known || i < from+r.Window || seen >= from+r.Window || i-seen < r.Distance || !content(word) {
			continue
		}
		if starts[i] > i-3 {
			continue // fewer than three words say nothing about the fourth
		}
		prompt := strings.TrimRight(text[words[starts[i]].Start:words[i].Start], " \t\n")
		out = append(out, Probe{Kind: KindRecurrence, Prompt: prompt, Target: word})
	}
	return out
}

// sentenceStarts gives, for each word, the number of the first word of its sentence.
func sentenceStarts(text string, words []Span) []int {
	starts := make([]int, len(words))
	w := 0
	for _, s := range Sentences(text) {
		first := w
		for ; w < len(words) && words[w].Start < s.End; w++ {
			starts[w] = first
		}
	}
	return starts
}

// content says whether a word is worth asking for.
func content(word string) bool { return (len(word) > 2 || hasDigit(word)) && !Stopword(word) }

// Recurring marks, of the words of a text, those that carry content, are not copies of a word within Distance before,
// and come back after at least Distance and at most Reach words: labels to learn from without questions or a reader.
func (r Recurrences) Recurring(text string) ([]Span, []bool) {
	words := Words(text)
	marks := make([]bool, len(words))
	next := map[string][]int{} // later occurrences, the nearest last
	for i := len(words) - 1; i >= 0; i-- {
		word := words[i].of(text)
		if !content(word) {
			continue
		}
		key := strings.ToLower(word)
		marks[i] = r.comesBack(i, next[key])
		next[key] = append(next[key], i)
	}
	r.dropCopies(text, words, marks)
	return words, marks
}

// comesBack says whether one of the later occurrences, the nearest last, is within the distances.
func (r Recurrences) comesBack(i int, later []int) bool {
	for k := len(later) - 1; k >= 0 && later[k]-i <= r.Reach; k-- {
		if later[k]-i >= r.Distance {
			return true
		}
	}
	return false
}

// dropCopies unmarks words that stand within Distance after a marked one of their kind: the first is enough.
func (r Recurrences) dropCopies(text string, words []Span, marks []bool) {
	last := map[string]int{}
	for i := range words {
		if !marks[i] {
			continue
		}
		key := strings.ToLower(words[i].of(text))
		if seen, known := last[key]; known && i-seen < r.Distance {
			marks[i] = false
			continue
		}
		last[key] = i
	}
}
