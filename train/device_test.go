package train

import (
	"path/filepath"
	"testing"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/torch"
)

// Meta computes with no tensor of another device: a run that it takes to its end, checkpoints and evaluations included, has
// made all of its own there.
func TestEveryTensorOfARunIsOnTheDeviceInUse(t *testing.T) {
	reader := savedReader(t, quick(t).Tokenizer, 1)
	for name, change := range map[string]func(c *config.Train){
		"the reconstructor reads": func(*config.Train) {},
		"another model heals it": func(c *config.Train) {
			c.ReconstructorPath, c.ReconstructorTeacher, c.MixedPrecision = reader, reader, true
		},
		"another model reads":          func(c *config.Train) { c.Reader = reader },
		"a reader gives credit":        func(c *config.Train) { c.Reader, c.GradientEstimator, c.Rounds = reader, "gate", 1 },
		"a reader labels":              func(c *config.Train) { c.LabelWith, c.LabelReader = "told", reader },
		"an encoder teaches the agent": func(c *config.Train) { c.Teacher, c.TaughtTexts = tinyBERT, 5 },
	} {
		t.Run(name, func(t *testing.T) {
			c := quick(t)
			c.Device, c.SupervisedSteps = "meta", 2
			change(&c)
			t.Cleanup(func() { torch.Use(torch.CPU) })
			trainer, err := run(t, c, 0)
			if err != nil {
				t.Fatal(err)
			}
			if device := trainer.rebuilds.State()[0].Tensor.Device(); device != torch.Meta || trainer.parts < 2 {
				t.Errorf("the moments are on %d, and a step is played in %d parts", device, trainer.parts)
			}
		})
	}
}

// savedReader is a model's folder.
func savedReader(t *testing.T, tokenizer string, layers int) string {
	t.Helper()
	torch.Use(torch.CPU)
	r, err := reconstructor.New(reconstructor.Shape{Tokenizer: tokenizer, Layers: layers, Width: 16, Heads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dir := filepath.Join(t.TempDir(), "reader")
	if err := r.Save(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}
