package train

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// keptCheckpoints is how many of a run's checkpoints stay on disk.
const keptCheckpoints = 2

// files of a checkpoint; a run of the reconstructor alone has no agent.
func (t *Trainer) files() []string {
	files := []string{"reconstructor/config.json", "reconstructor/model.safetensors", "optimizer.safetensors", "state.json"}
	if t.agent != nil {
		files = append(files, "agent/config.json", "agent/model.safetensors")
	}
	return files
}

// save writes the models to dir, the agent as a folder of this name.
func (t *Trainer) save(dir, agent, reconstructor string) error {
	if t.agent != nil {
		if err := t.agent.Save(filepath.Join(dir, agent)); err != nil {
			return err
		}
	}
	return t.rebuild.Save(filepath.Join(dir, reconstructor))
}

// checkpoint writes checkpoints/step-N under another name and renames it when it is whole; then latest points at it.
func (t *Trainer) checkpoint() error {
	parent := filepath.Join(t.cfg.OutputDir, "checkpoints")
	name := fmt.Sprintf("step-%d", t.state.Step)
	final, partial := filepath.Join(parent, name), filepath.Join(parent, "."+name+".partial")
	if exists(filepath.Join(final, safetensors.SumsFile)) {
		return t.point(name)
	}
	if err := t.writeCheckpoint(partial); err != nil {
		os.RemoveAll(partial)
		return fmt.Errorf("write checkpoint %s: %w", final, err)
	}
	if err := os.Rename(partial, final); err != nil {
		os.RemoveAll(partial)
		return err
	}
	if err := t.point(name); err != nil {
		return err
	}
	return prune(parent)
}

func (t *Trainer) writeCheckpoint(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := t.save(dir, "agent", "reconstructor"); err != nil {
		return err
	}
	if err := torch.Save(filepath.Join(dir, "optimizer.safetensors"), t.optimizerState(), nil); err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(dir, "state.json"), t.state); err != nil {
		return err
	}
	return safetensors.WriteSums(dir, t.files()...)
}

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
	temporary := filepath.Join(t.cfg.OutputDir, ".latest")
	os.Remove(temporary)
	if err := os.Symlink(filepath.Join("checkpoints", name), temporary); err != nil {
		return err
	}
	return os.Rename(temporary, filepath.Join(t.cfg.OutputDir, "latest"))
}

// prune removes all but the newest checkpoints.
func prune(parent string) error {
	names, err := filepath.Glob(filepath.Join(parent, "step-*"))
	if err != nil {
		return err
	}
	sort.Slice(names, func(i, j int) bool { return stepOf(names[i]) > stepOf(names[j]) })
	for _, old := range names[min(keptCheckpoints, len(names)):] {
		if err := os.RemoveAll(old); err != nil {
			return err
		}
	}
	return nil
}

func stepOf(name string) int {
	_, number, _ := strings.Cut(filepath.Base(name), "step-")
	step, _ := strconv.Atoi(number)
	return step
}

// resume reads a checkpoint: a folder, or the newest whole one of the run for "latest".
func (t *Trainer) resume(from string) error {
	dir := from
	if from == "latest" {
		dir = filepath.Join(t.cfg.OutputDir, "latest")
		if !exists(dir) {
			return config.Usagef("resume: %s has no checkpoint yet; leave --resume out to begin", t.cfg.OutputDir)
		}
	}
	if err := safetensors.CheckSums(dir); err != nil {
		return config.Usagef("resume: %w", err)
	}
	if t.agent != nil {
		if err := torch.LoadInto(filepath.Join(dir, "agent", "model.safetensors"), t.agent.Parameters()); err != nil {
			return config.Usagef("resume: %w", err)
		}
	}
	if err := t.rebuild.LoadInto(filepath.Join(dir, "reconstructor")); err != nil {
		return config.Usagef("resume: %w", err)
	}
	if err := torch.LoadInto(filepath.Join(dir, "optimizer.safetensors"), t.optimizerState()); err != nil {
		return config.Usagef("resume: %w", err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "state.json"))
	if err != nil {
		return config.Usagef("resume: %w", err)
	}
	if err := json.Unmarshal(raw, &t.state); err != nil {
		return config.Usagef("resume: state.json: %w", err)
	}
	return nil
}

// saveBest replaces best/ by the agent as it stands, and the reconstructor beside it.
func (t *Trainer) saveBest() error {
	return t.replace("best", func(dir string) error { return t.save(dir, ".", "reconstructor") })
}

// saveReconstructor replaces best/reconstructor by the reconstructor as it stands.
func (t *Trainer) saveReconstructor() error {
	return t.replace(filepath.Join("best", "reconstructor"), t.rebuild.Save)
}

// replace writes a folder of the run under another name, and gives it its own when it is whole.
func (t *Trainer) replace(name string, write func(dir string) error) error {
	final, fresh := filepath.Join(t.cfg.OutputDir, name), filepath.Join(t.cfg.OutputDir, ".fresh")
	defer os.RemoveAll(fresh) // gone already when all went well
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := write(fresh); err != nil {
		return fmt.Errorf("write %s: %w", final, err)
	}
	if err := os.RemoveAll(final); err != nil {
		return err
	}
	return os.Rename(fresh, final)
}

func writeJSON(path string, value any) error {
	return safetensors.Atomically(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(value)
	})
}
