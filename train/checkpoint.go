package train

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// saved is a checkpoint's state.json.
type saved struct {
	State
	Rebuilt measures `json:"rebuilt,omitempty"` // which lines of metrics repeat until the reconstructor's next step
}

// checkpoint writes checkpoints/step-N, if anything has changed since the last, and lets latest point at it.
func (t *Trainer) checkpoint(lines *journal) error {
	if t.unchanged {
		return nil
	}
	if err := lines.sync(); err != nil {
		return err
	}
	t.state.Seconds = t.seconds()
	name := fmt.Sprintf("step-%d", t.state.Step)
	if err := replace(filepath.Join(t.checkpoints(), name), t.writeCheckpoint); err != nil {
		return err
	}
	if err := t.point(name); err != nil {
		return err
	}
	t.unchanged = true
	return t.prune()
}

func (t *Trainer) checkpoints() string { return filepath.Join(t.cfg.OutputDir, "checkpoints") }

func (t *Trainer) writeCheckpoint(dir string) error {
	if t.agent != nil {
		if err := t.agent.Save(filepath.Join(dir, "agent")); err != nil {
			return err
		}
	}
	if err := t.rebuild.Save(filepath.Join(dir, "reconstructor")); err != nil {
		return err
	}
	if err := t.saveOptimizers(filepath.Join(dir, "optimizer.safetensors")); err != nil {
		return err
	}
	if err := safetensors.WriteJSON(filepath.Join(dir, "state.json"), saved{t.state, t.rebuilt}); err != nil {
		return err
	}
	return seal(dir)
}

// seal writes the checksums of all files of a folder.
func seal(dir string) error {
	var names []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	if err != nil {
		return err
	}
	return safetensors.WriteSums(dir, names...)
}

// saveOptimizers writes the moments and the policy's gradients, where some wait for the steps that follow
// (gradient_accumulation_steps).
func (t *Trainer) saveOptimizers(path string) error {
	return torch.NoGrad(func(s *torch.Scope) error {
		all := t.optimizerState()
		for _, p := range t.policyParameters() {
			if g := s.Grad(p.Tensor); g.Defined() {
				all = append(all, torch.Named{Name: gradientName(p), Tensor: g})
			}
		}
		return torch.Save(path, all, nil)
	})
}

func (t *Trainer) policyParameters() []torch.Named {
	if t.agent == nil {
		return nil
	}
	return t.agent.Parameters()
}

func gradientName(p torch.Named) string { return "policy." + p.Name + ".gradient" }

func (t *Trainer) optimizerState() []torch.Named {
	var all []torch.Named
	for _, each := range []struct {
		name      string
		optimizer *torch.AdamW
	}{{"policy.", t.policy}, {"reconstructor.", t.rebuilds}} {
		if each.optimizer == nil {
			continue
		}
		for _, s := range each.optimizer.State() {
			all = append(all, torch.Named{Name: each.name + s.Name, Tensor: s.Tensor})
		}
	}
	return all
}

// point makes latest name a checkpoint.
func (t *Trainer) point(name string) error {
	temporary := filepath.Join(t.cfg.OutputDir, ".latest"+partial)
	if err := os.RemoveAll(temporary); err != nil {
		return err
	}
	if err := os.Symlink(filepath.Join("checkpoints", name), temporary); err != nil {
		return err
	}
	if err := os.Rename(temporary, t.latest()); err != nil {
		return err
	}
	return safetensors.SyncFolder(t.cfg.OutputDir)
}

func (t *Trainer) latest() string { return filepath.Join(t.cfg.OutputDir, "latest") }

// prune removes all but the newest checkpoints, and those that lie ahead of a run that went back behind them.
func (t *Trainer) prune() error {
	dirs, err := filepath.Glob(filepath.Join(t.checkpoints(), "step-*"))
	if err != nil {
		return err
	}
	sort.Slice(dirs, func(i, j int) bool { return stepOf(dirs[i]) > stepOf(dirs[j]) })
	kept := 0
	for _, dir := range dirs {
		step := stepOf(dir)
		if step < 0 || step <= t.state.Step && kept < t.cfg.KeepCheckpoints {
			kept++
			continue
		}
		if err := discard(dir); err != nil {
			return err
		}
	}
	return nil
}

// stepOf is the step of a checkpoint's folder, -1 for what has another name.
func stepOf(dir string) int {
	step, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(dir), "step-"))
	if err != nil {
		return -1
	}
	return step
}

// saveBest replaces best/ by the agent as it stands, and the reconstructor beside it.
func (t *Trainer) saveBest() error {
	return replace(t.best(), func(dir string) error {
		if t.agent != nil {
			if err := t.agent.Save(dir); err != nil {
				return err
			}
			if err := seal(dir); err != nil { // without the reconstructor, which is replaced alone and has its own
				return err
			}
		}
		return t.writeReconstructor(filepath.Join(dir, "reconstructor"))
	})
}

func (t *Trainer) best() string { return filepath.Join(t.cfg.OutputDir, "best") }

// saveReconstructor replaces best/reconstructor by the reconstructor as it stands.
func (t *Trainer) saveReconstructor() error {
	return replace(filepath.Join(t.best(), "reconstructor"), t.writeReconstructor)
}

func (t *Trainer) writeReconstructor(dir string) error {
	if err := t.rebuild.Save(dir); err != nil {
		return err
	}
	return seal(dir)
}
