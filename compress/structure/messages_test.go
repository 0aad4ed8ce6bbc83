package structure_test

import (
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/compress/structure"
)

func TestMessagesTileAConversation(t *testing.T) {
	long := "So it was seen by all that were there on that day."
	for name, text := range map[string]string{
		"a list":         ` [{"role":"user","content":"` + long + `"}, {"role":"assistant","content":"` + long + `"} ]` + "\n",
		"in an object":   `{"model":"x","messages":[{"role":"tool","content":[{"type":"text","text":"` + long + `"}]}],"n":[{"role":1}]}`,
		"lines":          `[{"role":"assistant","content":"` + long + `"}]` + "\n" + `[{"role":"system","content":"` + long + `"}]`,
		"calls of tools": `[{"role":"assistant","tool_calls":[{"id":"{}"}]}]`,
	} {
		t.Run(name, func(t *testing.T) {
			messages, tail, err := structure.Messages([]byte(text), words)
			if err != nil {
				t.Fatal(err)
			}
			at, loose := 0, 0
			for i, m := range append(messages, tail) {
				end := 0
				for _, p := range m.Pieces {
					if int(p.Start) != end || p.End <= p.Start {
						t.Fatalf("piece %+v does not begin at %d", p, end)
					}
					end = int(p.End)
				}
				if m.Start != at || m.End != m.Start+end {
					t.Fatalf("message %d-%d does not begin at %d, or its pieces end at %d", m.Start, m.End, at, end)
				}
				if i < len(messages) && !strings.HasSuffix(text[m.Start:m.End], "}") {
					t.Errorf("message %q", text[m.Start:m.End])
				}
				at, loose = m.End, loose+m.Loose()
			}
			if at != len(text) || (loose > 0) != strings.Contains(text, long) {
				t.Errorf("they end at %d of %d, and %d words may go", at, len(text), loose)
			}
		})
	}
}

func TestOnlyAConversationHasMessages(t *testing.T) {
	for _, text := range []string{"", "[", "[]", "7", `{"messages":[]}`, `[{"role":"pirate","content":"a"}]`, "plain words"} {
		if messages, _, err := structure.Messages([]byte(text), words); err == nil || messages != nil {
			t.Errorf("%q has %d messages, %v", text, len(messages), err)
		}
	}
}
