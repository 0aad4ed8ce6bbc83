package probe

import (
	"embed"
	"fmt"
	"strings"
)

// templates are the words in which every kind of probe is put to a model, a file each.
//
//	question.txt  what a user asks; also of cloze and recurrence probes, whose prompts Question words as questions
//	rebuild.txt, distant.txt  for the text itself, and for what follows it; there is no question in them
//	problem.txt, concepts.txt, summary.txt, fact.txt  the same for the other tasks
//	problem.completion.txt, concepts.completion.txt  what a model of ours goes on from, in place of a chat: the examples
//	              show it how, and small models that were taught to chat copy them when they are told to follow them
//	chat.txt      SmolLM2's chat form around a request, as in the figures of the README
//	plain.txt     any request to a model that was never taught to chat
//
//go:embed templates/*.txt
var templates embed.FS

// A template is the words before a text, between it and its question, and behind that. It is cut once, so that a text
// may hold whatever it likes.
type template struct{ before, between, behind string }

var (
	requests = map[string]template{
		KindQuestion: textAndQuestion("question"), KindCloze: textAndQuestion("question"), KindRecurrence: textAndQuestion("question"),
		KindRebuild: textAndQuestion("rebuild"), KindDistant: textAndQuestion("distant"),
		KindProblem: textAndQuestion("problem"), KindConcepts: textAndQuestion("concepts"),
		KindSummary: textAndQuestion("summary"), KindFact: textAndQuestion("fact"),
	}
	completions = map[string]template{
		KindProblem: textAndQuestion("problem.completion"), KindConcepts: textAndQuestion("concepts.completion"),
	}
	plain                 = textAndQuestion("plain")
	beforeChat, afterChat = mustCut(load("chat"), "{{request}}")
)

func load(name string) string {
	words, err := templates.ReadFile("templates/" + name + ".txt")
	if err != nil {
		panic(err)
	}
	return strings.TrimSuffix(string(words), "\n") // the end of the file's last line
}

func textAndQuestion(name string) template {
	before, rest := mustCut(load(name), "{{text}}")
	between, behind := mustCut(rest, "{{question}}")
	return template{before, between, behind}
}

func mustCut(words, at string) (before, behind string) {
	before, behind, found := strings.Cut(words, at)
	if !found {
		panic(fmt.Sprintf("the template %q has no %s", words, at))
	}
	return before, behind
}

func (t template) fill(r Reading) string {
	return t.before + r.Context + t.between + r.Probe.Question() + t.behind
}

// Request is a reading as what a user says to a model behind an endpoint.
func Request(r Reading) string {
	t, known := requests[r.Probe.Kind]
	if !known {
		t = requests[KindQuestion]
	}
	return t.fill(r)
}

// Completes says whether a kind of probe is put to a model of ours as a text to go on from: the target follows a space.
func Completes(kind string) bool {
	_, completes := completions[kind]
	return completes
}

// Chat is a reading as the prompt of a chat model; the target follows it.
func Chat(r Reading) string {
	if t, completes := completions[r.Probe.Kind]; completes {
		return t.fill(r)
	}
	return beforeChat + Request(r) + afterChat
}

// Plain is a reading as the prompt of a model without a chat form; the target follows it.
func Plain(r Reading) string {
	if t, completes := completions[r.Probe.Kind]; completes {
		return t.fill(r)
	}
	return plain.fill(r)
}

// Gap stands in a cloze prompt where the target was.
const Gap = "____"

// Question is the prompt as a question in words.
func (p Probe) Question() string {
	switch p.Kind {
	case KindCloze:
		return "What belongs at " + Gap + " in: " + p.Prompt
	case KindRecurrence:
		return "Which word of the text comes next in: " + p.Prompt
	}
	return p.Prompt
}
