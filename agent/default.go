package agent

import (
	"embed"
	"fmt"

	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// The default agent and where it comes from (agent/default/README.md); scripts/ship writes both.
//
//go:embed default/config.json default/provenance.json default/quality.json
var embedded embed.FS

//go:embed default/model.safetensors
var embeddedWeights []byte // not in embedded, whose files are copied when they are read

// Default returns the agent that is embedded in the binary; the caller closes it.
func Default() (*Agent, error) {
	config, err := embedded.ReadFile("default/config.json")
	if err != nil {
		return nil, err
	}
	weights, err := safetensors.Parse(embeddedWeights)
	if err != nil {
		return nil, fmt.Errorf("embedded agent: %w", err)
	}
	a, err := read(config, weights)
	if err != nil {
		return nil, fmt.Errorf("embedded agent: %w", err)
	}
	if a.quality, err = readQuality(embedded.ReadFile("default/" + QualityFile)); err != nil {
		a.Close()
		return nil, fmt.Errorf("embedded agent: %w", err)
	}
	return a, nil
}
