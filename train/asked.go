package train

import (
	"math/rand/v2"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
)

// asked draws the texts of a step that come with a question: what else is asked about such a text is worth nothing in it,
// but for taught_worth of what a teacher says.
func (d *data) asked(c config.Train, within int) []labelled {
	var all []labelled
	random := env.Source(c.RandomSeed, within, 2)
	if len(d.questions) > 0 {
		for _, t := range draw(d.questions, c.AskedQuestions, c.RandomSeed, within) {
			p := t.Probes[random.IntN(len(t.Probes))]
			all = append(all, d.toWhoeverAsks(t, p.Prompt, answerPlace(t.Text, p), c))
		}
	}
	if len(d.plain) > 0 {
		for _, t := range draw(d.plain, c.AskedCloze, c.RandomSeed, within) {
			if len(t.Probes) > 0 {
				p := t.Probes[random.IntN(len(t.Probes))]
				all = append(all, d.toWhoeverAsks(t, halfOf(p.Prompt, random), gapPlace(t.Text, p), c))
			}
		}
	}
	return all
}

// toWhoeverAsks labels the answer as byRarity does, and the rest of its sentence, which says what it answers, by
// sentence_worth.
func (d *data) toWhoeverAsks(t task, question string, answer probe.Span, c config.Train) labelled {
	l := labelled{t.text, make([]float32, len(t.text.Tokens)), question}
	for i, worth := range t.taught {
		l.worth[i] = float32(c.TaughtWorth) * worth
	}
	if answer == (probe.Span{}) {
		return l
	}
	for _, s := range probe.Sentences(t.Text) {
		if s.Start < answer.End && answer.Start < s.End {
			for _, i := range overlapping(t.text.Tokens, s) {
				raise(l.worth, i, c.SentenceWorth)
			}
		}
	}
	byRarity{d.statistics}.raise(l.worth, t.text.Tokens, answer)
	return l
}

// answerPlace is where the target stands in the sentence that has most of the prompt's words; empty where it stands nowhere.
func answerPlace(text string, p probe.Probe) (place probe.Span) {
	asked := stems(p.Prompt)
	most := -1
	sentences := probe.Sentences(text)
	for answer := range probe.Places(text, p.Target) {
		shared := 0
		for _, s := range sentences {
			if s.Start < answer.End && answer.Start < s.End {
				for stem := range stems(text[s.Start:s.End]) {
					if asked[stem] {
						shared++
					}
				}
			}
		}
		if shared > most {
			most, place = shared, answer
		}
	}
	return place
}

// stems are the content words of a text.
func stems(text string) map[string]bool {
	all := map[string]bool{}
	for _, w := range probe.Words(text) {
		if word := text[w.Start:w.End]; !probe.Stopword(word) {
			all[probe.Stem(word)] = true
		}
	}
	return all
}

// gapPlace is where the target of a cloze was cut out.
func gapPlace(text string, p probe.Probe) probe.Span {
	before, after, _ := strings.Cut(p.Prompt, probe.Gap)
	at := strings.Index(text, before+p.Target+after)
	if at < 0 {
		return probe.Span{}
	}
	return probe.Span{Start: at + len(before), End: at + len(before) + len(p.Target)}
}

// halfOf are about half of the words of a cloze, in their order: a question repeats some of what it asks about.
func halfOf(prompt string, random *rand.Rand) string {
	var chosen []string
	for _, w := range strings.Fields(strings.ReplaceAll(prompt, probe.Gap, " ")) {
		if random.IntN(2) == 0 {
			chosen = append(chosen, w)
		}
	}
	return strings.Join(chosen, " ")
}
