package reconstructor

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/torchtest"
	"github.com/project-sputnik/sputnik/transformer"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

func TestMain(m *testing.M) { torchtest.Main(m) }

// lesson is what a toy learns by heart.
const lesson = "The harbour of the old town opened to ships in spring, and the mayor gave a speech about the weather."

// untaught is a toy as it is made.
func untaught(t testing.TB, tokenizer string) *Reconstructor {
	t.Helper()
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	torch.Seed(1)
	r, err := New(Shape{Tokenizer: tokenizer, Layers: 1, Width: 32, Heads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// teach trains on the lesson under random masks and returns the losses of the steps.
func teach(r *Reconstructor, steps int) (losses []float64, err error) {
	if err := r.Model().RequireGrad(); err != nil {
		return nil, err
	}
	optimizer, err := torch.NewAdamW(torch.Group{Params: r.Model().Parameters(), Rate: 1})
	if err != nil {
		return nil, err
	}
	defer optimizer.Close()
	text, random := token.Read(r.Tokenizer(), []byte(lesson)), rand.New(rand.NewPCG(1, 2))
	for range steps {
		examples := make([]Example, 4)
		for i := range examples {
			examples[i] = r.Rebuilding(text.Tokens, drop(text, random, 0.6))
		}
		err := torch.Do(func(s *torch.Scope) error {
			loss := r.Loss(s, examples, random)
			s.Backward(loss)
			losses = append(losses, s.Item(loss))
			return optimizer.Step(1e-2)
		})
		if err != nil {
			return nil, err
		}
	}
	return losses, nil
}

// drop draws words to keep.
func drop(text token.Text, random *rand.Rand, rate float64) []bool {
	kept := make([]bool, len(text.Tokens))
	for _, u := range text.Units {
		keep := random.Float64() < rate
		for i := u.First; i < u.End; i++ {
			kept[i] = keep
		}
	}
	return kept
}

func TestAToyLearnsWhatItReadsAndRebuildsIt(t *testing.T) {
	r := untaught(t, "gpt2")
	losses, err := teach(r, 40)
	if err != nil {
		t.Fatal(err)
	}
	if first, last := losses[0], losses[len(losses)-1]; !(last < first/4) {
		t.Errorf("the loss went from %g to %g", first, last)
	}
	t.Run("expand", func(t *testing.T) { expands(t, r) })
	t.Run("gaps", func(t *testing.T) { gapsCountWhatWasDropped(t, r) })
}

// Whatever is given, known or not, is in the result, in order and byte for byte.
func expands(t *testing.T, r *Reconstructor) {
	whole, inserted := token.Read(r.Tokenizer(), []byte(lesson)), 0
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Custom(func(rt *rapid.T) []byte {
			random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "mask"), 0))
			return whole.Kept(drop(whole, random, 0.7))
		})).Draw(rt, "text")
		growth := rapid.Float64Range(1, 4).Draw(rt, "growth")
		kept := token.Read(r.Tokenizer(), text)
		pieces, err := r.Expand(context.Background(), kept, growth)
		if err != nil {
			rt.Fatal(err)
		}
		var given []byte
		var ids []int32
		run := []byte{}
		for _, p := range append(pieces, Piece{}) {
			if p.Probability < 0 || p.Probability > 1 {
				rt.Errorf("probability %g", p.Probability)
			}
			if p.Inserted {
				run = append(run, p.Bytes...)
				inserted++
				continue
			}
			if string(run) != string(bytes.ToValidUTF8(run, nil)) {
				rt.Errorf("%q was inserted", run)
			}
			given, ids, run = append(given, p.Bytes...), append(ids, p.ID), nil
		}
		if !bytes.Equal(given, text) || !slices.Equal(ids[:len(ids)-1], token.IDs(nil, kept.Tokens)) {
			rt.Errorf("given %q, found %q", text, given)
		}
		if most := math.Ceil(float64(len(kept.Tokens)) * growth); float64(len(pieces)) > most {
			rt.Errorf("%d tokens became %d; at most %g", len(kept.Tokens), len(pieces), most)
		}
	})
	if inserted == 0 {
		t.Error("nothing was ever inserted")
	}
}

func gapsCountWhatWasDropped(t *testing.T, r *Reconstructor) {
	text := token.Read(r.Tokenizer(), []byte(lesson))
	all, none := make([]bool, len(text.Tokens)), make([]bool, len(text.Tokens))
	some, dropped := slices.Clone(all), 0
	for i := range all {
		all[i], some[i] = true, i%3 > 0
		if !some[i] {
			dropped++
		}
	}
	gaps, err := r.Gaps(context.Background(), []token.Text{text, text, text}, [][]bool{all, some, none})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{0, dropped, len(none)} {
		if gaps[i].Tokens != len(text.Tokens) || gaps[i].GapTokens != want {
			t.Errorf("mask %d: %+v; want %d dropped", i, gaps[i], want)
		}
	}
	if gaps[0].GapNats != 0 || gaps[1].GapNats >= gaps[1].Nats || gaps[2].GapNats != gaps[2].Nats {
		t.Errorf("%+v", gaps)
	}
}

// A text that is longer than what is read at once, and a word that is longer than the model can read.
func TestLongTextsAreRebuiltPieceByPiece(t *testing.T) {
	r := untaught(t, "gpt2")
	for name, text := range map[string][]byte{
		"long":   bytes.Repeat([]byte("one two three "), 300),
		"a word": bytes.Repeat([]byte("x1"), 3*positions),
	} {
		pieces, err := r.Expand(context.Background(), token.Read(r.Tokenizer(), text), 1.1)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var given []byte
		for _, p := range pieces {
			if !p.Inserted {
				given = append(given, p.Bytes...)
			}
		}
		if !bytes.Equal(given, text) {
			t.Errorf("%s: not all of it is there", name)
		}
	}
}

func TestExpandStopsWhenItIsTold(t *testing.T) {
	r := untaught(t, "gpt2")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Expand(ctx, token.Read(r.Tokenizer(), []byte(lesson)), 2); err == nil {
		t.Error("it went on")
	}
}

func TestMasksOfOneTokenizerBecomeThoseOfAnother(t *testing.T) {
	for _, pair := range [][2]string{{"gpt2", "smollm2"}, {"smollm2", "gpt2"}} {
		r := untaught(t, pair[1])
		theirs, err := token.Open(pair[0])
		if err != nil {
			t.Fatal(err)
		}
		text := token.Read(theirs, []byte("Order 20391 of Gothenburg: naïve 東京 ships, 14 crates.  Thanks\n"))
		for seed := range uint64(20) {
			kept := drop(text, rand.New(rand.NewPCG(seed, 0)), 0.6)
			own, mask := r.Align(text, kept)
			covered := make([]bool, len(text.Bytes))
			for i, each := range text.Tokens {
				for at := each.Start; at < each.End; at++ {
					covered[at] = kept[i]
				}
			}
			for i, each := range own.Tokens {
				want := !slices.Contains(covered[each.Start:each.End], false) && each.End > each.Start
				if mask[i] != want {
					t.Fatalf("%v, seed %d: token %d %q is kept: %v", pair, seed, i, own.Bytes[each.Start:each.End], mask[i])
				}
			}
		}
	}
}

var readings = []probe.Reading{
	{Context: lesson, Probe: probe.Probe{Prompt: "What opened?", Target: "the harbour"}},
	{Context: "", Probe: probe.Probe{Prompt: "Who spoke?", Target: "the mayor"}},
}

// Save writes what another machine needs: the folder that a model came from may be gone.
func TestASavedReconstructorReadsTheSame(t *testing.T) {
	named := untaught(t, "smollm2")
	for name, open := range map[string]func(t *testing.T) *Reconstructor{
		"by name": func(*testing.T) *Reconstructor { return named },
		"a file that goes": func(t *testing.T) *Reconstructor {
			raw, err := os.ReadFile("../token/vocab/smollm2/tokenizer.json.gz")
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "tokenizer.json")
			if err := os.WriteFile(file, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			r := untaught(t, file)
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			return r
		},
		"a chat model": func(t *testing.T) *Reconstructor {
			r := untaught(t, "smollm2")
			r.chat = true
			return r
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t)
			want, err := r.Losses(context.Background(), readings)
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), "saved")
			if err := r.Save(dir); err != nil {
				t.Fatal(err)
			}
			saved, err := Open(dir, torch.Float32, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer saved.Close()
			got, err := saved.Losses(context.Background(), readings)
			if err != nil || !slices.Equal(got, want) || saved.chat != r.chat || !reflect.DeepEqual(saved.model.Config, r.model.Config) {
				t.Errorf("%v, want %v; chat %v, want %v; %+v (%v)", got, want, saved.chat, r.chat, saved.model.Config, err)
			}
			if err := r.LoadInto(dir); err != nil {
				t.Error(err)
			}
		})
	}
	if err := named.LoadInto(t.TempDir()); err == nil {
		t.Error("an empty folder was loaded")
	}
}

// SmolLM2 with its first layers kept, as `sputnik reconstructor --reconstructor_path smollm2-135m` trains it.
func TestTheFirstLayersOfSmolLM2CanBeSaved(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	if _, err := hub.Find("smollm2-135m"); err != nil {
		t.Skip(err)
	}
	r, err := Open("smollm2-135m", torch.Float32, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want, err := r.Losses(context.Background(), readings)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := r.Save(dir); err != nil {
		t.Fatal(err)
	}
	saved, err := Open(dir, torch.Float32, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer saved.Close()
	got, err := saved.Losses(context.Background(), readings)
	if err != nil || !slices.Equal(got, want) || !saved.chat || saved.model.Config.Layers != 2 {
		t.Errorf("%v, want %v; chat %v, %d layers (%v)", got, want, saved.chat, saved.model.Config.Layers, err)
	}
	if t, ok := transformer.Tokenizer(dir); ok != nil || t.VocabSize() != r.Tokenizer().VocabSize() {
		panic("other tools find no tokenizer")
	}
}

func TestAModelThatCannotBeMadeSaysWhy(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	for name, shape := range map[string]Shape{
		"heads":                {"gpt2", 1, 30, 4},
		"a tokenizer":          {"gpt9", 1, 32, 2},
		"one that never stops": {"minilm", 1, 32, 2},
	} {
		if r, err := New(shape); err == nil {
			r.Close()
			t.Errorf("%s: it was made", name)
		}
	}
}

func TestAnAnswerDoesNotDependOnWhoElseIsAsked(t *testing.T) {
	r := untaught(t, "smollm2")
	var readings []probe.Reading
	for i := range 5 {
		readings = append(readings, probe.Reading{
			Context: strings.Repeat(lesson+" ", i), Probe: probe.Probe{Kind: probe.KindQuestion, Prompt: "Who gave a speech?", Target: "the mayor"},
		})
	}
	together, err := r.Answers(t.Context(), readings)
	if err != nil {
		t.Fatal(err)
	}
	for i, reading := range readings {
		alone, err := r.Answers(t.Context(), []probe.Reading{reading})
		if err != nil || alone[0] != together[i] || strings.Contains(alone[0], "\n") {
			t.Errorf("reading %d: %q alone, %q among others (%v)", i, alone, together[i], err)
		}
	}
	if long := r.prompt(probe.Reading{Context: strings.Repeat(lesson, 1000)}); len(long) > r.model.Config.Positions-32 {
		t.Error("a long prompt leaves no room for an answer")
	}
}
