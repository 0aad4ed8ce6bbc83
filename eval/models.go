package eval

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/safetensors"
	"github.com/project-sputnik/sputnik/transformer/encoder"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

// judge is the reader that figures are reported by.
const judge = "smollm2-135m"

// ownReconstructor is the reconstructor that was trained beside the agent, "" when there is none.
func (s *session) ownReconstructor() string {
	if len(s.cfg.ModelPath) == 0 {
		return ""
	}
	for _, part := range []string{"best", ""} { // of a run; of a checkpoint or a model's folder
		if dir := filepath.Join(s.cfg.ModelPath[0], part, "reconstructor"); isDir(dir) {
			return dir
		}
	}
	return ""
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// openReader finds who answers: as configured, else the judge if it was pulled, else the agent's own reconstructor.
func (s *session) openReader() error {
	if model, found := strings.CutPrefix(s.cfg.Reader, endpoint); found {
		return s.openEndpoint(model)
	}
	name, own := s.cfg.Reader, s.ownReconstructor()
	if name == "auto" {
		name = judge
		if _, err := hub.Find(judge); err != nil {
			name = "own"
			s.notes = append(s.notes, fmt.Sprintf("%s is not on this machine, so the agent's own reconstructor answers; figures of different readers cannot be compared. Get it by: sputnik models pull %s", judge, judge))
		}
	}
	if name == "own" {
		if own == "" {
			return config.Usagef("reader: the agent has no reconstructor of its own to answer; get a reader by: sputnik models pull %s", judge)
		}
		name = own
	}
	model, r, err := s.openModel(name, s.cfg.MixedPrecision)
	if err != nil {
		return config.Usagef("reader: %w", err)
	}
	s.options.Log.Info("reader", "name", model.Name, "kind", model.Kind)
	s.evaluation.Reader = Reader{Reader: r, Model: model, Tokenizer: r.Tokenizer()}
	if s.cfg.Answers {
		s.evaluation.Answerer = r
	}
	return nil
}

// rebuilding are the metrics that take a reconstructor where there is one.
var rebuilding = append([]string{"reconstruction_loss"}, likeness...)

// openReconstructor finds who pays for gaps, if they are to be measured: as configured, else the agent's own, else
// nobody, and says so.
func (s *session) openReconstructor() error {
	if !slices.ContainsFunc(s.cfg.Metrics, func(m string) bool { return slices.Contains(rebuilding, m) }) {
		return nil
	}
	name := s.cfg.ReconstructorPath
	if name == "" {
		name = s.ownReconstructor()
	}
	if name == "" {
		const skipped = "Gap loss is not measured: there is no reconstructor beside the agent, and reconstructor_path names none."
		if slices.Contains(s.cfg.Metrics, "reconstruction_loss") {
			s.options.Log.Info(skipped)
			s.notes = append(s.notes, skipped)
		}
		return nil
	}
	model, r, err := s.openModel(name, false)
	if err != nil {
		return config.Usagef("reconstructor_path: %w", err)
	}
	s.evaluation.Reconstructor = &Reconstructor{r, model}
	return nil
}

// embedderName is the encoder whose sentence embeddings say how alike texts are.
const embedderName = "minilm-l6"

// openEmbedder finds who compares meanings, if they are to be compared; where it is not on this machine a note says so.
func (s *session) openEmbedder() error {
	if !slices.Contains(s.cfg.Metrics, "semantic_similarity") {
		return nil
	}
	dir, err := hub.Find(embedderName)
	if err != nil {
		s.notes = append(s.notes, fmt.Sprintf("Semantic similarity is not measured: get %s by: sputnik models pull %s", embedderName, embedderName))
		return nil //nolint:nilerr // the note says it
	}
	id, err := Identity(dir)
	if err != nil {
		return err
	}
	e, err := encoder.Open(dir)
	if err != nil {
		return config.Usagef("semantic_similarity: %w", err)
	}
	s.closing = append(s.closing, e.Close)
	s.evaluation.Embedder = &Embedder{e, Model{Name: embedderName, Identity: id, Kind: "float32"}}
	return nil
}

// openModel loads a model by name or folder; half is bfloat16 where the processor has it, and float32 elsewhere.
func (s *session) openModel(name string, half bool) (Model, *reconstructor.Reconstructor, error) {
	kind, word := torch.Float32, "float32"
	if half && torch.Fast() == torch.BFloat16 {
		kind, word = torch.BFloat16, "bfloat16"
	}
	dir, err := hub.Find(name)
	if err != nil {
		return Model{}, nil, err
	}
	id, err := Identity(dir)
	if err != nil {
		return Model{}, nil, err
	}
	r, err := reconstructor.Open(name, kind, 0)
	if err != nil {
		return Model{}, nil, err
	}
	s.closing = append(s.closing, r.Close)
	return Model{Name: name, Kind: word, Identity: id, Parameters: r.Model().Size()}, r, nil
}

// Identity is a hash of the files of a model's folder, but for their checksums, or of one file.
func Identity(path string) (string, error) {
	files := []string{path}
	if isDir(path) {
		var err error
		if files, err = filepath.Glob(filepath.Join(path, "*")); err != nil {
			return "", err
		}
	}
	h := sha256.New()
	for _, name := range files {
		if isDir(name) || filepath.Base(name) == safetensors.SumsFile {
			continue
		}
		fmt.Fprintf(h, "%s\n", filepath.Base(name))
		if err := hashFile(h, name); err != nil {
			return "", fmt.Errorf("hash %s: %w", name, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func hashFile(w io.Writer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
