package speed

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
)

// A Length is what a text of some length costs, in a process of its own.
type Length struct {
	Bytes   int     `json:"bytes"`
	Tokens  int     `json:"tokens"`
	Speed   Speed   `json:"tokens_per_second"`
	PeakRSS float64 `json:"peak_rss_mb"` // 1e6 bytes; 0 where the system does not tell
}

// Lengths are a short and a long text, and how the speed at the long one is to that at the short one.
type Lengths struct {
	Short Length  `json:"short"`
	Long  Length  `json:"long"`
	Ratio float64 `json:"ratio"`
}

// OneLength measures the text in a file, for the process that was started to do nothing else.
func OneLength(ctx context.Context, path string, patience time.Duration) (l Length, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return l, err
	}
	a, err := agent.Default()
	if err != nil {
		return l, err
	}
	defer a.Close()
	c, _ := compressor(a)
	if _, err := repeat(ctx, c, text[:min(len(text), 20_000)], compress.Options{}, 1, 0); err != nil { // to warm up
		return l, err
	}
	r, err := c.Compress(ctx, text, compress.Options{Rate: rate})
	if err != nil {
		return l, err
	}
	l = Length{Bytes: len(text), Tokens: r.OriginalTokens, PeakRSS: peakRSS()} // of one run: garbage of many adds up
	took, err := repeat(ctx, c, text, compress.Options{}, 0, patience-r.Elapsed)
	if err != nil {
		return l, err
	}
	took = append(took, r.Elapsed)
	slices.Sort(took)
	l.Speed = speed(l.Tokens, took)
	return l, nil
}

var highWater = regexp.MustCompile(`(?m)^VmHWM:\s*(\d+) kB$`)

// peakRSS is the most memory, in 1e6 bytes, that this process held so far, as Linux tells.
func peakRSS() float64 {
	status, err := os.ReadFile("/proc/self/status")
	found := highWater.FindSubmatch(status)
	if err != nil || found == nil {
		return 0
	}
	kib, _ := strconv.ParseFloat(string(found[1]), 64) // digits
	return kib * 1024 / 1e6
}

func measureLengths(ctx context.Context, o Options) (l Lengths, err error) {
	for _, each := range []struct {
		bytes int
		into  *Length
	}{{o.Bytes / 10, &l.Short}, {o.Bytes * 10, &l.Long}} {
		if *each.into, err = inChild(ctx, o, extended(o.Text, each.bytes)); err != nil {
			return l, fmt.Errorf("compress %d bytes in a process of its own: %w", each.bytes, err)
		}
	}
	l.Ratio = l.Long.Speed.Median / l.Short.Speed.Median
	return l, nil
}

func inChild(ctx context.Context, o Options, text string) (l Length, err error) {
	f, err := os.CreateTemp("", "sputnik-bench-*.txt")
	if err != nil {
		return l, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		return l, err
	}
	out, err := o.child(ctx, "bench", "compress", "--child", "--seconds", fmt.Sprint(o.Patience.Seconds()), f.Name()).Output()
	if err != nil {
		return l, withStderr(err)
	}
	return l, json.Unmarshal(out, &l)
}

// measureColdStart is the median time, in ms, of a process that shortens a sentence.
func measureColdStart(ctx context.Context, o Options) (float64, error) {
	var took []time.Duration
	for range 10 {
		c := o.child(ctx, "compress")
		c.Stdin = strings.NewReader("It seems that, as far as we know, the ship has docked in Gothenburg.")
		started := time.Now()
		if _, err := c.Output(); err != nil {
			return 0, fmt.Errorf("start a process: %w", withStderr(err))
		}
		took = append(took, time.Since(started))
	}
	slices.Sort(took)
	return milliseconds(took[len(took)/2]), nil
}

func (o Options) child(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, o.Program, args...)
}

// withStderr adds what a process said.
func withStderr(err error) error {
	if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // Output returns it bare
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return err
}
