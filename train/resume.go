package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// resume reads a checkpoint: a folder, or the newest whole one of the run for "latest".
func (t *Trainer) resume(from string) error {
	dir := from
	if from == "latest" {
		dir = t.latest()
		if !exists(dir) {
			return config.Usagef("resume: %s has no checkpoint yet; leave --resume out to begin", t.cfg.OutputDir)
		}
	}
	if err := t.read(dir); err != nil {
		return config.Usagef("resume: %w", err)
	}
	return t.claim(dir)
}

func (t *Trainer) read(dir string) error {
	if err := safetensors.CheckSums(dir); err != nil {
		return err
	}
	if t.agent != nil {
		if err := torch.LoadInto(filepath.Join(dir, "agent", "model.safetensors"), t.agent.Parameters()); err != nil {
			return err
		}
	}
	if err := t.rebuild.LoadInto(filepath.Join(dir, "reconstructor")); err != nil {
		return err
	}
	optimizers := filepath.Join(dir, "optimizer.safetensors")
	if err := torch.LoadInto(optimizers, t.optimizerState()); err != nil {
		return err
	}
	if err := t.restoreGradients(optimizers); err != nil {
		return err
	}
	return t.readState(filepath.Join(dir, "state.json"))
}

func (t *Trainer) readState(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	found := saved{State: t.state}
	if err := json.Unmarshal(raw, &found); err != nil {
		return fmt.Errorf("state.json: %w", err)
	}
	t.state, t.rebuilt, t.earlier, t.unchanged = found.State, found.Rebuilt, found.Seconds, true
	return nil
}

// claim lets latest point at the checkpoint that the run goes on from. That of another run needs a folder of its own.
func (t *Trainer) claim(dir string) error {
	whole, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	if sameFolder(filepath.Dir(whole), t.checkpoints()) {
		return t.point(filepath.Base(whole))
	}
	if exists(t.latest()) {
		return config.Usagef("resume: output_dir %s holds another run than %s; name another folder", t.cfg.OutputDir, dir)
	}
	return nil
}

func sameFolder(a, b string) bool {
	one, err := os.Stat(a)
	other, missing := os.Stat(b)
	return errors.Join(err, missing) == nil && os.SameFile(one, other)
}

// restoreGradients gives the policy the gradients that waited: that of sum(p g) by p is g.
func (t *Trainer) restoreGradients(path string) error {
	file, err := safetensors.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return torch.Do(func(s *torch.Scope) error {
		for _, p := range t.policyParameters() {
			if _, waits := file.Info(gradientName(p)); !waits {
				continue
			}
			g, err := s.Load(file, gradientName(p))
			if err != nil {
				return err
			}
			torch.AssertShape(g, p.Tensor.Shape()...)
			s.Backward(s.Sum(s.Mul(p.Tensor, g)))
		}
		return nil
	})
}
