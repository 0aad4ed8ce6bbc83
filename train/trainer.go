package train

import (
	"context"
	"log/slog"
	"time"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/rewards"
	"github.com/project-sputnik/sputnik/rewards/gradient"
	"github.com/project-sputnik/sputnik/torch"
)

// Trainer holds what a run moves.
type Trainer struct {
	cfg         config.Train
	settings    any // the configuration as the user gave it
	data        *data
	agent       *agent.Agent // nil where the reconstructor trains alone
	rebuild     *reconstructor.Reconstructor
	healer      *reconstructor.Reconstructor // whose words the reconstructor learns; nil where it learns texts and answers
	reader      probe.Reader                 // who answers the probes that pay
	known       map[*byte][][]probe.Loss     // by a task's key: what a reader that does not learn loses on nothing and on all of it
	together    map[*byte][]task             // by a task's key: those that are read with it
	crediter    crediter                     // the same where the estimator asks for its credit; else nil
	judge       probe.Reader                 // what the reader is held to; nil without a judge
	randomMasks *judged                      // of held-out texts, that it has read
	masks       rates                        // of the reconstructor's random masks
	parts       int                          // that a step is played in
	close       []func()
	policy      *torch.AdamW
	rebuilds    *torch.AdamW
	reward      rewards.Reward
	estimator   gradient.Estimator
	schedule    rewards.Schedule
	rebuilt     map[string]float64 // what the reconstructor's last step in the joint loop measured
	state       State
	unchanged   bool      // since the last checkpoint
	began       time.Time // this process
	earlier     float64   // seconds that processes before it took
	log         *slog.Logger
}

// rates are the lowest and the highest share of words kept.
type rates struct{ low, high float64 }

// State is what a checkpoint holds beside weights and optimisers.
type State struct {
	Step        int     `json:"step"` // steps done, over all phases
	Temperature float64 `json:"temperature"`
	RewardScale float64 `json:"reward_scale"` // running deviation of the rewards of one text's masks; 0 before the first
	Spread      float64 `json:"spread"`       // running deviation of their distortions
	Best        float64 `json:"best"`         // of the selection's measure
	BestStep    int     `json:"best_step"`
	Worse       int     `json:"worse"` // evaluations since the best
	Skipped     int     `json:"skipped"`
	SkippedRow  int     `json:"skipped_in_a_row"`
	Evaluated   int     `json:"evaluated"`   // the step of the last evaluation
	Seconds     float64 `json:"seconds"`     // that the run has taken
	Evaluations int     `json:"evaluations"` // so far, where there is a judge
	Spikes      int     `json:"spikes"`      // steps left out because of the norm of their gradient
	Waited      int     `json:"waited"`      // joint steps in which the agent did not move, by least_told

	Norms map[string]*norms `json:"gradient_norms,omitempty"` // of the last steps, by phase and network
}

// phases are the numbers of steps of a run, in order.
type phases struct{ recurrence, answers, rebuilding, joint int }

func (p phases) total() int { return p.recurrence + p.answers + p.rebuilding + p.joint }

// phase is one of them, with the step that it begins at.
type phase struct {
	name         string
	first, steps int
}

// list is the phases that have steps, in order.
func (p phases) list() []phase {
	var all []phase
	first := 0
	for _, each := range []phase{{"recurrence", 0, p.recurrence}, {"answers", 0, p.answers}, {"rebuilding", 0, p.rebuilding}, {"joint", 0, p.joint}} {
		if each.first = first; each.steps > 0 {
			all = append(all, each)
		}
		first += each.steps
	}
	return all
}

// at names the phase of a step and counts the step within it.
func (p phases) at(step int) (name string, within int) {
	is := p.of(step)
	return is.name, step - is.first
}

// of is the phase of a step.
func (p phases) of(step int) phase {
	for _, each := range p.list() {
		if step < each.first+each.steps {
			return each
		}
	}
	return phase{name: "joint", first: p.total()}
}

func (t *Trainer) phases() phases {
	each := func(n, batch int) int { return (n + batch - 1) / batch }
	if t.agent == nil {
		return phases{rebuilding: t.cfg.ReconstructorStart}
	}
	epoch := each(len(t.data.tasks), t.cfg.BatchSize)
	if t.cfg.MaxStepsPerEpoch > 0 {
		epoch = min(epoch, t.cfg.MaxStepsPerEpoch)
	}
	p := phases{
		answers:    t.cfg.SupervisedEpochs * each(len(t.data.labelled), t.cfg.SupervisedBatch),
		rebuilding: t.cfg.ReconstructorStart,
		joint:      t.cfg.MaxEpochs * epoch,
	}
	if len(t.data.recurrent) > 0 {
		p.recurrence = t.cfg.SupervisedSteps
	}
	return p
}

// New reads the data and makes or loads both models.
func New(ctx context.Context, cfg config.Train, log *slog.Logger) (*Trainer, error) {
	if err := prepareTorch(cfg.Device, cfg.Threads); err != nil {
		return nil, err
	}
	settings := cfg
	if cfg.Init == "none" {
		cfg.SupervisedEpochs, cfg.SupervisedSteps = 0, 0
	}
	t := &Trainer{cfg: cfg, settings: &settings, log: log, masks: rates{0.05, 1}, parts: stepParts(), began: time.Now(), state: State{Best: -1, Evaluated: -1}}
	if err := t.make(ctx); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (t *Trainer) make(ctx context.Context) (err error) {
	if err = findModels(t.cfg); err != nil {
		return err
	}
	if t.data, err = load(ctx, t.cfg); err != nil {
		return err
	}
	if err = t.openAgent(); err != nil { // before labels, which may take an hour
		return err
	}
	if err = t.labelQuestions(ctx); err != nil {
		return err
	}
	if err = t.teach(ctx); err != nil {
		return err
	}
	if err = t.makeModels(); err != nil {
		return err
	}
	if t.reward, err = rewards.New(t.cfg.RewardType); err != nil {
		return config.Usage(err)
	}
	if err = t.makeEstimator(); err != nil {
		return err
	}
	if err = t.makeJudge(ctx); err != nil {
		return err
	}
	t.schedule = rewards.Schedule{Kind: t.cfg.TemperatureSchedule, Start: t.cfg.RewardTemperature, End: t.cfg.RewardTemperatureTo, Steps: t.phases().joint}
	if err = t.schedule.Validate(); err != nil {
		return config.Usage(err)
	}
	t.state.Temperature = t.cfg.RewardTemperature
	return nil
}

// prepareTorch sets libtorch up for training on a device.
func prepareTorch(device string, threads int) error {
	if err := torch.Available(); err != nil {
		return err
	}
	found, err := torch.ParseDevice(device)
	if err != nil {
		return config.Usage(err)
	}
	torch.Use(found)
	torch.HoardMemory()
	torch.SetThreads(threads)
	return nil
}

// Close frees both models.
func (t *Trainer) Close() {
	for i := len(t.close) - 1; i >= 0; i-- {
		t.close[i]()
	}
	t.close = nil
}

// Agent is the policy as it stands.
func (t *Trainer) Agent() *agent.Agent { return t.agent }
