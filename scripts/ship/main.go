// Command ship makes the agent of a finished run the one in the binary: it copies best/ and the run's log to agent/default,
// with the log of the agent that the run went on from, and writes to provenance.json there where the weights come from, as the
// run and the reports of its evaluations say.
//
//	go run ./scripts/ship --run outputs/reinforce_taught --report outputs/experiments/005-question/report.json
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/eval"
	"github.com/project-sputnik/sputnik/scripts/jsonfile"
	"github.com/project-sputnik/sputnik/torch/safetensors"
	"github.com/project-sputnik/sputnik/train"
)

// inBinary is the folder of the agent in the binary.
var inBinary = filepath.Join("agent", "default")

// mostBytes is how much the trained weights may take, 4 bytes each; the statistics of the corpus come on top.
const mostBytes = 4_000_000

func main() {
	var reports []string
	run := flag.String("run", "", "folder of the run that trained the agent")
	to := flag.String("to", inBinary, "folder to write")
	flag.Func("report", "report.json of an evaluation of the run's best agent; may be given again", func(path string) error {
		reports = append(reports, path)
		return nil
	})
	flag.Parse()
	if *run == "" || len(reports) == 0 || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := ship(*run, reports, *to); err != nil {
		fmt.Fprintln(os.Stderr, "ship:", err)
		os.Exit(1)
	}
}

// ship writes nothing unless everything is known and may be shipped.
func ship(run string, reports []string, to string) error {
	p, err := provenance(run, reports)
	if err != nil {
		return err
	}
	s, err := settingsOf(p.Config)
	if err != nil {
		return err
	}
	copies := map[string]string{
		filepath.Join(run, "best", "config.json"): "config.json", filepath.Join(run, "best", "model.safetensors"): "model.safetensors",
		filepath.Join(run, "metrics.jsonl"): "metrics.jsonl",
	}
	if s.From != "" {
		copies[filepath.Join(s.From, "metrics.jsonl")] = "start.metrics.jsonl"
	}
	contents := map[string][]byte{} // all read before any is written: the start may lie where this goes
	for from, name := range copies {
		if contents[name], err = os.ReadFile(from); err != nil {
			return err
		}
	}
	for name, raw := range contents {
		if err := write(filepath.Join(to, name), raw); err != nil {
			return err
		}
	}
	raw, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d parameters in %.2f MB, with the statistics %.2f MB, sha256 %s\n",
		to, p.Weights.Parameters, float64(4*p.Weights.Parameters)/1e6, float64(p.Weights.Bytes)/1e6, p.Weights.SHA256)
	return write(filepath.Join(to, "provenance.json"), append(raw, '\n'))
}

func write(path string, raw []byte) error {
	return safetensors.Atomically(path, func(w io.Writer) error { _, err := w.Write(raw); return err })
}

func provenance(run string, reports []string) (p agent.Provenance, err error) {
	if p.Weights, err = weights(filepath.Join(run, "best")); err != nil {
		return p, err
	}
	if p.Config, err = os.ReadFile(filepath.Join(run, "config.json")); err != nil {
		return p, err
	}
	s, err := settingsOf(p.Config)
	if err != nil {
		return p, fmt.Errorf("%s: %w", run, err)
	}
	p.Seeds = []int64{s.Seed}
	var trained train.Report
	if err := jsonfile.Read(filepath.Join(run, "training.json"), &trained); err != nil {
		return p, err
	}
	if p.Data = trained.Sources; len(p.Data) == 0 {
		return p, fmt.Errorf("%s: training.json names no sources; train anew", run)
	}
	for _, source := range p.Data {
		if err := mayShip(source); err != nil {
			return p, err
		}
	}
	p.Compute = agent.Compute{
		Steps: trained.Steps, BestStep: trained.BestStep, Seconds: trained.Seconds,
		Machine: trained.Machine, Threads: trained.Threads, Stopped: trained.Stopped,
	}
	if p.Start, err = start(s.From); err != nil {
		return p, err
	}
	for _, path := range reports {
		found, err := figures(path, p.Weights.Identity)
		if err != nil {
			return p, err
		}
		p.Figures = append(p.Figures, found)
	}
	return p, nil
}

// settings are what is asked of a training's configuration here.
type settings struct {
	Seed int64  `json:"random_seed"`
	From string `json:"policy_path"` // the folder of the agent that it went on from, "" of one that began a new one
}

func settingsOf(raw json.RawMessage) (s settings, err error) {
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, fmt.Errorf("config.json: %w", err)
	}
	if s.From == "default" {
		s.From = inBinary
	}
	return s, nil
}

// start says where the agent that a training went on from comes from: one that shipped says so itself, another is a run's.
// It is nil where there is none. The one in the binary is the one that this has not replaced yet.
func start(from string) (*agent.Provenance, error) {
	if from == "" {
		return nil, nil
	}
	var p agent.Provenance
	err := jsonfile.Read(filepath.Join(from, "provenance.json"), &p)
	if errors.Is(err, fs.ErrNotExist) {
		p, err = provenance(from, nil)
	}
	p.Data = nil // the training that went on names it among its own
	return &p, err
}

// mayShip refuses what is under no known licence, or under one that restricts who may use the weights.
func mayShip(s agent.Source) error {
	if s.License == "" || strings.Contains(strings.ToLower(s.License), "non-commercial") {
		return fmt.Errorf("%s (%s) may not be used for weights that ship: its licence is %q", s.Name, s.Use, s.License)
	}
	return nil
}

func weights(best string) (w agent.Weights, err error) {
	a, err := agent.Load(best)
	if err != nil {
		return w, err
	}
	defer a.Close()
	if w.Parameters = a.Size(); 4*w.Parameters > mostBytes {
		return w, fmt.Errorf("%s: %d parameters take %d bytes, more than %d", best, w.Parameters, 4*w.Parameters, mostBytes)
	}
	raw, err := os.ReadFile(filepath.Join(best, "model.safetensors"))
	if err != nil {
		return w, err
	}
	sum := sha256.Sum256(raw)
	w.SHA256, w.Bytes = hex.EncodeToString(sum[:]), int64(len(raw))
	w.Identity, err = eval.Identity(best)
	return w, err
}

// figures are what a report found of this agent, and of no other.
func figures(path, identity string) (f agent.Figures, err error) {
	var r eval.Report
	if err := jsonfile.Read(path, &r); err != nil {
		return f, err
	}
	if r.Schema != eval.Schema {
		return f, fmt.Errorf("%s has schema %d, want %d; evaluate anew", path, r.Schema, eval.Schema)
	}
	if len(r.Agents) == 0 || r.Agents[0].Identity != identity || len(r.Methods) == 0 || r.Methods[0].Name != "agent" {
		return f, fmt.Errorf("%s is not of the run's best agent, %s", path, identity)
	}
	if draws := r.Methods[0].Draws; draws > 1 {
		return f, fmt.Errorf("%s is the mean of %d trainings; evaluate the one that ships", path, draws)
	}
	f = agent.Figures{
		Command: r.Command, Data: r.Data.Path, DataSHA256: r.Data.Identity, Documents: r.Data.Documents, Probes: r.Data.Probes,
		Reader: r.Reader.Name + ", " + r.Reader.Kind, Level: r.Bootstrap.Level,
	}
	for _, point := range r.Methods[0].Points {
		if point.Retained != nil {
			f.Retained = append(f.Retained, agent.Retained{Rate: point.Rate, Achieved: point.Achieved, Interval: *point.Retained})
		}
	}
	if len(f.Retained) == 0 {
		return f, fmt.Errorf("%s does not say what information was retained", path)
	}
	return f, nil
}
