package train

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

// What a source is used for.
const (
	useText      = "text"      // to learn from, and for the statistics
	useQuestions = "questions" // to learn from
	useSelection = "selection"

	useEmbedding     = "embedding" // and these of models
	useTeacher       = "teacher"
	useReconstructor = "reconstructor"
	useReader        = "reader"
	useLabels        = "labels"
	useAgent         = "agent"
)

var uses = []string{useText, useQuestions, useSelection, useEmbedding, useTeacher, useReconstructor, useReader, useLabels, useAgent}

// tally counts what a run reads, by name, use and licence.
type tally map[agent.Source]*counted

type counted struct {
	agent.Source
	hash hash.Hash
}

// add counts a text and what is asked about it.
func (t tally) add(use, name, license, text string, probes ...probe.Probe) {
	key := agent.Source{Name: name, Use: use, License: license}
	s := t[key]
	if s == nil {
		s = &counted{key, sha256.New()}
		t[key] = s
	}
	s.Documents++
	s.Probes += len(probes)
	s.Bytes += len(text)
	fmt.Fprintf(s.hash, "%s\x00", text)
	for _, p := range probes {
		fmt.Fprintf(s.hash, "%s\x00%s\x00", p.Prompt, p.Target)
	}
}

// document counts a text that was read from path, which names it where it names no source itself.
func (t tally) document(use, path string, doc corpus.Document) {
	t.add(use, or(doc.Source, path), doc.License, doc.Text)
}

// task counts a text with questions. Those in the binary are named and licensed as corpus/sample/LICENSES.md has it.
func (t tally) task(use, name string, task probe.Task) {
	license := ""
	if name == "sample" || name == "sample-valid" {
		name, license = "Natural Questions ("+name+")", "CC BY-SA 3.0"
	}
	t.add(use, name, license, task.Text, task.Probes...)
}

// list is what was counted.
func (t tally) list() []agent.Source {
	var all []agent.Source
	for _, s := range t {
		s.SHA256 = hex.EncodeToString(s.hash.Sum(nil))
		all = append(all, s.Source)
	}
	return all
}

// sources are the data of a run and of the agent that it went on from, and the models whose weights or judgement they took
// over, each once, by use and name. What is not known of a model stays empty, and what it made may then not ship.
func (t *Trainer) sources() []agent.Source {
	all := append(t.data.sources.list(), agentSources(t.cfg.PolicyPath)...)
	for _, model := range t.models() {
		use, name := model[0], model[1]
		if noModel(name) {
			continue
		}
		s := agent.Source{Name: name, Use: use}
		if d, err := hub.Describe(name); err == nil {
			s.License, s.From = d.License, strings.TrimSpace(d.Source+" "+d.Revision)
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b agent.Source) int {
		return cmp.Or(slices.Index(uses, a.Use)-slices.Index(uses, b.Use), cmp.Compare(a.Name, b.Name), cmp.Compare(a.License, b.License), cmp.Compare(a.SHA256, b.SHA256))
	})
	return slices.Compact(all)
}

func (t *Trainer) models() [][2]string {
	all := [][2]string{{useEmbedding, t.cfg.EmbeddingFrom}, {useTeacher, t.cfg.Teacher}, {useReconstructor, t.cfg.ReconstructorPath}, {useReader, t.cfg.Reader}}
	if t.cfg.LabelWith != "rarity" {
		all = append(all, [2]string{useLabels, t.cfg.LabelReader})
	}
	return all
}

// agentSources are what the agent to go on from was made from: known of the one in the binary, and of a run's.
func agentSources(path string) []agent.Source {
	if path == "" {
		return nil
	}
	if p, err := agent.DefaultProvenance(); err == nil && path == defaultAgent {
		return p.Data
	}
	var run Report
	if raw, err := os.ReadFile(filepath.Join(path, "training.json")); err == nil && json.Unmarshal(raw, &run) == nil && len(run.Sources) > 0 {
		return run.Sources
	}
	return []agent.Source{{Name: path, Use: useAgent}}
}
