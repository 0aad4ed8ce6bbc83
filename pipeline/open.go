package pipeline

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress/scorers"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

// embedded is what a hierarchy calls the agent in the binary.
const embedded = "default"

// models are what a run opened, and closes.
type models struct {
	own     *agent.Agent // the agent in the binary: its tokenizer and statistics serve scorers that have none
	rungs   []Rung
	notes   []string
	closing []func()
}

func (m *models) close() {
	for _, f := range m.closing {
		f()
	}
}

// openModels opens the rungs that a configuration names. What is not on this machine is left out, which a note says.
func openModels(cfg config.HATD) (*models, error) {
	m := &models{}
	var err error
	if m.own, err = agent.Default(); err != nil {
		return nil, err
	}
	m.closing = append(m.closing, m.own.Close)
	switch {
	case cfg.CompressionModel != "":
		if note := m.add(cfg.CompressionModel); note != "" {
			m.close()
			return nil, config.Usagef("compression_model: %s", note)
		}
	case cfg.LadderReport != "":
		if err = m.addLadder(cfg.LadderReport); err != nil {
			err = fmt.Errorf("ladder_report: %w", err)
		}
	default:
		m.addHierarchy(cfg.ModelHierarchy)
	}
	if err == nil && len(m.rungs) == 0 {
		m.notes = append(m.notes, "no model of model_hierarchy is on this machine: the agent in the binary ranks in their place")
		m.add(embedded)
	}
	if err != nil {
		m.close()
		return nil, config.Usage(err)
	}
	return m, nil
}

// addHierarchy opens what of a ladder is here, and notes what is not.
func (m *models) addHierarchy(names []string) {
	var absent []string
	for _, name := range names {
		_, err := hub.Find(name)
		switch {
		case err != nil && name != embedded:
			absent = append(absent, name)
		default:
			if note := m.add(name); note != "" {
				m.notes = append(m.notes, note)
			}
		}
	}
	if len(absent) > 0 {
		m.notes = append(m.notes, strings.Join(absent, ", ")+" of model_hierarchy: not on this machine, left out; a folder in Hugging Face form does, or sputnik models pull OWNER/NAME")
	}
}

// add opens a model as a rung, or says why that cannot be.
func (m *models) add(name string) (note string) {
	if name == embedded {
		m.rungs = append(m.rungs, agentRung(name, m.own))
		return ""
	}
	if _, err := os.Stat(filepath.Join(agent.Folder(name), "config.json")); err == nil {
		if a, err := agent.Load(name); err == nil {
			m.rungs, m.closing = append(m.rungs, agentRung(name, a)), append(m.closing, a.Close)
			return ""
		}
	}
	dir, err := hub.Find(name)
	if err != nil {
		return fmt.Sprintf("%s is not on this machine and was left out; want default, an agent's folder, a folder in Hugging Face form, or a model of: sputnik models ls", name)
	}
	encodes, first := scorers.Open("attention", dir)
	opened, err := encodes, first
	if first != nil {
		opened, err = scorers.Open("surprisal", dir)
	}
	if err != nil {
		return fmt.Sprintf("%s cannot rank: as an encoder, %v; as a causal model, %v", name, first, err)
	}
	m.closing = append(m.closing, opened.Close)
	m.rungs = append(m.rungs, Rung{Name: name, Tokenizer: m.own.Tokenizer(), Scorer: opened.Scorer, Language: m.own.Statistics()})
	return ""
}

func agentRung(name string, a *agent.Agent) Rung {
	return Rung{Name: name, Parameters: a.Size(), Tokenizer: a.Tokenizer(), Scorer: a, Language: a.Statistics()}
}

// addLadder opens the rungs of distill's report.
func (m *models) addLadder(path string) error {
	report, err := ReadLadder(path)
	if err != nil {
		return err
	}
	for i := range report.Rungs {
		measured := &report.Rungs[i]
		if note := m.add(cmp.Or(measured.Folder, embedded)); note != "" {
			return fmt.Errorf("%s: %s", path, note)
		}
		rung := &m.rungs[len(m.rungs)-1]
		rung.Name, rung.Measured = measured.Name, measured
	}
	return nil
}

// openReader opens the model that reads both texts.
func (m *models) openReader(name string) (Reader, error) {
	if name == "" {
		return nil, nil
	}
	r, err := reconstructor.Open(name, torch.Fast(), 0)
	if err != nil {
		return nil, config.Usagef("reader: %w", err)
	}
	m.closing = append(m.closing, r.Close)
	return r, nil
}
