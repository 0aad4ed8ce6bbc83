package probe

import "fmt"

// chat is the prompt of the judge: SmolLM2's chat form, as in the figures of the README.
const chat = "<|im_start|>user\nAnswer the question with a short phrase from the text.\n\n" +
	"Text: %s\n\nQuestion: %s<|im_end|>\n<|im_start|>assistant\n"

// plain is the same request for a model that was never taught to chat.
const plain = "Text: %s\n\nQuestion: %s\n\nAnswer: "

// Chat is a reading as the prompt of a chat model; the target follows it.
func Chat(r Reading) string { return fmt.Sprintf(chat, r.Context, r.Probe.Question()) }

// Plain is a reading as the prompt of a model without a chat form; the target follows it.
func Plain(r Reading) string { return fmt.Sprintf(plain, r.Context, r.Probe.Question()) }

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
