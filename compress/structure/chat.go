package structure

import "encoding/json"

// list returns the depth of the list of messages that the next value lies in, or -1.
func (r *reader) list() int {
	switch f := r.frames; {
	case len(f) > 0 && !f[0].object:
		return 0
	case len(f) > 1 && f[0].key == "messages" && !f[1].object:
		return 1
	}
	return -1
}

// place notes what a value, which begins now, is to a conversation: a message, its role, or its content.
func (r *reader) place(token json.Token, text string, isString bool) {
	list, depth := r.list(), len(r.frames)
	switch {
	case depth == 0:
		delimiter, _ := token.(json.Delim)
		r.foreign = r.foreign || delimiter == 0
		return
	case list < 0:
		return
	case depth == list+1:
		delimiter, _ := token.(json.Delim)
		r.foreign = r.foreign || delimiter != '{'
		r.messages = append(r.messages, message{conversation: r.roots})
		return
	case len(r.messages) == 0:
		return
	}
	m := &r.messages[len(r.messages)-1]
	switch field := r.frames[list+1]; {
	case depth == list+2 && field.key == "role" && isString:
		m.role = text
	case depth == list+2 && field.key == "content" && isString:
		m.content = append(m.content, r.values[len(r.values)-1])
	case depth == list+2 && (field.key == "tool_calls" || field.key == "function_call"):
		m.called = true
	case depth == list+4 && field.key == "content" && isString && !r.frames[list+2].object && r.frames[list+3].key == "text":
		m.content = append(m.content, r.values[len(r.values)-1])
	}
}

// roles are OpenAI's.
var roles = map[string]bool{"system": true, "developer": true, "user": true, "assistant": true, "tool": true, "function": true}

type conversation []message

// conversations are the messages of each JSON value, nil if any of them is no conversation.
func (d document) conversations() []conversation {
	var all []conversation
	for i, m := range d.messages {
		if d.foreign || !roles[m.role] || len(m.content) == 0 && !m.called {
			return nil
		}
		if i == 0 || d.messages[i-1].conversation != m.conversation {
			if m.conversation != len(all)+1 {
				return nil // a value before it has no messages
			}
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], m)
	}
	if len(all) != d.roots {
		return nil
	}
	return all
}

// loose are the contents that may shrink: not what the system says, and not the last that the user says.
func (c conversation) loose() []value {
	last := len(c) - 1
	for last >= 0 && c[last].role != "user" {
		last--
	}
	var out []value
	for i, m := range c {
		if i != last && m.role != "system" && m.role != "developer" {
			out = append(out, m.content...)
		}
	}
	return out
}
