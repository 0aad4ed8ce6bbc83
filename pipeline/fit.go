package pipeline

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math"
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

// RunFit measures what share of each text may go, fits a classifier to that and writes it, and a page of
// how it does beside it. The class of a text is the one
// with the largest share, of the seed system's strategies, that the text survives when the agent in the binary cuts it:
// simple half, medium three tenths, complex neither. It survives a share when what is retained is at least the quality,
// there and at every smaller share.
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
	l := Fit(asClasses(f.learn), 0.5)
	if l.Fitted, err = f.judge(l, command); err != nil {
		return nil, err
	}
	return l, writeLinear(cfg.Output, l)
}

func writeLinear(path string, l *Linear) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write classifier: %w", err)
	}
	err := safetensors.WriteJSON(path, l)
	if err == nil {
		err = safetensors.Atomically(strings.TrimSuffix(path, filepath.Ext(path))+".md", l.Fitted.Markdown)
	}
	if err != nil {
		return fmt.Errorf("write classifier: %w", err)
	}
	return nil
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

// label measures a text at every class's share. It is false of a text about which too little is asked.
func (f *fitter) label(ctx context.Context, id, text string) (o Observed, ok bool, err error) {
	by := compress.Compressor{Model: embedded, Tokenizer: f.agent.Tokenizer(), Scorer: f.agent, Language: f.agent.Statistics()}
	o = Observed{Features: Read(text), Told: map[Complexity]float64{}}
	if err := o.Features.Predict(ctx, f.agent, token.Read(f.agent.Tokenizer(), []byte(text))); err != nil {
		return o, false, err
	}
	strategies, each := DefaultStrategies(), map[Complexity][][2]float64{}
	for _, c := range Complexities {
		cut, err := by.Compress(ctx, []byte(text), compress.Options{Rate: 1 - strategies[c]})
		if err != nil {
			return o, false, fmt.Errorf("label %s: %w", id, err)
		}
		r, err := f.meter.Measure(ctx, id, text, cut.Kept)
		if err != nil || r == nil || r.Probes < f.cfg.LeastProbes {
			return o, false, err
		}
		o.All, o.Told[c], each[c] = r.All, r.Told, r.each
	}
	o.Class = survived(each, f.cfg.Quality, func(int) bool { return true })
	if len(each[Simple]) >= 2*f.cfg.LeastProbes {
		for half := range 2 {
			o.halves = append(o.halves, survived(each, f.cfg.Quality, func(i int) bool { return i%2 == half }))
		}
	}
	return o, true, nil
}

// survived is the class by some of the questions.
func survived(each map[Complexity][][2]float64, quality float64, counts func(question int) bool) Complexity {
	class := Complex
	for _, c := range []Complexity{Complex, Medium, Simple} {
		told, all := 0.0, 0.0
		for i, one := range each[c] {
			if counts(i) {
				told, all = told+one[0], all+one[1]
			}
		}
		if told < quality*all {
			break
		}
		class = c
	}
	return class
}

// judge says how a classifier does on the texts that were held out, beside the rules and the most frequent class.
func (f *fitter) judge(l *Linear, command string) (*Fitted, error) {
	by := "cloze answers stand"
	if f.cfg.Reader != "" {
		by = "cloze answers' nats " + f.cfg.Reader + " retains"
	}
	said := &Fitted{Command: command, Texts: len(f.learn), HeldOut: len(f.check), Confusion: map[Complexity]map[Complexity]int{},
		Label: fmt.Sprintf("the largest of the shares %v at which %.3g of the %s", DefaultStrategies(), f.cfg.Quality, by)}
	counts := map[Complexity]int{}
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
	halves, alike := 0, 0
	for _, o := range f.check {
		said.Questions += o.All
		c, _ := l.Classify(o.Features)
		said.Confusion[o.Class][c]++
		if o.halves != nil {
			halves, alike = halves+1, alike+equal(o.halves[0], o.halves[1])
		}
	}
	said.Repeated = float64(alike) / math.Max(1, float64(halves))
	for _, each := range []struct {
		name  string
		class func(o Observed) Complexity
	}{
		{"fitted", classifies(l)},
		{"fitted to what is retained", classifies(Fit(f.learn, f.cfg.Quality))},
		{"rules", func(o Observed) Complexity { c, _ := BySeed{}.Classify(o.Features); return c }},
		{"most frequent", func(Observed) Complexity { return most }},
		{"measured", func(o Observed) Complexity { return o.Class }},
	} {
		j, err := judged(f.check, each.class, f.cfg.Seed)
		if err != nil {
			return nil, fmt.Errorf("judge %s: %w", each.name, err)
		}
		j.By = each.name
		said.Judged = append(said.Judged, *j)
	}
	return said, nil
}

func classifies(l *Linear) func(Observed) Complexity {
	return func(o Observed) Complexity {
		c, _ := l.Classify(o.Features)
		return c
	}
}

// asClasses has every text say its class and no more: whether it survives each share, as one question. What is fitted to
// that and wants half takes the likelier side.
func asClasses(observed []Observed) []Observed {
	out := slices.Clone(observed)
	for i, o := range out {
		out[i].All, out[i].Told = 1, map[Complexity]float64{Medium: float64(1 - equal(o.Class, Complex)), Simple: float64(equal(o.Class, Simple))}
	}
	return out
}

func equal(a, b Complexity) int {
	if a == b {
		return 1
	}
	return 0
}
