package eval

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress/scorers"
	"github.com/project-sputnik/sputnik/config"
)

// openAgents loads the trainings of the agent, and the others that are compared.
func (s *session) openAgents() error {
	paths := s.cfg.ModelPath
	if len(paths) == 0 {
		paths = []string{""}
	}
	for _, path := range paths {
		a, err := s.openAgent("model_path", path)
		if err != nil {
			return err
		}
		s.agents = append(s.agents, a)
	}
	for _, paths := range s.cfg.Compare {
		var trainings []*agent.Agent
		for _, path := range strings.Split(paths, "+") {
			a, err := s.openAgent("compare", path)
			if err != nil {
				return err
			}
			trainings = append(trainings, a)
		}
		s.others = append(s.others, s.given(Seeds(sharedName(paths), trainings)))
	}
	return nil
}

// openAgent loads the agent of a folder, or the one in the binary; budgets are in tokens that all agents agree on.
func (s *session) openAgent(field, path string) (a *agent.Agent, err error) {
	if path == "" {
		a, err = agent.Default()
	} else {
		a, err = agent.Load(path)
	}
	if err != nil {
		return nil, config.Usagef("%s: %w", field, err)
	}
	s.closing = append(s.closing, a.Close)
	if own := a.Tokenizer().Name(); len(s.agents) > 0 && own != s.agents[0].Tokenizer().Name() {
		return nil, config.Usagef("%s: %s reads with %s, and %s with %s", field, path, own, s.models[0].Name, s.agents[0].Tokenizer().Name())
	}
	id, err := agentIdentity(a, path)
	s.models = append(s.models, Model{Name: or(path, "embedded"), Parameters: a.Size(), Identity: id})
	return a, err
}

// shortName is what another agent is called among the methods: its run's name, whichever checkpoint of it is named.
func shortName(path string) string {
	path = filepath.Clean(path)
	if base := filepath.Base(path); base == "best" || base == "latest" {
		path = filepath.Dir(path)
	}
	return filepath.Base(path)
}

// sharedName is what the short names of an agent's trainings have before their last mark: 260 for runs/260-42+runs/260-43.
func sharedName(paths string) string {
	all := strings.Split(paths, "+")
	name := shortName(all[0])
	if len(all) == 1 {
		return name
	}
	name = name[:max(0, strings.LastIndexAny(name, "-_."))]
	for _, path := range all {
		if own := shortName(path); name == "" || strings.LastIndexAny(own, "-_.") != len(name) || !strings.HasPrefix(own, name) {
			return paths
		}
	}
	return name
}

// methods are the agent, first, other agents, and the baselines, which know the language as the agent does.
func (s *session) methods() ([]Method, error) {
	var methods []Method
	if !s.options.NoAgent {
		methods = append([]Method{s.given(Seeds(agentName, s.agents))}, s.others...)
		if s.cfg.QuestionGiven {
			methods = append(methods, Seeds(agentName+notAsked, s.agents))
		}
	}
	if !s.options.NoAgent && !s.cfg.IncludeBaselines {
		return methods, nil
	}
	for _, name := range once(s.cfg.Baselines) {
		m, err := s.baseline(name)
		if err != nil {
			return nil, err
		}
		methods = append(methods, s.given(m))
	}
	if len(methods) == 0 {
		return nil, config.Usagef("baselines is empty, so there is nothing to evaluate")
	}
	return methods, nil
}

// baseline is a scorer that needs no training here.
func (s *session) baseline(name string) (Method, error) {
	if !scorers.Reads(name) {
		m, err := Baseline(name, s.agents[0].Statistics(), s.cfg.RandomDraws)
		return m, config.Usage(err)
	}
	return s.reading(name)
}

// agentIdentity hashes the agent's folder; the embedded one is written to one for that.
func agentIdentity(a *agent.Agent, path string) (string, error) {
	if path != "" {
		return Identity(agent.Folder(path))
	}
	dir, err := os.MkdirTemp("", "sputnik-agent")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	if err := a.Save(dir); err != nil {
		return "", err
	}
	return Identity(dir)
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
