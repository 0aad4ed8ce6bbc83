package agent

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// file is an agent's config.json.
type file struct {
	ModelType string `json:"model_type"`
	Config
	Total float64 `json:"log_tokens"` // of the statistics
}

// Save writes config.json and model.safetensors to dir.
func (a *Agent) Save(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	tensors := a.statistics.tensors()
	err := torch.NoGrad(func(s *torch.Scope) error {
		for _, w := range a.weights {
			tensors = append(tensors, safetensors.FromFloat32s(w.Name, torch.Values[float32](s, w.Tensor), w.Tensor.Shape()...))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save agent: %w", err)
	}
	if err := safetensors.Write(filepath.Join(dir, "model.safetensors"), tensors, map[string]string{"format": "pt"}); err != nil {
		return err
	}
	return safetensors.WriteJSON(filepath.Join(dir, "config.json"), file{ModelType, a.Config, a.statistics.total})
}

// Folder is where an agent lies: in best of a run's folder, in agent of a checkpoint's, else in the folder itself.
func Folder(dir string) string {
	for _, part := range []string{"best", "agent"} {
		if inner := filepath.Join(dir, part); isDir(inner) {
			return inner
		}
	}
	return dir
}

// Load reads an agent's folder, the best agent of a run's folder, or a checkpoint's; the tokenizer is found by its name.
func Load(dir string) (*Agent, error) {
	dir = Folder(dir)
	config, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		return nil, fmt.Errorf("load agent: %w", err)
	}
	weights, err := safetensors.Open(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		return nil, fmt.Errorf("load agent: %w", err)
	}
	defer weights.Close()
	a, err := read(config, weights)
	if err != nil {
		return nil, fmt.Errorf("load agent %s: %w", dir, err)
	}
	if a.quality, err = loadQuality(dir); err != nil {
		a.Close()
		return nil, fmt.Errorf("load agent %s: %w", dir, err)
	}
	return a, nil
}

func read(config []byte, weights *safetensors.File) (*Agent, error) {
	var f file
	if err := json.Unmarshal(config, &f); err != nil {
		return nil, fmt.Errorf("config.json: %w", err)
	}
	if f.ModelType != ModelType {
		return nil, fmt.Errorf("config.json: model_type is %q, want %s", f.ModelType, ModelType)
	}
	if err := f.Config.Check(); err != nil {
		return nil, fmt.Errorf("config.json: %w", err)
	}
	var tokenizer token.Tokenizer
	var failed error
	var opening sync.WaitGroup // beside the statistics: either takes a third of a cold start
	opening.Go(func() { tokenizer, failed = token.Open(f.Tokenizer) })
	statistics, err := readStatistics(weights, f.Vocabulary)
	opening.Wait()
	if failed != nil {
		return nil, failed
	}
	if failed = f.Config.Matches(tokenizer); failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, err
	}
	statistics.total = f.Total
	a := &Agent{Config: f.Config, tokenizer: tokenizer, statistics: statistics}
	if a.plain, err = a.readPlain(weights); err != nil {
		return nil, err
	}
	if torch.Available() == nil {
		err = a.toTorch()
	}
	return a, err
}

func (a *Agent) readPlain(weights *safetensors.File) (*plain, error) {
	p := &plain{Config: a.Config, statics: newLazyStatics(a.tokenizer, a.statistics), weights: map[string][]float32{}}
	names, shapes := a.weightShapes()
	for i, name := range names {
		values, shape, err := weights.Float32s(name)
		if err != nil {
			return nil, err
		}
		if fmt.Sprint(shape) != fmt.Sprint(shapes[i]) {
			return nil, fmt.Errorf("tensor %q has the shape %v, want %v", name, shape, shapes[i])
		}
		p.weights[name] = values
	}
	return p, nil
}

// toTorch gives libtorch the weights that readPlain read.
func (a *Agent) toTorch() error {
	names, shapes := a.weightShapes()
	err := torch.NoGrad(func(s *torch.Scope) error {
		for i, name := range names {
			t := torch.From(s, a.plain.weights[name], shapes[i]...)
			a.weights = append(a.weights, torch.Named{Name: name, Tensor: s.Keep(t)})
		}
		a.static = s.Keep(torch.From(s, statics(a.tokenizer, a.statistics), int64(a.Vocabulary), staticFeatures))
		return nil
	})
	if err == nil {
		a.fused, err = a.layOut()
	}
	return err
}

// tensors of the statistics, as a file holds them.
func (s *Statistics) tensors() []safetensors.Tensor {
	all := []safetensors.Tensor{safetensors.FromFloat32s("statistics.unigrams", s.unigrams, int64(len(s.unigrams)))}
	for _, each := range []struct {
		name   string
		counts counts
	}{{"statistics.pairs", s.pairs}, {"statistics.words", s.words}} {
		hashes := make([]byte, 0, 4*len(each.counts.hashes))
		for _, hash := range each.counts.hashes {
			hashes = binary.LittleEndian.AppendUint32(hashes, hash)
		}
		n := int64(len(each.counts.hashes))
		all = append(all, safetensors.Tensor{Name: each.name, DType: "U32", Shape: []int64{n}, Data: hashes},
			safetensors.Tensor{Name: each.name + ".codes", DType: "U8", Shape: []int64{n}, Data: each.counts.codes})
	}
	return all
}

func readStatistics(weights *safetensors.File, vocabulary int) (s *Statistics, err error) {
	s = &Statistics{}
	if s.unigrams, _, err = weights.Float32s("statistics.unigrams"); err != nil {
		return nil, err
	}
	if len(s.unigrams) != vocabulary {
		return nil, fmt.Errorf("statistics of %d tokens, want %d", len(s.unigrams), vocabulary)
	}
	for _, v := range s.unigrams {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("the statistics hold a number that is not finite")
		}
	}
	if s.pairs, err = readCounts(weights, "statistics.pairs"); err != nil {
		return nil, err
	}
	s.words, err = readCounts(weights, "statistics.words")
	return s, err
}

func readCounts(weights *safetensors.File, name string) (c counts, err error) {
	hashes, err := weights.Bytes(name)
	if err != nil {
		return c, err
	}
	codes, err := weights.Bytes(name + ".codes")
	if err != nil {
		return c, err
	}
	if len(hashes) != 4*len(codes) {
		return c, fmt.Errorf("%s: %d bytes of hashes for %d codes", name, len(hashes), len(codes))
	}
	c.hashes = make([]uint32, len(codes))
	for i := range c.hashes {
		c.hashes[i] = binary.LittleEndian.Uint32(hashes[4*i:])
		if i > 0 && c.hashes[i] < c.hashes[i-1] {
			return c, fmt.Errorf("%s: the hashes are not in order", name)
		}
	}
	c.codes = append([]byte(nil), codes...)
	c.index()
	return c, nil
}

func isDir(path string) bool {
	stat, err := os.Stat(path)
	return err == nil && stat.IsDir()
}
