package agent

import (
	"encoding/json"
	"fmt"

	"github.com/project-sputnik/sputnik/probe"
)

// Provenance says where an agent's weights come from. scripts/ship writes it from a finished run and the reports of its
// evaluations; nothing in it is typed by hand.
type Provenance struct {
	Weights Weights         `json:"weights"`
	Data    []Source        `json:"data,omitempty"`
	Config  json.RawMessage `json:"config"` // of the training, resolved
	Seeds   []int64         `json:"seeds"`
	Compute Compute         `json:"compute"`
	Figures []Figures       `json:"figures"`
	Start   *Provenance     `json:"start,omitempty"` // of the agent that the training went on from; its data is in Data too
}

// Weights identify the agent.
type Weights struct {
	SHA256     string `json:"sha256"`   // of model.safetensors
	Identity   string `json:"identity"` // as reports of evaluations have it: of the names and contents of all files
	Parameters int64  `json:"parameters"`
	Bytes      int64  `json:"bytes"` // of model.safetensors, which holds the statistics of the corpus too
}

// A Source is what an agent was made from: texts or questions that it learned from or was selected on, or a model.
type Source struct {
	Name      string `json:"name"`
	Use       string `json:"use"`
	License   string `json:"license,omitempty"`
	From      string `json:"from,omitempty"` // where a model was had
	Documents int    `json:"documents,omitempty"`
	Probes    int    `json:"probes,omitempty"` // asked about them
	Bytes     int    `json:"bytes,omitempty"`
	SHA256    string `json:"sha256,omitempty"` // of the texts and what is asked, in the order in which they were read
}

// Compute is what the training took.
type Compute struct {
	Steps    int     `json:"steps"`
	BestStep int     `json:"best_step"`
	Seconds  float64 `json:"seconds"`
	Machine  string  `json:"machine"`
	Threads  int     `json:"threads"`
	Stopped  string  `json:"stopped"`
}

// Figures are what one evaluation found.
type Figures struct {
	Command    string     `json:"command"`
	Data       string     `json:"data"`
	DataSHA256 string     `json:"data_sha256"`
	Documents  int        `json:"documents"`
	Probes     int        `json:"probes"`
	Reader     string     `json:"reader"`
	Level      float64    `json:"level"` // of the intervals
	Retained   []Retained `json:"retained"`
}

// Retained is the retained information at a rate.
type Retained struct {
	Rate     float64 `json:"rate"`
	Achieved float64 `json:"achieved"`
	probe.Interval
}

// DefaultProvenance says where the embedded agent comes from.
func DefaultProvenance() (p Provenance, err error) {
	raw, err := embedded.ReadFile("default/provenance.json")
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return p, fmt.Errorf("embedded agent: provenance.json: %w", err)
	}
	return p, nil
}
