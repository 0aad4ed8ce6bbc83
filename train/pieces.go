package train

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/env"
)

// piece is a stretch of plain text.
type piece struct{ id, text string }

// pieces of documents, by source.
type pieces map[string][]piece

// add cuts a document into pieces of clozeText bytes or a little less, at line ends or sentences where there are any.
func (p pieces) add(doc corpus.Document) {
	for at, text := range corpus.Pieces(doc.Text, clozeText) {
		if text = strings.TrimSpace(strings.ToValidUTF8(text, "")); len(text) > clozeText/4 {
			p[doc.Source] = append(p[doc.Source], piece{fmt.Sprintf("%s#%d", doc.ID, at), text})
		}
	}
}

// piecesSeed draws the same pieces in every run, so that runs of other seeds can go on from what a teacher said in one.
const piecesSeed = 42

// even takes most pieces or all, from each source as many as from every other as long as it has some. Wherever the list is
// cut off, what is before has all sources.
func (p pieces) even(most int) []piece {
	random := env.Source(piecesSeed, 0, 3)
	var of [][]piece
	for _, source := range slices.Sorted(maps.Keys(p)) {
		shuffled := slices.Clone(p[source])
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		of = append(of, shuffled)
	}
	var all []piece
	for round := 0; len(all) < most; round++ {
		before := len(all)
		for _, each := range of {
			if round < len(each) && len(all) < most {
				all = append(all, each[round])
			}
		}
		if len(all) == before {
			break
		}
	}
	return all
}
