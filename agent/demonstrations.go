package agent

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// Demonstrations are worked examples that show a model how to answer. A reader imitates them, so that the words that tell
// most of each do it harm, and a few whole ones nearly as much good as all (docs/design/005-demonstrations.md). They are
// cut from the first one on, word by word.

const (
	fewestDemonstrations = 3
	longestLabel         = 24 // bytes
)

// What a demonstration leads to is named by a label, or where it ends. Labels of answers are not among these: a list of what
// is often asked has them too, and each of its entries tells something else.
var (
	resultLabels = []string{"solution", "output", "sentence", "label", "sentiment", "translation", "completion"}
	resultMarks  = []string{"answer is", "####"}
)

// demonstrations are the bytes of the first series of them in a text: three paragraphs or more, one behind the other, that
// begin with the same label, such as "Problem:", and name their result alike; and of the next paragraph, if it begins so too,
// which is what is to be answered. The span is empty where there is none.
func demonstrations(text []byte) probe.Span {
	var series probe.Span
	var opening, result string
	count := 0
	for p := range paragraphs(text) {
		o, r := demonstration(text[p.Start:p.End])
		switch {
		case r != "" && o == opening && r == result:
			series.End = p.End
			count++
		case count >= fewestDemonstrations:
			if o == opening {
				series.End = p.End
			}
			return series
		default:
			series, opening, result, count = p, o, r, 1
		}
	}
	if count < fewestDemonstrations {
		return probe.Span{}
	}
	return series
}

// paragraphs are the stretches of a text between lines that are empty.
func paragraphs(text []byte) iter.Seq[probe.Span] {
	return func(yield func(probe.Span) bool) {
		start, at := -1, 0
		for line := range bytes.Lines(text) {
			switch empty := len(bytes.TrimSpace(line)) == 0; {
			case empty && start >= 0:
				if !yield(probe.Span{Start: start, End: at}) {
					return
				}
				start = -1
			case !empty && start < 0:
				start = at
			}
			at += len(line)
		}
		if start >= 0 {
			yield(probe.Span{Start: start, End: len(text)})
		}
	}
}

// demonstration returns what a paragraph begins with, and what its result is named by, each empty if there is none.
func demonstration(paragraph []byte) (opening, result string) {
	var last []byte
	for line := range bytes.Lines(paragraph) {
		last = line
		switch name := label(line); {
		case opening == "" && name == "":
			return "", ""
		case opening == "":
			opening = name
		case result == "":
			result = name
		}
	}
	if slices.Contains(resultLabels, result) {
		return opening, result
	}
	for _, mark := range resultMarks {
		if bytes.Contains(last, []byte(mark)) {
			return opening, mark
		}
	}
	return opening, ""
}

// label is what a line begins with, in lower case, up to a colon.
func label(line []byte) string {
	name, _, found := bytes.Cut(line[:min(len(line), longestLabel+1)], []byte{':'})
	if !found || len(name) == 0 {
		return ""
	}
	for _, c := range name {
		if c != ' ' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return ""
		}
	}
	return strings.ToLower(string(name))
}

// dealing deals the scores of demonstrations out anew, the highest to the last words: with the words around them they
// compete as before.
type dealing struct {
	span     probe.Span // of the demonstrations
	from, to int        // their tokens, of those that were seen
	scores   []float32  // of the whole
	dealt    bool
}

// gathered is a pass that notes what another gives.
func (d *dealing) gathered(by pass) pass {
	return func(ctx context.Context, part token.Part) ([]float32, error) {
		scores, err := by(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, t := range part.Tokens[part.From:part.To] {
			if int(t.Start) < d.span.Start {
				d.from++
			}
			if int(t.Start) < d.span.End {
				d.to++
			}
		}
		d.scores = append(d.scores, scores...)
		return nil, nil
	}
}

// deal is the pass behind it.
func (d *dealing) deal(ctx context.Context, part token.Part) ([]float32, error) {
	if !d.dealt {
		slices.Sort(d.scores[d.from:d.to])
		d.dealt = true
	}
	scores := d.scores[:part.To-part.From]
	d.scores = d.scores[len(scores):]
	return scores, ctx.Err()
}
