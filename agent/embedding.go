package agent

import (
	"fmt"

	"github.com/project-sputnik/sputnik/torch"
)

// EmbedAs starts the token embedding from a language model's, [vocabulary, width]: its principal components, each token
// weighing as often as it stands in the training split, every column scaled to unit deviation.
//
//	C = sum_v p_v (e_v - mean)(e_v - mean)^T = U diag(sigma) U^T,  row v = (e_v - mean) U sigma^-1/2
func (a *Agent) EmbedAs(model torch.Tensor) error {
	if a.Rows > 0 {
		return fmt.Errorf("an embedding whose %d rows tokens share cannot start from a model's", a.Rows)
	}
	if shape := model.Shape(); len(shape) != 2 || shape[0] != int64(a.Vocabulary) || shape[1] < int64(a.Embedding) {
		return fmt.Errorf("an embedding of the shape %v cannot start one of [%d %d]", shape, a.Vocabulary, a.Embedding)
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		counts := s.Exp(torch.From(s, a.statistics.unigrams, int64(a.Vocabulary), 1))
		p := s.Div(counts, s.Sum(counts))
		e := s.To(model, torch.Float32)
		e = s.Sub(e, s.Unsqueeze(s.SumDim(s.Mul(e, p), 0), 0))
		u, sigma, _ := s.SVD(s.MatMul(s.Transpose(s.Mul(e, p), 0, 1), e))
		width := int64(a.Embedding)
		components := s.MatMul(e, s.Narrow(u, 1, 0, width))
		scaled := s.Mul(components, s.Pow(s.Narrow(sigma, 0, 0, width), -0.5))
		if !s.Finite(scaled) {
			return fmt.Errorf("the embedding varies along fewer than %d axes", width)
		}
		return torch.CopyInto(a.weights[0].Tensor, scaled)
	})
}
