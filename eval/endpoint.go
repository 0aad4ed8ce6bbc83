package eval

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval/remote"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// endpoint is what a reader's name begins with that answers behind an address.
const endpoint = "openai:"

// endpointTokenizer counts what an endpoint reads; which one it has is not known.
const endpointTokenizer = "o200k_base"

// openEndpoint makes a model behind an address the reader: it answers in words and tells no losses.
func (s *session) openEndpoint(model string) error {
	client, err := remote.New(remote.Settings{
		BaseURL: s.cfg.BaseURL, Model: model, Key: os.Getenv("OPENAI_API_KEY"), Budget: s.cfg.TokenBudget,
		Cache: filepath.Join(s.dir, "answers"),
	})
	if err != nil {
		return config.Usagef("reader %s: %w", s.cfg.Reader, err)
	}
	s.closing = append(s.closing, func() { _ = client.Close() }) // nothing is under way by then
	counter, err := token.Open(endpointTokenizer)
	if err != nil {
		return err
	}
	s.options.Log.Info("reader", "name", client.String())
	s.notes = append(s.notes, "An endpoint answers in words and tells no losses, so retained information is not measured.")
	s.evaluation.Reader = Reader{Model: Model{Name: client.String(), Identity: key(s.cfg.BaseURL, model)}, Tokenizer: counter}
	s.evaluation.Answerer = answeringEndpoint{client}
	return nil
}

// answeringEndpoint puts readings to an endpoint as what a user would ask.
type answeringEndpoint struct{ client *remote.Client }

func (a answeringEndpoint) Answers(ctx context.Context, readings []probe.Reading) ([]string, error) {
	byLimit := map[int][]int{}
	for i, r := range readings {
		tokens, _ := r.Probe.Limit()
		byLimit[tokens] = append(byLimit[tokens], i)
	}
	answers := make([]string, len(readings))
	for _, tokens := range slices.Sorted(maps.Keys(byLimit)) {
		var prompts []string
		for _, i := range byLimit[tokens] {
			prompts = append(prompts, probe.Request(readings[i]))
		}
		said, err := a.client.Answer(ctx, prompts, tokens)
		if errors.Is(err, remote.ErrBudget) {
			return nil, budgetError{fmt.Errorf("token_budget is spent: %w", err)}
		}
		if err != nil {
			return nil, err
		}
		for n, i := range byLimit[tokens] {
			answers[i] = said[n]
		}
	}
	return answers, nil
}

// budgetError ends a run: no other document could be asked about either.
type budgetError struct{ error }

func (e budgetError) Unwrap() error { return e.error }
