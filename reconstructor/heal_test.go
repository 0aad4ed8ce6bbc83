package reconstructor

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/torch"
)

// saved is the folder of a toy of three layers that knows the lesson by heart.
func saved(t *testing.T) string {
	t.Helper()
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	torch.Seed(1)
	r, err := New(Shape{Tokenizer: "gpt2", Layers: 3, Width: 32, Heads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := teach(r, 60); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "toy")
	if err := r.Save(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func opened(t *testing.T, dir string, without ...int) *Reconstructor {
	t.Helper()
	r, err := OpenWithout(dir, torch.Float32, without)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func values(t *testing.T, p torch.Named) (v []float32) {
	t.Helper()
	if err := torch.NoGrad(func(s *torch.Scope) error { v = torch.Values[float32](s, p.Tensor); return nil }); err != nil {
		t.Fatal(err)
	}
	return v
}

// asked are questions about the lesson, behind some of its words.
func asked() (readings []probe.Reading) {
	for _, left := range []string{lesson, "harbour old town opened ships spring", "mayor gave speech"} {
		for _, q := range [][2]string{{"What opened to ships?", "The harbour"}, {"Who gave a speech?", "the mayor"}} {
			readings = append(readings, probe.Reading{Context: left, Probe: probe.Probe{Kind: probe.KindQuestion, Prompt: q[0], Target: q[1]}})
		}
	}
	return readings
}

// lessons are what is asked, to learn from.
func lessons(r *Reconstructor) (examples []Example) {
	for _, reading := range asked() {
		examples = append(examples, r.Answering(reading))
	}
	return examples
}

func TestAModelWithoutALayerHasTheOthers(t *testing.T) {
	dir := saved(t)
	whole, cut := opened(t, dir).Model().Parameters(), opened(t, dir, 1).Model().Parameters()
	each := (len(whole) - 2) / 3 // but for the embedding and the last norm
	want := slices.Concat(whole[:1+each], whole[1+2*each:])
	if len(cut) != len(want) {
		t.Fatalf("%d tensors, want %d", len(cut), len(want))
	}
	for i := range cut {
		if !slices.Equal(values(t, cut[i]), values(t, want[i])) {
			t.Errorf("%s is not %s", cut[i].Name, want[i].Name)
		}
	}
	for _, without := range [][]int{{3}, {-1}, {0, 1, 2}} {
		if r, err := OpenWithout(dir, torch.Float32, without); err == nil {
			r.Close()
			t.Errorf("it was opened without layers %v", without)
		}
	}
}

func TestAModelWithoutALayerIsHealed(t *testing.T) {
	dir := saved(t)
	teacher, student := opened(t, dir), opened(t, dir, 0)
	random := rand.New(rand.NewPCG(1, 2))
	loss := func(r *Reconstructor, then func(s *torch.Scope, loss torch.Tensor) error) (value float64) {
		err := torch.Do(func(s *torch.Scope) error {
			total := r.TaughtLoss(s, teacher, lessons(r), random)
			value = s.Item(total)
			return then(s, total)
		})
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	measure := func(*torch.Scope, torch.Tensor) error { return nil }
	if own := loss(teacher, measure); own > 1e-6 {
		t.Errorf("its own words cost the teacher %g", own)
	}
	if err := student.Model().RequireGrad(); err != nil {
		t.Fatal(err)
	}
	learns, embedding := student.Model().Parameters()[1:], student.Model().Parameters()[0]
	optimizer, err := torch.NewAdamW(torch.Group{Params: learns, Rate: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer optimizer.Close()
	before := loss(student, measure)
	for range 30 {
		loss(student, func(s *torch.Scope, total torch.Tensor) error {
			s.Backward(total)
			if s.Grad(embedding.Tensor).Defined() {
				t.Error("a gradient flows to the embedding")
			}
			return optimizer.Step(1e-2)
		})
	}
	if after := loss(student, measure); after > before/2 {
		t.Errorf("the loss fell from %g to %g only", before, after)
	}
}

func TestATeacherReadsWhatItsStudentReads(t *testing.T) {
	toy := untaught(t, "gpt2")
	if err := untaught(t, "gpt2").CanTeach(toy); err != nil {
		t.Error(err)
	}
	wide, err := New(Shape{Tokenizer: "gpt2", Layers: 1, Width: 64, Heads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer wide.Close()
	dir := filepath.Join(t.TempDir(), "toy")
	if err := toy.Save(dir); err != nil {
		t.Fatal(err)
	}
	if err := opened(t, dir).CanTeach(toy); err != nil { // under another name
		t.Error(err)
	}
	for _, teacher := range []*Reconstructor{wide, untaught(t, "smollm2")} {
		if teacher.CanTeach(toy) == nil {
			t.Errorf("%s, %d wide, may teach", teacher.Tokenizer().Name(), teacher.Model().Config.Width)
		}
	}
}
