package pipeline

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// Text lengths in bytes that documents are cut to, in turn, so that a classifier sees short and long ones.
var fitLengths = []int{200, 400, 800, 1600, 3200, 6000}

// heldOutOf texts one in so many is held out, by its id.
const heldOutOf = 5

var errFull = errors.New("enough texts")

// RunFit measures what share of each text may go, fits a classifier to that and writes it. The label of a text is the
// class with the largest share, of the seed system's strategies, that the text survives when the agent in the binary
// cuts it: simple half, medium three tenths, complex neither. It survives a share when what is retained is at least the
// quality, there and at every smaller share that is tried.
func RunFit(ctx context.Context, cfg config.Fit, command string, log *slog.Logger) (*Linear, error) {
	m := &models{}
	defer m.close()
	var err error
	if m.own, err = agent.Default(); err != nil {
		return nil, err
	}
	m.closing = append(m.closing, m.own.Close)
	f := fitter{cfg: cfg, agent: m.own, meter: Meter{Probes: cfg.Probes, Seed: cfg.Seed}}
	if f.meter.Reader, err = m.openReader(cfg.Reader); err != nil {
		return nil, err
	}
	if err := f.observe(ctx, log); err != nil {
		return nil, err
	}
	if len(f.learn) == 0 || len(f.check) == 0 {
		return nil, config.Usagef("data_path %s: %d texts to fit to and %d to check on; want at least 1 of each", cfg.DataPath, len(f.learn), len(f.check))
	}
	l := Fit(f.learn)
	l.Fitted = f.judge(l, command)
	return l, writeLinear(cfg.Output, l)
}

func writeLinear(path string, l *Linear) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write classifier: %w", err)
	}
	return safetensors.WriteJSON(path, l)
}

type fitter struct {
	cfg          config.Fit
	agent        *agent.Agent
	meter        Meter
	learn, check []Observed
}

// observe labels texts until there are enough.
func (f *fitter) observe(ctx context.Context, log *slog.Logger) error {
	n := 0
	err := corpus.Read(ctx, f.cfg.DataPath, func(doc corpus.Document) error {
		if slices.Contains(f.cfg.Exclude, doc.Source) {
			return nil
		}
		length := fitLengths[n%len(fitLengths)]
		text := strings.TrimSpace(strings.ToValidUTF8(doc.Text[:min(length, len(doc.Text))], ""))
		o, ok, err := f.label(ctx, doc.ID, text)
		if err != nil || !ok {
			return err
		}
		h := fnv.New32a()
		h.Write([]byte(doc.ID))
		if h.Sum32()%heldOutOf == 0 {
			f.check = append(f.check, o)
		} else {
			f.learn = append(f.learn, o)
		}
		if n++; n%200 == 0 {
			log.Info("labelled", "texts", n, "of", f.cfg.Texts)
		}
		if n >= f.cfg.Texts {
			return errFull
		}
		return nil
	})
	if errors.Is(err, errFull) {
		return nil
	}
	return err
}

// label measures a text at every class's share, the smallest first. It is false of a text about which too little is asked.
func (f *fitter) label(ctx context.Context, id, text string) (o Observed, ok bool, err error) {
	by := compress.Compressor{Model: embedded, Tokenizer: f.agent.Tokenizer(), Scorer: f.agent, Language: f.agent.Statistics()}
	o = Observed{Features: Read(text), Class: Complex}
	if err := o.Features.Predict(ctx, f.agent, token.Read(f.agent.Tokenizer(), []byte(text))); err != nil {
		return o, false, err
	}
	strategies := DefaultStrategies()
	for _, c := range []Complexity{Complex, Medium, Simple} {
		cut, err := by.Compress(ctx, []byte(text), compress.Options{Rate: 1 - strategies[c]})
		if err != nil {
			return o, false, fmt.Errorf("label %s: %w", id, err)
		}
		r, err := f.meter.Measure(ctx, id, text, cut.Kept)
		if err != nil || r == nil || r.Probes < f.cfg.LeastProbes {
			return o, false, err
		}
		if r.Value < f.cfg.Quality {
			break
		}
		o.Class = c
	}
	return o, true, nil
}

// judge says how a classifier does on the texts that were held out.
func (f *fitter) judge(l *Linear, command string) *Fitted {
	by := "cloze answers stand"
	if f.cfg.Reader != "" {
		by = f.cfg.Reader + " retains"
	}
	said := &Fitted{Command: command, Texts: len(f.learn), HeldOut: len(f.check), Confusion: map[Complexity]map[Complexity]int{},
		Label: fmt.Sprintf("the largest of the shares %v at which %.3g of the %s", DefaultStrategies(), f.cfg.Quality, by)}
	counts, right, rules := map[Complexity]int{}, 0, 0
	for _, o := range f.learn {
		counts[o.Class]++
	}
	most := Complexities[0]
	for _, c := range Complexities {
		if counts[c] > counts[most] {
			most = c
		}
		said.Confusion[c] = map[Complexity]int{}
	}
	majority := 0
	for _, o := range f.check {
		c, _ := l.Classify(o.Features)
		r, _ := BySeed{}.Classify(o.Features)
		said.Confusion[o.Class][c]++
		right, rules, majority = right+equal(c, o.Class), rules+equal(r, o.Class), majority+equal(most, o.Class)
	}
	n := float64(len(f.check))
	said.Accuracy, said.Rules, said.Majority = float64(right)/n, float64(rules)/n, float64(majority)/n
	return said
}

func equal(a, b Complexity) int {
	if a == b {
		return 1
	}
	return 0
}
