package compress_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/token"
)

// predicting is a scorer to which a word is worth as much as its token's length, and that can promise up to .9.
type predicting struct{ compress.Scorer }

func (predicting) Worth(score float32) float64 { return float64(score) }

func (predicting) Share(quality float64) (float64, error) {
	if quality > 0.9 {
		return 0, errors.New("nothing above 0.9 can be promised")
	}
	return quality, nil
}

func TestMinQualityDropsWordsWhileTheirWorthStays(t *testing.T) {
	c := compressor(t, "length")
	c.Scorer = predicting{c.Scorer}
	text := []byte(strings.Repeat(prose, 3))
	before := -1
	for _, quality := range []float64{0.3, 0.6, 0.9} {
		r := shorten(t, c, text, compress.Options{MinQuality: quality})
		if r.CompressedTokens <= before || r.CompressedTokens > r.TargetTokens || r.CompressedTokens == r.OriginalTokens {
			t.Errorf("%v: %d of %d tokens, target %d, before %d", quality, r.CompressedTokens, r.OriginalTokens, r.TargetTokens, before)
		}
		before = r.CompressedTokens
	}
}

func TestKeptForTakesTheBestWordsFirst(t *testing.T) {
	text := token.Read(compressor(t, "length").Tokenizer, []byte("one two three four"))
	worth := func(s float32) float64 { return float64(s) }
	scores := []float32{1, 6, 2, 1}
	for share, want := range map[float64]float64{0.5: 0.25, 0.6: 0.25, 0.7: 0.5, 1: 1, 0: 0} {
		if got := compress.KeptFor(share, text, scores, worth); got != want {
			t.Errorf("%v of the worth: %v of the tokens, want %v", share, got, want)
		}
	}
}

func TestMinQualityThatNobodyKnowsIsRefused(t *testing.T) {
	c := compressor(t, "length")
	for name, o := range map[string]compress.Options{
		"a scorer that predicts nothing": {MinQuality: 0.5}, "1": {MinQuality: 1}, "below 0": {MinQuality: -0.1},
		"a text that goes on": {MinQuality: 0.5, CacheStable: true},
	} {
		if _, err := c.Compress(context.Background(), []byte(prose), o); err == nil || !strings.Contains(err.Error(), "min-quality") {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.Scorer = predicting{c.Scorer}
	for name, o := range map[string]compress.Options{"more than it can promise": {MinQuality: 0.95}, "with a question": {MinQuality: 0.5, Question: "Who?"}} {
		if _, err := c.Compress(context.Background(), []byte(prose), o); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
