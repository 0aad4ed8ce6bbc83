package corpus

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// makeShard writes sequences as Prepare does.
func makeShard(t rapid.TB, dir string, vocab int, sequences [][]int32) string {
	p, err := openPart(dir, 0, vocab, partState{})
	if err != nil {
		t.Fatal(err)
	}
	for _, ids := range sequences {
		if err := p.add(Document{Text: "x"}, sequence{"x", ids}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.closeShard(); err != nil {
		t.Fatal(err)
	}
	if err := p.close(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, p.shard(0))
}

func TestAShardGivesBackWhatWentIn(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		vocab := rapid.SampledFrom([]int{100, 1 << 16, 1<<16 + 1, 200_000}).Draw(t, "vocab")
		id := rapid.Int32Range(0, int32(vocab-1))
		sequences := rapid.SliceOfN(rapid.SliceOfN(id, 1, 20), 1, 20).Draw(t, "sequences")
		s, err := OpenShard(makeShard(t, dir, vocab, sequences))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if s.Len() != len(sequences) || s.VocabSize() != vocab {
			t.Fatalf("%d sequences of a vocabulary of %d", s.Len(), s.VocabSize())
		}
		for i, want := range sequences {
			if got, err := s.Sequence(nil, i); err != nil || !slices.Equal(got, want) {
				t.Fatalf("sequence %d: %v, %v; want %v", i, got, err, want)
			}
		}
	})
}

func TestADamagedShardIsRefused(t *testing.T) {
	whole, err := os.ReadFile(makeShard(t, t.TempDir(), 100, [][]int32{{1, 2, 3}, {4}}))
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(whole)
	flipped[shardHeader+1] ^= 1
	tests := map[string]struct {
		data []byte
		want string
	}{
		"empty":            {nil, "does not begin as a shard does"},
		"of another kind":  {[]byte(strings.Repeat("x", 100)), "does not begin as a shard does"},
		"truncated":        {whole[:len(whole)-1], "truncated or damaged"},
		"with a bit wrong": {flipped, "checksum"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.tokens")
			if err := os.WriteFile(path, test.data, 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := OpenShard(path); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v; want %s", err, test.want)
			}
		})
	}
}
