package probe

import "fmt"

// request is what a user asks of a model.
const request = "Answer the question with a short phrase from the text.\n\nText: %s\n\nQuestion: %s"

// chat is the prompt of the judge: SmolLM2's chat form, as in the figures of the README.
const chat = "<|im_start|>user\n" + request + "<|im_end|>\n<|im_start|>assistant\n"

// plain is the same request for a model that was never taught to chat.
const plain = "Text: %s\n\nQuestion: %s\n\nAnswer: "

// Request is a reading as what a user says to a model behind an endpoint.
func Request(r Reading) string { return fmt.Sprintf(request, r.Context, r.Probe.Question()) }

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
