package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/saliency"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/encoder"
)

// A teacher is a pretrained encoder that learns the labels of the questions' texts first: it has read so much that a
// thousand questions tell it what is asked for in prose that no question is about. What several of them say, a mean, of the
// questions' texts and of plain text is then what the agent learns. Each is left in the run's folder as a token classifier
// that `compress --scorer tokenclass` and transformers read.

// teachersFolder holds the teachers of a run, taughtFile what they said, a text a line.
const (
	teachersFolder = "teachers"
	taughtFile     = "taught.jsonl"
)

const (
	teacherBatch = 16
	headRate     = 10   // times the learning rate: the head begins with nothing
	rarelyKept   = -2.0 // what a head that knows nothing says: one token in eight
)

// teach puts what the teachers say in place of the labels.
func (t *Trainer) teach(ctx context.Context) error {
	if t.cfg.Teacher == "" || t.cfg.SupervisedEpochs == 0 {
		return nil
	}
	texts := slices.Concat(t.data.questions, t.data.plain[:min(len(t.data.plain), t.cfg.TaughtTexts)])
	taught, err := t.labelTo(ctx, taughtFile, texts, func() (labeller, func(), error) {
		by, err := t.openTeachers(ctx)
		if err != nil {
			by.close()
			return nil, nil, err
		}
		kept, err := answersKept(ctx, by, t.data.statistics, t.data.selection)
		t.log.Info("labelling", "texts", len(texts), "teachers", len(by.each), "answers_kept", kept)
		return by, by.close, err
	})
	if err != nil {
		return err
	}
	n := len(t.data.questions)
	for i, l := range taught {
		alone := slices.Clone(l.worth) // whoever asks is told the sentence beside the answer, and needs no neighbours
		soften(l.text, alone, t.cfg.TeacherTemperature, 0)
		soften(l.text, l.worth, t.cfg.TeacherTemperature, t.cfg.TaughtNeighbours)
		if i < n {
			t.data.questions[i].taught = alone
		} else {
			t.data.plain[i-n].taught = alone
		}
	}
	t.data.labelled, t.data.salient = taught[:n], taught[n:]
	return nil
}

// soften divides the logits of probabilities: near 0 the cross-entropy hardly tells them apart, and a budget must. To each
// it adds so many times what the words before and behind its word have, a mean: what is kept alone tells a reader little.
func soften(text token.Text, p []float32, temperature, neighbours float64) {
	words := make([]float64, len(text.Units)+2) // one more at either end, like the one beside it
	for u, unit := range text.Units {
		for _, v := range p[unit.First:unit.End] {
			words[u+1] += logit(v) / float64(unit.End-unit.First)
		}
	}
	last := len(text.Units)
	words[0], words[last+1] = words[min(1, last)], words[last]
	for u, unit := range text.Units {
		beside := neighbours * (words[u] + words[u+2]) / 2
		for i := unit.First; i < unit.End; i++ {
			p[i] = float32(1 / (1 + math.Exp(-(logit(p[i])+beside)/temperature)))
		}
	}
}

// logit of a probability, bounded.
func logit(p float32) float64 {
	bounded := min(max(float64(p), 1e-6), 1-1e-6)
	return math.Log(bounded / (1 - bounded))
}

// openTeachers has the teachers learn that the folder does not hold yet.
func (t *Trainer) openTeachers(ctx context.Context) (by teachers, err error) {
	for n := range t.cfg.Teachers {
		dir := filepath.Join(t.cfg.OutputDir, teachersFolder, strconv.Itoa(n+1))
		if !exists(dir) {
			if err := t.trainTeacher(ctx, dir, t.cfg.RandomSeed+int64(n)); err != nil {
				return by, fmt.Errorf("teacher %d: %w", n+1, err)
			}
		}
		c, err := encoder.OpenClassifier(dir)
		if err != nil {
			return by, config.Usagef("teacher: %w", err)
		}
		by.closing = append(by.closing, c.Close)
		s, err := saliency.NewTokenClass(c)
		if err != nil {
			return by, config.Usagef("teacher: %w", err)
		}
		by.each = append(by.each, s)
	}
	return by, nil
}

// teachers label by the mean of their probabilities.
type teachers struct {
	each    []*saliency.TokenClass
	closing []func()
}

func (by teachers) close() {
	for _, f := range by.closing {
		f()
	}
}

func (by teachers) label(ctx context.Context, t task) ([]float32, error) {
	return by.Score(ctx, t.text, 0)
}

// Score is the mean probability that a token is worth keeping, whatever the rate.
func (by teachers) Score(ctx context.Context, text token.Text, rate float64) ([]float32, error) {
	mean := make([]float32, len(text.Tokens))
	for _, each := range by.each {
		scores, err := each.Score(ctx, text, rate)
		if err != nil {
			return nil, err
		}
		for i, p := range scores {
			mean[i] += p / float32(len(by.each))
		}
	}
	return mean, nil
}

// trainTeacher fine-tunes the encoder on the questions' labels.
func (t *Trainer) trainTeacher(ctx context.Context, dir string, seed int64) error {
	c, err := encoder.NewClassifier(t.cfg.Teacher, []string{"drop", "keep"}, []float32{0, rarelyKept})
	if err != nil {
		return config.Usage(err)
	}
	defer c.Close()
	if err := c.RequireGrad(); err != nil {
		return err
	}
	all := c.Parameters()
	head := len(all) - 2
	adam, err := torch.NewAdamW(torch.Group{Params: all[:head], Rate: 1, Decay: t.cfg.WeightDecay}, torch.Group{Params: all[head:], Rate: headRate})
	if err != nil {
		return err
	}
	defer adam.Close()
	hidden, maskable := c.MaskID()
	if !maskable {
		return config.Usagef("teacher %s: its tokenizer has no token for a masked word", t.cfg.Teacher)
	}
	lessons := make([]lesson, len(t.data.labelled))
	for i, l := range t.data.labelled {
		lessons[i] = newLesson(c, l)
	}
	random := rand.New(rand.NewPCG(uint64(seed), 0x7eac4e5))
	steps := t.cfg.TeacherEpochs * len(lessons) / teacherBatch
	rates := torch.Schedule{Peak: t.cfg.TeacherRate, Warmup: min(30, steps/10+1), Total: steps, Floor: 0.02}
	var order []int
	sum := 0.0
	for step := range steps {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("stopped at its step %d, and begins anew: %w", step, context.Cause(ctx))
		}
		if len(order) < teacherBatch {
			order = append(order, random.Perm(len(lessons))...)
		}
		batch := make([]lesson, min(teacherBatch, len(order)))
		for i := range batch {
			batch[i] = lessons[order[i]]
		}
		order = order[len(batch):]
		loss, err := teacherStep(c, batch, hide{hidden, t.cfg.TeacherHide}, random, adam, rates.At(step))
		if err != nil {
			return err
		}
		if sum += loss; (step+1)%t.cfg.LogFreq == 0 || step+1 == steps {
			t.log.Info("teacher", "seed", seed, "step", step+1, "of", steps, "loss", sum/float64(step%t.cfg.LogFreq+1))
			sum = 0
		}
	}
	return replace(dir, c.Save)
}

// lesson is a text in an encoder's tokens, with a mark before and behind it, and what they are worth, the marks nothing.
// Of a text that is too long it is the beginning.
type lesson struct {
	ids   []int32
	worth []float32
}

func newLesson(c *encoder.Classifier, l labelled) lesson {
	own := c.Encode(l.text.Bytes)
	own = own[:min(len(own), c.Model().Config.Positions-2)]
	before, behind := c.Marks()
	worth := saliency.Means(token.Text{Bytes: l.text.Bytes, Tokens: own}, l.text.Tokens, l.worth)
	return lesson{append(token.IDs([]int32{before}, own), behind), append(append([]float32{0}, worth...), 0)}
}

// hide is the share of words that a teacher does not see, and what stands for them.
type hide struct {
	by    int32
	share float64
}

// teacherStep moves a classifier by the cross-entropy of what its tokens are worth, a mean over tokens and then texts.
func teacherStep(c *encoder.Classifier, batch []lesson, h hide, random *rand.Rand, adam *torch.AdamW, rate float64) (loss float64, err error) {
	length := 0
	for _, l := range batch {
		length = max(length, len(l.ids))
	}
	n := len(batch) * length
	ids, worth, weights, mask := make([]int64, n), make([]float32, n), make([]float32, n), make([]float32, n)
	for i, l := range batch {
		for at, id := range l.ids {
			place := i*length + at
			ids[place], worth[place], mask[place] = int64(id), l.worth[at], 1
			weights[place] = 1 / float32(len(l.ids)*len(batch))
			if random.Float64() < h.share {
				ids[place] = int64(h.by)
			}
		}
	}
	defer torch.ClearGrad(adam.Params()...)
	err = torch.Do(func(s *torch.Scope) error {
		shape := []int64{int64(len(batch)), int64(length)}
		logits := c.Logits(s, torch.From(s, ids, shape...), torch.From(s, mask, shape...))
		keep := s.Squeeze(s.Sub(s.Narrow(logits, 2, 1, 1), s.Narrow(logits, 2, 0, 1)), 2)
		total := s.Sum(s.BinaryCrossEntropy(keep, torch.From(s, worth, shape...), torch.From(s, weights, shape...)))
		if loss = s.Item(total); math.IsNaN(loss) || math.IsInf(loss, 0) {
			return fmt.Errorf("the loss is %v", loss)
		}
		s.Backward(total)
		return nil
	})
	if err == nil {
		_, err = torch.ClipNorm(adam.Params(), 1)
	}
	if err == nil {
		err = adam.Step(rate)
	}
	return loss, err
}
