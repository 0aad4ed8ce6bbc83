package train

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// measuredAfter is how many steps say how long those of a phase take.
const measuredAfter = 5

// sampled is how many texts are looked at to say what the reader reads.
const sampled = 200

// announce says what the run will do: its phases, and what a step of each asks for, as far as that can be known before
// it has been measured.
func (t *Trainer) announce() {
	plan := []any{"steps", t.phases().total(), "done", t.state.Step, "threads", torch.Threads()}
	if t.cfg.MaxHours > 0 {
		plan = append(plan, "max_hours", t.cfg.MaxHours, "hours", round(t.seconds()/3600))
	}
	t.log.Info("plan", plan...)
	for _, p := range t.phases().list() {
		t.log.Info("plan", append([]any{"phase", p.name, "steps", p.steps}, t.demand(p.name)...)...)
	}
}

// demand is what a step of a phase takes: texts, and in the joint loop masks of them, and tokens that the reader reads.
func (t *Trainer) demand(phase string) []any {
	switch phase {
	case "recurrence":
		return []any{"texts_a_step", t.cfg.SupervisedBatch}
	case "answers":
		texts := t.cfg.SupervisedBatch
		if len(t.data.salient) > 0 {
			texts += t.cfg.SupervisedCloze
		}
		texts += t.cfg.AskedQuestions
		if len(t.data.plain) > 0 {
			texts += t.cfg.AskedCloze
		}
		return []any{"texts_a_step", texts}
	case "rebuilding":
		return []any{"texts_a_step", t.cfg.BatchSize}
	}
	return []any{"texts_a_step", t.cfg.BatchSize, "masks_a_step", t.cfg.BatchSize * t.cfg.Samples, "reader_tokens_a_step", t.readerTokens()}
}

// readerTokens is about how many tokens the reader reads in a step: every probe of a text after what each of its masks
// left, which is the mean rate of it, and, by a reader that learns, after nothing and after all of it. The agent's
// tokenizer counts.
func (t *Trainer) readerTokens() int {
	masks, ends := float64(t.cfg.Samples), 0.0
	if t.readerLearns() {
		ends = 1
	}
	contexts := ends + masks*(t.cfg.RateMin+t.cfg.RateMax)/2
	tokens, texts := 0.0, t.data.tasks[:min(sampled, len(t.data.tasks))]
	for _, task := range texts {
		for _, p := range task.Probes {
			asked := len(token.Read(t.data.tokenizer, []byte(p.Prompt+p.Target)).Tokens)
			tokens += contexts*float64(len(task.text.Tokens)) + (2*ends+masks)*float64(asked)
		}
	}
	return int(tokens / float64(len(texts)) * float64(t.cfg.BatchSize))
}

func machine() string {
	return fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}

// Progress is how far a run is, and how long the rest may take.
type Progress struct {
	Step, Steps int
	Phase       string
	Left        time.Duration // of the phases whose steps have been measured
	Unmeasured  []string      // the phases to come whose steps have not
	Most        time.Duration // that max_hours leaves; 0 where it does not bind
}

// TimeLeft says in words how long the rest may take.
func (p Progress) TimeLeft() string {
	if p.ends() {
		return "about " + short(p.Most) + ", when max_hours is up"
	}
	words := "about " + short(p.Left)
	if len(p.Unmeasured) > 0 {
		words += " and " + strings.Join(p.Unmeasured, ", ") + " (not measured yet)"
	}
	if p.Most > 0 {
		words += ", at the most " + short(p.Most)
	}
	return words
}

// ends says whether max_hours will end the run, as far as is known.
func (p Progress) ends() bool { return p.Most > 0 && p.Most <= p.Left }

// Brief is the time left where there is little room for it; a + stands for what has not been measured yet.
func (p Progress) Brief() string {
	switch {
	case p.ends():
		return short(p.Most)
	case len(p.Unmeasured) > 0:
		return short(p.Left) + "+"
	}
	return short(p.Left)
}

// short is a duration in hours and minutes, or in seconds where it is below two minutes.
func short(d time.Duration) string {
	if d < 2*time.Minute {
		return d.Round(time.Second).String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

// pace is how long the steps of each phase take, with the evaluations and checkpoints that fall to them.
type pace struct {
	steps map[string]int
	took  map[string]time.Duration
}

func newPace() *pace { return &pace{map[string]int{}, map[string]time.Duration{}} }

// add counts a step; it says whether those of its phase are measured by now.
func (p *pace) add(phase string, took time.Duration) (measured bool) {
	p.steps[phase]++
	p.took[phase] += took
	return p.steps[phase] == measuredAfter
}

// each is how long a step of a phase takes; 0 while too few have been measured.
func (p *pace) each(phase string) time.Duration {
	if n := p.steps[phase]; n >= measuredAfter {
		return p.took[phase] / time.Duration(n)
	}
	return 0
}

// left is how long the steps that are to come take, as far as it is known, and the phases of which it is not.
func (p *pace) left(phases []phase, step int) (known time.Duration, unmeasured []string) {
	for _, ph := range phases {
		rest := min(ph.steps, ph.first+ph.steps-step)
		switch each := p.each(ph.name); {
		case rest <= 0:
		case each == 0:
			unmeasured = append(unmeasured, ph.name)
		default:
			known += time.Duration(rest) * each
		}
	}
	return known, unmeasured
}

// progress is how far the run is after a step of a phase. What a phase takes is logged when it is known.
func (t *Trainer) progress(p *pace, of phase, took time.Duration) Progress {
	measured := p.add(of.name, took)
	phases := t.phases()
	at := Progress{Step: t.state.Step, Steps: phases.total(), Phase: of.name}
	at.Left, at.Unmeasured = p.left(phases.list(), at.Step)
	if limit := t.cfg.MaxHours; limit > 0 {
		most := time.Duration((limit*3600 - t.seconds()) * float64(time.Second))
		if most < at.Left || len(at.Unmeasured) > 0 {
			at.Most = max(most, time.Second)
		}
	}
	if measured {
		each := p.each(of.name)
		t.log.Info("measured", "phase", of.name, "seconds_a_step", round(each.Seconds()),
			"phase_takes", short(time.Duration(of.steps)*each), "time_left", at.TimeLeft())
	}
	return at
}
