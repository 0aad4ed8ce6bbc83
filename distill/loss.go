package distill

import (
	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/torch"
)

// weights of the terms of a step.
type weights struct{ alpha, temperature, listwise, hidden float64 }

// lesson is what a student is shown of a batch: [rows, length], 0 at padding.
type lesson struct {
	batch   agent.Batch
	labels  []float32
	teacher []float32    // logits; nil where there is no teacher
	states  torch.Tensor // of the teacher's hidden layer; not defined where they do not compare
}

// shift is what logits are lowered by before hard labels see them, since few tokens are of an answer: as in training, so
// that a student's logits and its teacher's mean the same.
const shift = -2

// loss is the formula of doc.go, a mean over tokens but for the listwise term, which is one over texts.
func loss(s *torch.Scope, student *agent.Agent, l lesson, w weights) torch.Tensor {
	rows, length := int64(l.batch.Rows), int64(l.batch.Length)
	present := l.batch.Present(s)
	tokens := s.Sum(present)
	mean := func(x torch.Tensor) torch.Tensor { return s.Div(s.Sum(s.Mul(x, present)), tokens) }
	states := student.States(s, l.batch)
	logits := student.Head(s, states)
	hard := mean(s.BinaryCrossEntropy(s.Shift(logits, shift), torch.From(s, l.labels, rows, length), torch.Tensor{}))
	if l.teacher == nil {
		return hard
	}
	target := torch.From(s, l.teacher, rows, length)
	total := s.Add(s.Scale(hard, 1-w.alpha), s.Scale(mean(bernoulli(s, target, logits, w.temperature)), w.alpha*w.temperature*w.temperature))
	if w.listwise > 0 {
		list := s.Mean(listwise(s, target, logits, present, w.temperature))
		total = s.Add(total, s.Scale(list, w.listwise*w.temperature*w.temperature))
	}
	if w.hidden > 0 && l.states.Defined() {
		apart := s.MeanDim(s.Pow(s.Sub(states, l.states), 2), -1)
		total = s.Add(total, s.Scale(mean(apart), w.hidden))
	}
	return total
}

// bernoulli is KL(sigmoid(t/T) || sigmoid(s/T)) a token, T the temperature, of logits lowered by shift: [rows, length].
func bernoulli(s *torch.Scope, teacher, student torch.Tensor, temperature float64) torch.Tensor {
	t, q := s.Scale(s.Shift(teacher, shift), 1/temperature), s.Scale(s.Shift(student, shift), 1/temperature)
	p := s.Sigmoid(t)
	return s.Sub(s.BinaryCrossEntropy(q, p, torch.Tensor{}), s.BinaryCrossEntropy(t, p, torch.Tensor{}))
}

// listwise is KL(softmax(t/T) || softmax(s/T)) over the positions of a text: [rows].
func listwise(s *torch.Scope, teacher, student, present torch.Tensor, temperature float64) torch.Tensor {
	hide := s.Scale(s.Shift(present, -1), 1e4) // 0 at tokens, -10,000 at padding
	t := s.LogSoftmax(s.Add(s.Scale(teacher, 1/temperature), hide), -1)
	q := s.LogSoftmax(s.Add(s.Scale(student, 1/temperature), hide), -1)
	return s.SumDim(s.Mul(s.Mul(s.Exp(t), s.Sub(t, q)), present), -1)
}
