package metric

import (
	"strings"
	"testing"
)

func TestExactPartsAreFoundWholeAndOnce(t *testing.T) {
	for text, want := range map[string]Exact{
		"See https://example.org/a?b=1, or write to a.b@c.de.":             {URLs: []string{"https://example.org/a?b=1", "a.b@c.de"}},
		"Ticket FIN-2209 on 10.0.0.1 and order_77b":                        {IDs: []string{"FIN-2209", "10.0.0.1", "order_77b"}},
		"Due 2025-09-17, or 17 September 2025, at 14:30":                   {Dates: []string{"2025-09-17", "17 September 2025", "14:30"}},
		"It fell -3.5% to $1,204.50 from 9":                                {Numbers: []string{"-3.5%", "$1,204.50", "9"}},
		"550e8400-e29b-41d4-a716-446655440000 is one id and not 6 numbers": {IDs: []string{"550e8400-e29b-41d4-a716-446655440000"}, Numbers: []string{"6"}},
		"no such thing": {},
	} {
		got := ExactParts(text)
		for name, pair := range map[string][2][]string{"URLs": {got.URLs, want.URLs}, "IDs": {got.IDs, want.IDs}, "dates": {got.Dates, want.Dates}, "numbers": {got.Numbers, want.Numbers}} {
			if strings.Join(pair[0], "|") != strings.Join(pair[1], "|") {
				t.Errorf("%q: %s %q; want %q", text, name, pair[0], pair[1])
			}
		}
	}
}

func TestAPartThatIsNotWholeIsNotKept(t *testing.T) {
	for _, c := range []struct {
		text, shorter string
		kept, all     int
	}{
		{"order 1204 of 1204 pieces", "1204 pieces", 1, 2},
		{"at 10.0.0.1", "at 10.0.1", 0, 1},
		{"on 2025-09-17 and 18", "2025-09 18", 1, 2},
		{"nothing", "", 0, 0},
	} {
		if kept, all := ExactKept(c.text, c.shorter); kept != c.kept || all != c.all {
			t.Errorf("%q of %q: %d of %d", c.shorter, c.text, kept, all)
		}
	}
}

func TestAnAnswerStandsHoweverItsWordsAreSpaced(t *testing.T) {
	if !AnswerStands("by  Ada\nLOVELACE there", []string{"nobody", "Ada Lovelace"}) || AnswerStands("Ada", []string{"Ada Lovelace", ""}) {
		t.Error("wrong")
	}
}

func TestTaskScoresThatCanBeWorkedOutByHand(t *testing.T) {
	for answer, want := range map[string]float64{"3*4=12. The answer is 12.": 1, "12 then 13": 0, "it is $1,012.0": 0, "no number": 0, "": 0} {
		if got := Solved(answer, "12"); got != want {
			t.Errorf("%q solves by %g", answer, got)
		}
	}
	if Solved("so 1,012.00", "1012") != 1 || Solved("-5", "5") != 0 {
		t.Error("separators, signs")
	}
	for sentence, want := range map[string]float64{"The dogs were jumping over walls.": 1, "A dog sat.": 1. / 3, "": 0} {
		if got := Coverage(sentence, []string{"dog", "jump", "wall"}); got != want {
			t.Errorf("%q covers %g", sentence, got)
		}
	}
	if Coverage("x", nil) != 0 {
		t.Error("no concepts")
	}
}
