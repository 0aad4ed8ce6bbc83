package eval

import (
	"cmp"
	"context"
	"slices"

	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/token"
)

// An Example is a document as the methods left it.
type Example struct {
	Document string       `json:"document"`
	Text     string       `json:"text"`
	Asked    []Asked      `json:"asked"`
	Cuts     []ExampleCut `json:"cuts"`
	Ranks    []Ranked     `json:"ranks"` // of every word, by the first method
}

// Asked is a probe of an example.
type Asked struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

// An ExampleCut is what one method kept at one rate: half-open byte ranges of the text, ascending, not touching.
type ExampleCut struct {
	Method  string   `json:"method"`
	Rate    float64  `json:"rate"`
	Kept    [][2]int `json:"kept"`
	Answers []string `json:"answers,omitempty"` // in words, by probe
}

// Ranked is a word with the share of the words that are dropped before it.
type Ranked struct {
	Start int     `json:"start"`
	End   int     `json:"end"`
	Rank  float64 `json:"rank"`
}

// keeps says whether a method keeps the byte at a place.
func (x Example) keeps(at int, method string, rate float64) bool {
	for _, c := range x.Cuts {
		if c.Method == method && c.Rate == rate {
			return slices.ContainsFunc(c.Kept, func(r [2]int) bool { return r[0] <= at && at < r[1] })
		}
	}
	return false
}

// examples are the first documents, by the first draw of every method.
func (s *summary) examples() []Example {
	var all []Example
	for i := range s.each[:min(s.Examples, len(s.each))] {
		o := &s.each[i]
		x := Example{Document: o.task.ID, Text: o.task.Text}
		probes := o.task.Probes
		if s.QuestionGiven {
			probes = probes[:1] // whose cut it is
		}
		for _, p := range probes {
			x.Asked = append(x.Asked, Asked{p.Question(), p.Target})
		}
		text := token.Read(s.Tokenizer, []byte(o.task.Text))
		for c, v := range s.Outcomes.variants {
			if v.draw == 0 {
				x.Cuts = append(x.Cuts, ExampleCut{s.Methods[v.method].Name, s.Rates[v.rate], ranges(text.Tokens, o.cuts[c].kept), o.cuts[c].answers})
			}
		}
		x.Ranks = s.ranks(o, text)
		all = append(all, x)
	}
	return all
}

// ranges are the bytes of the kept tokens.
func ranges(tokens []token.Token, kept []bool) [][2]int {
	all := [][2]int{}
	for i, t := range tokens {
		n := len(all)
		switch {
		case !kept[i] || t.Start == t.End:
		case n > 0 && all[n-1][1] == int(t.Start):
			all[n-1][1] = int(t.End)
		default:
			all = append(all, [2]int{int(t.Start), int(t.End)})
		}
	}
	return all
}

// ranks orders the words of a document as the first method does.
func (s *summary) ranks(o *outcome, text token.Text) []Ranked {
	scorer, err := s.Methods[0].Scorer(Draw{0, seedOf(s.Seed, 0, o.task.ID), o.task})
	if err != nil {
		return nil // it scored this text before
	}
	scores, err := scorer.Score(context.Background(), text, s.Rates[s.report.middle()])
	if err != nil {
		return nil
	}
	means := env.UnitScores(nil, scores, text.Units)
	order := make([]int, len(means))
	for u := range order {
		order[u] = u
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(means[a], means[b]) })
	ranked := make([]Ranked, len(means))
	for place, u := range order {
		start, end := text.Units[u].Span(text.Tokens)
		ranked[u] = Ranked{start, end, float64(place) / float64(len(order))}
	}
	return ranked
}
