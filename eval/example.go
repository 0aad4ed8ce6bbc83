package eval

// An Example is a document as the methods left it.
type Example struct {
	Document string       `json:"document"`
	Text     string       `json:"text"`
	Asked    []Asked      `json:"asked"`
	Cuts     []ExampleCut `json:"cuts"`
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

// examples are the first documents, by the first draw of every method.
func (s *summary) examples() []Example {
	var all []Example
	for i := range s.each[:min(s.Examples, len(s.each))] {
		o := &s.each[i]
		x := Example{Document: o.task.ID, Text: o.task.Text}
		for _, p := range o.task.Probes {
			x.Asked = append(x.Asked, Asked{p.Question(), p.Target})
		}
		ends := s.ends(o)
		for c, v := range s.Outcomes.variants {
			if v.draw == 0 {
				x.Cuts = append(x.Cuts, ExampleCut{s.Methods[v.method].Name, s.Rates[v.rate], ranges(o.cuts[c].kept, ends), o.cuts[c].answers})
			}
		}
		all = append(all, x)
	}
	return all
}

// ends are where the tokens of a document end.
func (s *summary) ends(o *outcome) []int {
	var ends []int
	for _, t := range s.Tokenizer.Encode(nil, []byte(o.task.Text)) {
		ends = append(ends, t.End)
	}
	return ends
}

// ranges are the bytes of the kept tokens.
func ranges(kept []bool, ends []int) [][2]int {
	all := [][2]int{}
	for i, k := range kept {
		start := 0
		if i > 0 {
			start = ends[i-1]
		}
		if !k || ends[i] == start {
			continue
		}
		if n := len(all); n > 0 && all[n-1][1] == start {
			all[n-1][1] = ends[i]
			continue
		}
		all = append(all, [2]int{start, ends[i]})
	}
	return all
}
