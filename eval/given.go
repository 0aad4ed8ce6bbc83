package eval

import (
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/probe"
)

// givenNote says in a report what its names mean where the question is given.
const givenNote = "Every question has a cut of its own, by scorers that were told it. Those that take no question rank sentences by the words that they share with it, and words by their own scores within that; " +
	agentName + notAsked + " is the agent that was not told."

// notAsked ends the name of a method that is not told what the others are.
const notAsked = "_not_asked"

// given is a method that is told the question of a document's probe, where that is wanted.
func (s *session) given(m Method) Method {
	if !s.cfg.QuestionGiven {
		return m
	}
	return Method{m.Name, m.Draws, func(d Draw) (compress.Scorer, error) {
		scorer, err := m.Scorer(d)
		if err != nil {
			return nil, err
		}
		return s.asking(scorer, d.Task.Probes[0].Question()), nil
	}}
}

func (s *session) asking(scorer compress.Scorer, question string) compress.Scorer {
	return compress.Asking(scorer, question, s.agents[0].Tokenizer(), s.agents[0].Statistics())
}

// apart are tasks of one probe each.
func apart(tasks []probe.Task) []probe.Task {
	var all []probe.Task
	for _, t := range tasks {
		for i := range t.Probes {
			one := t
			one.Probes = t.Probes[i : i+1 : i+1]
			all = append(all, one)
		}
	}
	return all
}

// together sums up the neighbours that are of one document: intervals are over documents.
func together(each []outcome) []outcome {
	var all []outcome
	for _, o := range each {
		if n := len(all); n > 0 && all[n-1].task.ID == o.task.ID {
			all[n-1].join(o)
		} else {
			all = append(all, o)
		}
	}
	return all
}

// join adds another outcome's probes and sums to those of o, whose text and masks stay.
func (o *outcome) join(other outcome) {
	o.task.Probes = append(o.task.Probes, other.task.Probes...)
	theirs := other.all()
	for i, c := range o.all() {
		c.join(*theirs[i])
	}
	o.classes.join(other.classes)
}

func (c *cut) join(other cut) {
	c.tokens, c.readerTokens = c.tokens+other.tokens, c.readerTokens+other.readerTokens
	c.bytes, c.characters = c.bytes+other.bytes, c.characters+other.characters
	c.loss += other.loss
	if len(other.said) > 0 {
		c.said.add(other.said)
	}
	for name, s := range other.measures {
		mine := c.measures[name]
		c.add(name, mine.above+s.above, mine.below+s.below)
	}
	c.where.join(other.where)
}

func (w *whereabouts) join(other whereabouts) {
	for i, n := range other.tenth {
		w.tenth[i] += n
	}
	for i, n := range other.class {
		w.class[i] += n
	}
}
