package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// QualityFile holds, in an agent's folder, what keeping a share of a text's worth loses.
const QualityFile = "quality.json"

// Quality says what was lost where an agent kept a share of the worth that it sees in a text: measured on documents that
// it did not learn from, so that what another document of the kind will lose can be bounded.
type Quality struct {
	Data      []string `json:"data"`      // that was asked about
	Documents int      `json:"documents"` // n
	Points    []Lost   `json:"points"`    // shares ascending
}

// Lost is the mean over documents of the share of the answers that does not stand in what was kept.
type Lost struct {
	Share float64 `json:"share"`
	Mean  float64 `json:"mean"`
}

// Share is the least share with which a further document is expected to lose at most 1 - quality: by conformal risk
// control, where (n mean + 1)/(n + 1) is at most that for it and for every larger share (Angelopoulos and others 2022,
// arXiv 2208.02814; losses in [0, 1]).
func (q *Quality) Share(quality float64) (float64, error) {
	n, share := float64(q.Documents), math.NaN()
	for i := len(q.Points) - 1; i >= 0; i-- {
		if p := q.Points[i]; (n*p.Mean+1)/(n+1) <= 1-quality {
			share = p.Share
		} else {
			break
		}
	}
	if math.IsNaN(share) {
		return 0, fmt.Errorf("min-quality is %v; with %d documents nothing above %.3f can be promised", quality, q.Documents, q.most())
	}
	return share, nil
}

// most is the highest quality for which there is a share.
func (q *Quality) most() float64 {
	if len(q.Points) == 0 {
		return 0
	}
	n := float64(q.Documents)
	return 1 - (n*q.Points[len(q.Points)-1].Mean+1)/(n+1)
}

func (q *Quality) check() error {
	if q.Documents < 1 || len(q.Points) == 0 {
		return errors.New("no documents or no points")
	}
	for i, p := range q.Points {
		if !(p.Share >= 0 && p.Share <= 1 && p.Mean >= 0 && p.Mean <= 1) || i > 0 && p.Share <= q.Points[i-1].Share {
			return fmt.Errorf("point %d: want shares that rise within [0, 1] and losses in [0, 1]", i)
		}
	}
	return nil
}

// Save writes the file into an agent's folder.
func (q *Quality) Save(dir string) error {
	if err := q.check(); err != nil {
		return err
	}
	return safetensors.WriteJSON(filepath.Join(dir, QualityFile), q)
}

// readQuality reads what lies beside an agent, if it does.
func readQuality(raw []byte, err error) (*Quality, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // an agent that nobody calibrated
	}
	if err != nil {
		return nil, err
	}
	var q Quality
	if err := json.Unmarshal(raw, &q); err != nil {
		return nil, fmt.Errorf("%s: %w", QualityFile, err)
	}
	if err := q.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", QualityFile, err)
	}
	return &q, nil
}

func loadQuality(dir string) (*Quality, error) {
	return readQuality(os.ReadFile(filepath.Join(dir, QualityFile)))
}

// Worth is what a token with a logit is expected to be worth, as the labels of training count it: [0, 1].
func (a *Agent) Worth(score float32) float64 {
	return 1 / (1 + math.Exp(LabelShift-float64(score)))
}

// LabelShift is what training takes from a logit before it compares it with what a token is worth.
const LabelShift = 2

// Share is how much of a text's worth has to stay for a quality.
func (a *Agent) Share(quality float64) (float64, error) {
	if a.quality == nil {
		return 0, errors.New("min-quality: the agent is not calibrated; see go run ./scripts/calibrate")
	}
	return a.quality.Share(quality)
}
