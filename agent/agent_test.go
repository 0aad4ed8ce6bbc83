package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/torchtest"
)

func TestMain(m *testing.M) { torchtest.Main(m) }

const sample = "The first Nobel Prize in Physics was awarded in 1901 to Wilhelm Conrad Röntgen, of Germany, " +
	"who received 150,782 SEK. John Bardeen is the only laureate to win the prize twice, in 1956 and 1972.\n"

// fresh makes an agent whose every weight is random, so that no path through it is silent.
func fresh(t testing.TB, c Config) (*Agent, token.Text) {
	t.Helper()
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	tokenizer, err := token.Open("smollm2")
	if err != nil {
		t.Fatal(err)
	}
	text := token.Read(tokenizer, []byte(strings.Repeat(sample, 20)))
	counter := NewCounter(tokenizer.VocabSize())
	counter.Add(text)
	c.Tokenizer, c.Vocabulary = "smollm2", tokenizer.VocabSize()
	torch.Seed(1)
	a, err := New(c, tokenizer, counter.Statistics())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	err = torch.NoGrad(func(s *torch.Scope) error {
		for _, w := range a.weights {
			if err := torch.CopyInto(w.Tensor, s.Add(w.Tensor, s.Scale(s.Randn(torch.Float32, w.Tensor.Shape()...), 0.1))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return a, text
}

var small = Config{Embedding: 8, Hidden: 32, ContextWindow: 15, Layers: 4}

// saved is the agent after a round trip through its folder.
func saved(t testing.TB, a *Agent) *Agent {
	t.Helper()
	dir := t.TempDir()
	if err := a.Save(dir); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(loaded.Close)
	return loaded
}

func TestTheThreeForwardsAgree(t *testing.T) {
	for _, c := range []Config{small, {Embedding: 4, Hidden: 16, ContextWindow: 3, Layers: 2}, {Embedding: 4, Hidden: 16, ContextWindow: 16, Layers: 5},
		{Embedding: 4, Rows: 64, Hidden: 16, ContextWindow: 3, Layers: 2}, {Embedding: 4, Hidden: 16, ContextWindow: 256, Layers: 2},
		{Embedding: 4, Hidden: 16, ContextWindow: 40, Layers: 4, Growth: 3}} {
		a, text := fresh(t, c)
		loaded := saved(t, a)
		fused, plain := scores(t, a, text), scores(t, loaded.WithoutTorch(), text)
		var graph []float32
		err := torch.NoGrad(func(s *torch.Scope) error {
			graph = torch.Values[float32](s, a.Logits(s, a.NewBatch([]token.Text{text}, []float64{0.4})))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(text.Tokens) < 2*mostRows {
			t.Fatal("the text does not span several windows")
		}
		if diff := cmp.Diff(fused, plain); diff != "" {
			t.Fatalf("libtorch's bits and Go's: %s", diff)
		}
		for i := range fused { // single precision, sums of 100 terms
			if math.Abs(float64(fused[i]-graph[i])) > 2e-4 {
				t.Fatalf("token %d: fused %v, graph %v", i, fused[i], graph[i])
			}
		}
	}
}

func scores(t testing.TB, a *Agent, text token.Text) []float32 {
	t.Helper()
	all, err := a.Score(context.Background(), text, 0.4)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestScoresDoNotDependOnThreads(t *testing.T) {
	a, text := fresh(t, small)
	threads := torch.Threads()
	defer torch.SetThreads(threads)
	want := scores(t, a, text)
	for n := 1; n <= 3; n++ {
		torch.SetThreads(n)
		if diff := cmp.Diff(want, scores(t, a, text)); diff != "" {
			t.Fatalf("%d threads: %s", n, diff)
		}
	}
}

func TestScoresDoNotDependOnCompany(t *testing.T) {
	a, whole := fresh(t, small)
	a = saved(t, a)
	for _, a := range []*Agent{a, a.WithoutTorch()} {
		var texts []token.Text
		var want [][]float32
		for i := range 64 {
			texts = append(texts, token.Read(a.tokenizer, whole.Bytes[:1+i*i*len(whole.Bytes)/(64*64)]))
			want = append(want, scores(t, a, texts[i]))
		}
		var all sync.WaitGroup
		for i := range texts {
			all.Go(func() {
				got, err := a.Score(context.Background(), texts[i], 0.4)
				if err != nil || !cmp.Equal(got, want[i]) {
					t.Errorf("%d tokens, by libtorch %v: other bits beside 63 other texts (%v)", len(texts[i].Tokens), a.fused != nil, err)
				}
			})
		}
		all.Wait()
	}
}

func TestAFaultInAForwardIsAnError(t *testing.T) {
	a, text := fresh(t, small)
	a = saved(t, a).WithoutTorch()
	delete(a.plain.weights, "head.weight")
	a.plain.weights["head.bias"] = nil
	if _, err := a.Score(context.Background(), text, 0.4); err == nil || !strings.Contains(err.Error(), "panic") {
		t.Errorf("got %v, want an error that says panic", err)
	}
}

func TestARequestThatIsGivenUpReturnsAtOnce(t *testing.T) {
	a, text := fresh(t, small)
	a = saved(t, a)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := a.Score(ctx, text, 0.4); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if got := scores(t, a, text); len(got) != len(text.Tokens) {
		t.Errorf("after that %d scores for %d tokens", len(got), len(text.Tokens))
	}
}

func TestAPaddedRowScoresAsItDoesAlone(t *testing.T) {
	a, text := fresh(t, small)
	short := token.Read(a.tokenizer, []byte(sample))
	err := torch.NoGrad(func(s *torch.Scope) error {
		alone := torch.Values[float32](s, a.Logits(s, a.NewBatch([]token.Text{short}, []float64{0.5})))
		both := torch.Values[float32](s, a.Logits(s, a.NewBatch([]token.Text{short, text}, []float64{0.5, 0.5})))
		for i := range alone {
			if math.Abs(float64(alone[i]-both[i])) > 1e-4 {
				t.Errorf("token %d: %v alone, %v beside a longer text", i, alone[i], both[i])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnotherTokenizerIsRefused(t *testing.T) {
	a, _ := fresh(t, small)
	other, err := token.Open("gpt2")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Matches(other); err == nil || !strings.Contains(err.Error(), "gpt2") {
		t.Fatalf("got %v", err)
	}
}

func TestADamagedFolderIsRefused(t *testing.T) {
	a, _ := fresh(t, small)
	dir := t.TempDir()
	if err := a.Save(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(dir+"/model.safetensors", 5000); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); err == nil || strings.Contains(err.Error(), "\n") {
		t.Fatalf("got %v", err)
	}
}

func TestAnEmbeddingStartsFromTheModelsPrincipalComponents(t *testing.T) {
	a, _ := fresh(t, small)
	width := int64(a.Embedding)
	err := torch.NoGrad(func(s *torch.Scope) error {
		// A model whose embedding varies much along a few axes and little along the others.
		model := s.Randn(torch.Float32, int64(a.Vocabulary), 3*width)
		stretch := make([]float32, 3*width)
		for i := range stretch {
			stretch[i] = 5 / float32(i+1)
		}
		model = s.Shift(s.Mul(model, torch.From(s, stretch, 3*width)), 2)
		if err := a.EmbedAs(model); err != nil {
			return err
		}
		// Weighed by how often each token stands in the text, columns have mean 0, deviation 1, and do not covary.
		counts := s.Exp(torch.From(s, a.statistics.unigrams, int64(a.Vocabulary), 1))
		p := s.Div(counts, s.Sum(counts))
		e := a.weights[0].Tensor
		covariance := torch.Values[float32](s, s.MatMul(s.Transpose(s.Mul(e, p), 0, 1), e))
		for i, got := range covariance {
			want := 0.0
			if i%(a.Embedding+1) == 0 {
				want = 1
			}
			if math.Abs(float64(got)-want) > 1e-3 { // sums of 49152 in single precision
				t.Errorf("covariance %d is %v, want %v", i, got, want)
			}
		}
		for i, mean := range torch.Values[float32](s, s.SumDim(s.Mul(e, p), 0)) {
			if math.Abs(float64(mean)) > 1e-3 {
				t.Errorf("column %d has the mean %v", i, mean)
			}
		}
		if err := a.EmbedAs(s.Zeros(torch.Float32, 7, 3*width)); err == nil || !strings.Contains(err.Error(), "[7 24]") {
			t.Errorf("a wrong shape: %v", err)
		}
		if err := a.EmbedAs(s.Zeros(torch.Float32, int64(a.Vocabulary), 3*width)); err == nil || !strings.Contains(err.Error(), "fewer than 8 axes") {
			t.Errorf("nothing varies: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheFieldCoversTheContextWindow(t *testing.T) {
	for window := 1; window <= 40; window++ {
		for layers := 1; layers <= 6; layers++ {
			for growth := range 4 {
				if c := (Config{ContextWindow: window, Layers: layers, Growth: growth}); c.reach() < window {
					t.Errorf("window %d, %d layers, growth %d: reach %d", window, layers, growth, c.reach())
				}
			}
		}
	}
	for _, each := range []struct {
		Config
		want []int
	}{
		{Config{ContextWindow: 15, Layers: 4}, []int{1, 2, 4, 8}},
		{Config{ContextWindow: 15, Layers: 4, Growth: 2}, []int{1, 2, 4, 8}},
		{Config{ContextWindow: 8, Layers: 5}, []int{1, 2, 4, 1, 1}},
		{Config{ContextWindow: 40, Layers: 4, Growth: 3}, []int{1, 3, 9, 27}},
		{Config{ContextWindow: 256, Layers: 64, Growth: 8}, append([]int{1, 8, 64, 183}, slices.Repeat([]int{1}, 60)...)},
	} {
		if diff := cmp.Diff(each.want, each.dilations()); diff != "" {
			t.Errorf("%+v: %s", each.Config, diff)
		}
	}
}

func TestDilationsThatDoNotGrowInReasonAreRefused(t *testing.T) {
	for _, growth := range []int{-1, 9} {
		c := Config{Vocabulary: 10, Embedding: 4, Hidden: 8, ContextWindow: 15, Layers: 4, Growth: growth}
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), "dilations grow") {
			t.Errorf("growth %d: %v", growth, err)
		}
	}
}

func TestAWordsHashIsFNV1aOfItInLowerCase(t *testing.T) {
	for _, word := range []string{"", "Bank", "ÅNGSTRÖM", "naïve", "x\xff", strings.Repeat("Long", 40), "İ"} {
		h := fnv.New32a()
		h.Write(bytes.ToLower([]byte(word)))
		if got := wordHash([]byte(word)); got != h.Sum32() {
			t.Errorf("%q: %d, want %d", word, got, h.Sum32())
		}
	}
}

func BenchmarkPolicyForward(b *testing.B) {
	a, _ := fresh(b, Config{Embedding: 16, Hidden: 128, ContextWindow: 15, Layers: 4})
	ids, features, scores := make([]int32, mostRows), make([]float32, mostRows*dynamicFeatures), make([]float32, mostRows)
	for i := range ids {
		ids[i] = int32(i * 7 % a.Vocabulary)
	}
	loaded := saved(b, a)
	for name, p := range map[string]policy{"libtorch": loaded.fused, "go": loaded.plain} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := p.Scores(ids, features, dynamicFeatures, scores); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*len(ids))/b.Elapsed().Seconds(), "tokens/s/core")
		})
	}
}

// The first layer, and what a table of its part that a token's id decides would take in its place: 25 MB, the look-up of a
// row, and the multiplications for the other inputs. docs/design/006-speed.md says why there is none.
func BenchmarkFirstLayer(b *testing.B) {
	a, _ := fresh(b, Config{Embedding: 16, Hidden: 128, ContextWindow: 15, Layers: 4, Question: QuestionFeatures})
	p := saved(b, a).plain
	p.laidOut.Do(p.layOut)
	dynamics, width := p.dynamics(), padded(p.Hidden)
	ids, features, scores := make([]int32, mostRows), make([]float32, mostRows*dynamics), make([]float32, mostRows)
	for i := range ids {
		ids[i] = int32(i * 977 % a.Vocabulary)
	}
	s := &scratch{x: make([]float32, (mostRows+tileRows)*width)}
	table := make([]float32, a.Vocabulary*width)
	rest := newPanels(p.weights["input.weight"][:p.Hidden*dynamics], dynamics, p.Hidden, dynamics)
	for name, run := range map[string]func(){
		"forward": func() { _ = p.Scores(ids, features, dynamics, scores) },
		"layer":   func() { p.embed(ids, features, dynamics, s) },
		"table": func() {
			for t, id := range ids {
				copy(s.x[t*width:(t+1)*width], table[int(id)*width:])
			}
			rest.multiply(len(ids), dynamics, features, dynamics, s.x)
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ids)), "ns/token")
		})
	}
}

// In parts of any size a text has the scores of the whole.
func TestAWalkGivesTheScoresOfTheWhole(t *testing.T) {
	a, _ := curious(t)
	rng := rand.New(rand.NewPCG(5, 6))
	text := []byte(strings.Repeat("The ferry to Loch Ness leaves at 7.40. ", 300) + strings.Repeat("z8", 9000) + " behind, without an end")
	for range 3000 {
		text = fmt.Appendf(text, " word%d", rng.IntN(900))
	}
	read := token.Read(a.Tokenizer(), text)
	for _, question := range []string{"", "When does the ferry leave for word77?"} {
		want, err := a.ScoreAsked(context.Background(), read, question, 0.3)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{500, 3000, 1 << 20} {
			margin, passes := a.Walk(text, 0.3, question)
			var got []float32
			for _, pass := range passes {
				for part := range token.Parts(a.Tokenizer(), text, size, margin) {
					scores, err := pass(context.Background(), part)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, scores...)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("parts of %d tokens have other scores, asked %q", size, question)
			}
		}
	}
}
