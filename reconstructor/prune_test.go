package reconstructor

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
)

// What is left answers nearer to the whole model than as much of it that questions have no part in choosing.
func TestWhatIsPrunedIsWhatAnswersNeedLeast(t *testing.T) {
	dir, readings := saved(t), asked()
	whole := opened(t, dir)
	off := func(r *Reconstructor) (nats float64) {
		t.Helper()
		err := torch.NoGrad(func(s *torch.Scope) error {
			nats = s.Item(r.TaughtLoss(s, whole, lessons(r), rand.New(rand.NewPCG(1, 2))))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return nats
	}
	pruned := opened(t, dir)
	answered := 0
	if err := pruned.Prune(t.Context(), 0.7, readings, func(n int) { answered = n }); err != nil {
		t.Fatal(err)
	}
	if got, all := pruned.Model().Size(), whole.Model().Size(); answered != len(readings) || got >= all {
		t.Errorf("%d readings answered, %d parameters of %d", answered, got, all)
	}
	if got, want := off(pruned), off(opened(t, dir, 1)); got >= want {
		t.Errorf("pruned by a third it is off by %g, without one of three layers by %g", got, want)
	}
	again := opened(t, dir)
	if err := again.Prune(t.Context(), 0.7, readings, nil); err != nil {
		t.Fatal(err)
	}
	if got, want := off(again), off(pruned); got != want {
		t.Errorf("pruned again it is off by %g, before by %g", got, want)
	}
}

func TestAPruningThatFailsLeavesTheModel(t *testing.T) {
	r, readings := opened(t, saved(t)), asked()
	ctx, cancel := context.WithCancel(t.Context())
	if err := r.Prune(ctx, 0.5, nil, nil); err == nil {
		t.Error("nothing was read")
	}
	if err := r.Prune(ctx, 0, readings, nil); err == nil {
		t.Error("pruned to nothing")
	}
	if err := r.Prune(ctx, 0.5, readings, func(int) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if _, err := r.Losses(t.Context(), readings); err != nil || r.Model().Config.Pruned != nil {
		t.Errorf("%v, %+v", err, r.Model().Config)
	}
}
