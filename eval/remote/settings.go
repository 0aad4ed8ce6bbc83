package remote

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Settings say whom to ask and how much that may cost.
type Settings struct {
	BaseURL   string        // such as http://127.0.0.1:8080/v1
	Model     string        // as the endpoint names it
	Key       string        // bearer token; "" sends none
	Cache     string        // folder of the answers, made if need be; "" keeps none
	Budget    int           // tokens, prompt and completion, after which nothing more is asked; 0 is no cap
	Parallel  int           // requests under way at the most; 0 is 4
	PerMinute int           // requests a minute at the most; 0 is no limit
	Retries   int           // tries after the first; 0 is 5, less is none
	Timeout   time.Duration // of one request; 0 is 60 s
}

func (s Settings) filled() Settings {
	if s.Parallel == 0 {
		s.Parallel = 4
	}
	if s.Retries == 0 {
		s.Retries = 5
	}
	if s.Timeout == 0 {
		s.Timeout = time.Minute
	}
	return s
}

func (s Settings) check() (*url.URL, error) {
	for _, n := range []struct {
		name  string
		value int64
	}{{"Budget", int64(s.Budget)}, {"Parallel", int64(s.Parallel)}, {"PerMinute", int64(s.PerMinute)}, {"Timeout", int64(s.Timeout)}} {
		if n.value < 0 {
			return nil, fmt.Errorf("setting %s is %d, want 0 or more", n.name, n.value)
		}
	}
	if s.Model == "" {
		return nil, errors.New("setting Model is empty, want the name that the endpoint has for it")
	}
	if strings.ContainsFunc(s.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("setting Key holds a space, a line break or another character that a header cannot carry")
	}
	return checkBase(s.BaseURL)
}

// checkBase names what is wrong with an address without repeating it: it may hold a password.
func checkBase(address string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(address, "/"))
	switch {
	case err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "":
		return nil, errors.New("setting BaseURL is no address of a host, want one such as http://127.0.0.1:8080/v1")
	case base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("setting BaseURL holds a user, a query or a fragment, want scheme, host and path; the key goes into Key")
	}
	return base, nil
}
