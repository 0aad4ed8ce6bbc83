package compress

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/token"
)

// A Scorer says how much each token of a text matters: one number a token, higher is kept longer. The rate in (0, 1] is
// the share of the tokens that will stay, for scorers that care. Equal texts and rates get equal scores.
type Scorer interface {
	Name() string
	Score(ctx context.Context, text token.Text, rate float64) ([]float32, error)
}

// An Asker is a Scorer that can rank by what will be asked. It gives no scores where it takes no questions.
type Asker interface {
	Scorer
	ScoreAsked(ctx context.Context, text token.Text, question string, rate float64) ([]float32, error)
}

// A Walker is a Scorer that needs not see all of a text at once, so that a long one is never held in tokens. Each of its passes
// is called for every part of the text in order, one pass after the other; parts have margins of so many tokens. The last pass
// returns what Score, or ScoreAsked, would for the tokens [From, To), good until the next call. Walks says whether it takes the
// question, which may be empty; only then there is anything to walk.
type Walker interface {
	Scorer
	Walks(question string) bool
	Walk(text []byte, rate float64, question string) (margin int, passes []func(ctx context.Context, part token.Part) ([]float32, error))
}

// A Language knows how usual tokens and words are; agent.Statistics is one.
type Language interface {
	WordRarity(word []byte) float32     // -log p of a word
	Rarity(id int32) float32            // -log p of a token on its own
	Surprisal(before, id int32) float32 // -log p of a token after the one before it
}

// rule is a scorer without state: it writes the score of every token.
type rule func(text token.Text, language Language, seed int64, scores []float32)

var rules = map[string]rule{
	"random": random, "first": first, "last": last, "position": position, "length": length,
	"stopword": stopword, "frequency": frequency, "ngram": ngram, "entropy": ngram,
	"adaptive": adaptive, "learned_entropy": learnedEntropy,
}

// Baselines lists the names that Baseline knows.
func Baselines() []string { return slices.Sorted(maps.Keys(rules)) }

// Baseline returns a scorer that has learned nothing, or nothing but counts:
//
//	random     draws from seed
//	first      keeps the beginning
//	last       keeps the end
//	position   keeps both ends
//	length     keeps the longest words
//	stopword   drops stop words first, then at random
//	frequency  keeps the rarest words
//	ngram      keeps the words that surprise after the token before them; entropy is another name for it
//	adaptive   keeps rare words, less so far from the beginning and when they stood before, as fitted on questions
//	learned_entropy  keeps what a small model of a large one's surprisal expects to surprise it
func Baseline(name string, language Language, seed int64) (Scorer, error) {
	score, known := rules[name]
	if !known {
		return nil, fmt.Errorf("no scorer is called %q; want %s", name, strings.Join(Baselines(), ", "))
	}
	b := baseline{name, score, language, seed}
	if slices.Contains(local, name) {
		return localBaseline{b}, nil
	}
	return b, nil
}

type baseline struct {
	name     string
	score    rule
	language Language
	seed     int64
}

func (b baseline) Name() string { return b.name }

func (b baseline) Score(ctx context.Context, text token.Text, _ float64) ([]float32, error) {
	scores := make([]float32, len(text.Tokens))
	b.score(text, b.language, b.seed, scores)
	return scores, ctx.Err()
}

// local are the rules that see a word and the token before it.
var local = []string{"length", "frequency", "ngram", "entropy"}

// localBaseline is a Walker: a long text is scored part by part.
type localBaseline struct{ baseline }

func (b localBaseline) Walks(question string) bool { return question == "" }

func (b localBaseline) Walk([]byte, float64, string) (margin int, passes []func(ctx context.Context, part token.Part) ([]float32, error)) {
	return 1, []func(ctx context.Context, part token.Part) ([]float32, error){func(ctx context.Context, part token.Part) ([]float32, error) {
		scores, err := b.Score(ctx, part.Text, 0)
		return scores[part.From:part.To], err
	}}
}
