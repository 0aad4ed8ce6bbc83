package speed

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/torchtest"
	"github.com/project-sputnik/sputnik/transformer/encoder"
)

func TestMain(m *testing.M) { torchtest.Main(m) }

func TestATextIsExtendedInAnotherOrder(t *testing.T) {
	const text = "One is here.\nTwo is there.\nThree is größer.\n"
	for size := range 200 {
		if got := extended(text, size); len(got) > size || len(got) < size-1 || !utf8.ValidString(got) {
			t.Errorf("%d bytes: %q", size, got)
		}
	}
	if long := extended(text, 100*len(text)); long == strings.Repeat(text, 100) {
		t.Error("it is the same over and over")
	}
	if extended("", 10) != "" {
		t.Error("something comes of nothing")
	}
}

func TestAnEncoderIsReadChunkByChunk(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	m, err := encoder.New(encoder.Config{Family: encoder.BERT, Vocabulary: 100, Width: 8, Layers: 2, Heads: 2, FeedForward: 16, Positions: chunkTokens, Types: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	e, err := measureEncoder(context.Background(), m, []token.Token{{ID: 7}, {ID: 1000}}, 0)
	if err != nil || e.Chunks < 1 || e.Tokens != e.Chunks*chunkTokens || !(e.Speed.Median > 0) || e.Layers != 2 {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestTheEncodersHaveTheirModelsShapes(t *testing.T) {
	for _, e := range encoders {
		if err := e.Check(); err != nil {
			t.Errorf("%s: %v", e.name, err)
		}
	}
}
