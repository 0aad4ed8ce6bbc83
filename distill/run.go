package distill

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/scorers"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/torch"
)

// Options are what a run is told beside its configuration.
type Options struct {
	Command string // as it was called, for the report
	Log     *slog.Logger
}

// ladder is a run under way.
type ladder struct {
	cfg     config.Distill
	log     *slog.Logger
	own     *agent.Agent // statistics and tokenizer of all students
	teacher compress.Scorer
	data    *data
	bench   *bench
	random  losses
	first   losses
	report  *Report
	closing []func()
}

// Run trains the students of a configuration and writes report.json and report.md beside their folders.
func Run(ctx context.Context, cfg config.Distill, o Options) (*Report, error) {
	if err := torch.Available(); err != nil {
		return nil, err
	}
	torch.SetThreads(cfg.Threads)
	l := &ladder{cfg: cfg, log: o.Log, report: &Report{Command: o.Command, Seeds: cfg.Seeds, Rates: cfg.Rates}}
	defer l.close()
	begun := time.Now()
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	if err := l.climb(ctx); err != nil {
		return nil, err
	}
	l.report.Seconds = time.Since(begun).Seconds()
	l.report.notes(cfg)
	return l.report, write(cfg.OutputDir, l.report)
}

func (l *ladder) close() {
	for _, f := range slices.Backward(l.closing) {
		f()
	}
}

func (l *ladder) open(ctx context.Context) (err error) {
	if l.own, err = agent.Default(); err != nil {
		return err
	}
	l.closing = append(l.closing, l.own.Close)
	if err := l.openTeacher(); err != nil {
		return config.Usagef("teacher: %w", err)
	}
	if l.data, err = load(ctx, l.cfg, l.own.Tokenizer()); err != nil {
		return err
	}
	var reader probe.Reader = probe.Standing{}
	l.report.Reader = answersStand
	if l.cfg.Reader != "" {
		r, err := l.openReader()
		if err != nil {
			return config.Usagef("reader: %w", err)
		}
		reader = r
	}
	l.report.Texts, l.report.Documents = len(l.data.train), len(l.data.valid)
	seed := int64(l.cfg.Seeds[0])
	if l.bench, err = newBench(ctx, reader, l.own.Tokenizer(), l.data.valid, l.cfg.Rates, seed); err != nil {
		return err
	}
	return l.drawRandom(ctx, seed)
}

// openReader opens who answers the probes, in bfloat16 only where the processor computes in it.
func (l *ladder) openReader() (*reconstructor.Reconstructor, error) {
	kind, word := torch.Float32, "float32"
	if l.cfg.Mixed && torch.Fast() == torch.BFloat16 {
		kind, word = torch.BFloat16, "bfloat16"
	}
	r, err := reconstructor.Open(l.cfg.Reader, kind, 0)
	if err != nil {
		return nil, err
	}
	l.closing = append(l.closing, r.Close)
	l.report.Reader, l.report.Kind = l.cfg.Reader, word
	return r, nil
}

// openTeacher opens the first rung. One that is no agent is no student's equal, so its scores are brought to their size.
func (l *ladder) openTeacher() error {
	switch name := l.cfg.Teacher; {
	case name == "default":
		l.teacher = l.own
	case scorers.Reads(name):
		opened, err := scorers.Open(name, l.cfg.TeacherModel)
		if err != nil {
			return err
		}
		l.teacher, l.closing = asLogits{opened.Scorer}, append(l.closing, opened.Close)
	default:
		a, err := agent.Load(name)
		if err != nil {
			return err
		}
		l.closing = append(l.closing, a.Close)
		if err := a.Matches(l.own.Tokenizer()); err != nil {
			return err
		}
		l.teacher, l.own = a, a
	}
	return nil
}

// randomDraws of a document's random cut are averaged.
const randomDraws = 3

func (l *ladder) drawRandom(ctx context.Context, seed int64) error {
	var draws []losses
	for draw := range randomDraws {
		each, err := l.bench.losses(ctx, func(document int) compress.Scorer {
			s, err := compress.Baseline("random", l.own.Statistics(), seed+int64(document*randomDraws+draw))
			if err != nil {
				panic(err) // its name is one of compress's own
			}
			return s
		})
		if err != nil {
			return err
		}
		draws = append(draws, each)
	}
	l.random = mean(draws)
	return nil
}

// climb measures the teacher, then trains and measures rung after rung, and the controls.
func (l *ladder) climb(ctx context.Context) (err error) {
	if l.first, err = l.bench.losses(ctx, func(int) compress.Scorer { return l.teacher }); err != nil {
		return err
	}
	l.report.Asked = "cloze questions about " + l.cfg.ValidPath
	if l.data.valid[0].Probes[0].Kind == probe.KindQuestion {
		l.report.Asked = "the questions of " + filepath.Base(l.cfg.ValidPath)
	}
	top := &Rung{Name: l.cfg.Teacher, Taught: "what it was trained on", Folder: l.folderOfTeacher()}
	if a, is := l.teacher.(*agent.Agent); is {
		top.Parameters, top.Bytes = a.Size(), bytesOf(l.cfg.Teacher)
	}
	if err := l.enter(ctx, top, l.first, nil, l.teacher); err != nil {
		return err
	}
	l.report.Rungs = append(l.report.Rungs, top)
	before, above, name := &l.first, repeat(l.teacher, len(l.cfg.Seeds)), l.cfg.Teacher
	for i, rung := range l.cfg.Names {
		students, measured, err := l.train(ctx, i, rung, above, "the rung above, "+name, before)
		if err != nil {
			return err
		}
		before, above, name = measured, students, rung
	}
	if l.cfg.Controls {
		if err := l.controls(ctx); err != nil {
			return err
		}
	}
	return l.others(ctx)
}

func repeat(s compress.Scorer, n int) []compress.Scorer {
	return slices.Repeat([]compress.Scorer{s}, n)
}

// folderOfTeacher is as the router finds it: empty is the agent in the binary.
func (l *ladder) folderOfTeacher() string {
	switch {
	case l.cfg.Teacher == "default":
		return ""
	case scorers.Reads(l.cfg.Teacher):
		return l.cfg.TeacherModel
	}
	absolute, err := filepath.Abs(l.cfg.Teacher)
	if err != nil {
		return l.cfg.Teacher
	}
	return absolute
}

// train makes a student of shape i for every seed, each of its own teacher, and enters them as one.
func (l *ladder) train(ctx context.Context, i int, name string, teachers []compress.Scorer, taught string, before *losses) ([]compress.Scorer, *losses, error) {
	var students []compress.Scorer
	var each []losses
	rung := &Rung{Name: name, Taught: taught, Folder: filepath.Join(fmt.Sprintf("seed-%d", l.cfg.Seeds[0]), name)}
	for n, seed := range l.cfg.Seeds {
		student, err := l.student(ctx, i, name, teachers[n], int64(seed))
		if err != nil {
			return nil, nil, fmt.Errorf("rung %s: %w", name, err)
		}
		one, err := l.bench.losses(ctx, func(int) compress.Scorer { return student })
		if err != nil {
			return nil, nil, err
		}
		students, each = append(students, student), append(each, one)
		rung.Parameters, rung.Bytes = student.Size(), sizeOf(filepath.Join(l.cfg.OutputDir, rung.Folder))
	}
	measured := mean(each)
	if err := l.enter(ctx, rung, measured, before, students[0]); err != nil {
		return nil, nil, err
	}
	switch {
	case before == nil:
		l.report.Controls = append(l.report.Controls, rung)
	case slices.Contains(l.cfg.Assistants, name):
		l.report.Assistants = append(l.report.Assistants, rung)
	default:
		l.report.Rungs = append(l.report.Rungs, rung)
	}
	return students, &measured, nil
}

// student is one training, saved in its folder.
func (l *ladder) student(ctx context.Context, i int, name string, teacher compress.Scorer, seed int64) (*agent.Agent, error) {
	folder := filepath.Join(l.cfg.OutputDir, fmt.Sprintf("seed-%d", seed), name)
	if l.cfg.Reuse {
		if student, err := agent.Load(folder); err == nil {
			l.closing = append(l.closing, student.Close)
			return student, student.Matches(l.own.Tokenizer())
		}
	}
	torch.Seed(uint64(seed))
	tokenizer := l.own.Tokenizer()
	student, err := agent.New(agent.Config{Tokenizer: tokenizer.Name(), Vocabulary: tokenizer.VocabSize(), Embedding: l.cfg.Embedding[i],
		Rows: l.cfg.Rows[i], Hidden: l.cfg.Hidden[i], Layers: l.cfg.Layers[i], ContextWindow: l.cfg.Window}, tokenizer, l.own.Statistics())
	if err != nil {
		return nil, config.Usage(err)
	}
	l.closing = append(l.closing, student.Close)
	l.log.Info("rung", "name", name, "parameters", student.Size(), "seed", seed)
	if err := teach(ctx, l.cfg, student, teacher, l.data.train, seed, l.log); err != nil {
		return nil, err
	}
	return student, student.Save(folder)
}

// controls are the last rung's shape from scratch on hard labels, and straight from the teacher.
func (l *ladder) controls(ctx context.Context) error {
	last := len(l.cfg.Names) - 1
	none := make([]compress.Scorer, len(l.cfg.Seeds))
	if _, _, err := l.train(ctx, last, l.cfg.Names[last]+"-scratch", none, "hard labels alone", nil); err != nil {
		return err
	}
	_, _, err := l.train(ctx, last, l.cfg.Names[last]+"-direct", repeat(l.teacher, len(l.cfg.Seeds)), "the first rung directly", nil)
	return err
}

// enter fills in what a rung measures.
func (l *ladder) enter(ctx context.Context, rung *Rung, measured losses, before *losses, scorer compress.Scorer) (err error) {
	for i, rate := range l.cfg.Rates {
		f, err := l.bench.views[0].docs.Retained(measured.read[i], l.bench.bootstrap)
		if err != nil {
			return fmt.Errorf("measure %s: %w", rung.Name, err)
		}
		rung.F = append(rung.F, Point{rate, f})
	}
	for i, v := range l.bench.views {
		rho, err := l.bench.retention(v, measured, l.first, l.random)
		if err != nil {
			return fmt.Errorf("measure %s, %s: %w", rung.Name, v.name, err)
		}
		if i == 0 {
			rung.Retention = rho
			continue
		}
		rung.Views = append(rung.Views, View{v.name, rho})
	}
	if before != nil {
		step, err := l.bench.retention(l.bench.views[0], measured, *before, l.random)
		if err != nil {
			return fmt.Errorf("measure %s: %w", rung.Name, err)
		}
		rung.Step = &step
	}
	if l.cfg.Speeds {
		rung.Speeds, err = Speeds(ctx, scorer, l.own.Tokenizer(), l.data.valid)
	}
	l.log.Info("measured", "rung", rung.Name, "parameters", rung.Parameters, "retention", rung.Retention)
	return err
}

// bytesOf is the size of a teacher's file, which of the agent in the binary its provenance knows.
func bytesOf(teacher string) int64 {
	if teacher != "default" {
		return sizeOf(agent.Folder(teacher))
	}
	p, err := agent.DefaultProvenance()
	if err != nil {
		return 0
	}
	return p.Weights.Bytes
}

// sizeOf is the bytes of an agent's weights, 0 where there is no file.
func sizeOf(dir string) int64 {
	info, err := os.Stat(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		return 0
	}
	return info.Size()
}
