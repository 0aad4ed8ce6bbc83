package keepmap

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// Version is that of the files that are written and read.
const Version = 1

// mostBytes is the longest original that a map holds: 1 GiB.
const mostBytes = 1 << 30

// A Span is the bytes [Span[0], Span[1]) of a text.
type Span = [2]int

// Settings say what a text was shortened with, in the words of the command's flags.
type Settings struct {
	Rate         float64  `json:"rate"`          // asked for; 0 where TargetTokens was
	TargetTokens int      `json:"target_tokens"` // as it was asked for, or as the rate made it
	Tokenizer    string   `json:"tokenizer"`
	Model        string   `json:"model"`
	Scorer       string   `json:"scorer"`
	Seed         int64    `json:"seed"`
	Question     string   `json:"question"`
	Unit         string   `json:"unit"`
	Structure    string   `json:"structure"`
	Keep         []string `json:"keep"`
	KeepRegex    []string `json:"keep_regex"`
	KeepDigits   bool     `json:"keep_digits"`
	StripTags    bool     `json:"strip_tags"`
	CacheStable  bool     `json:"cache_stable"`
	Program      string   `json:"program"` // the version of Sputnik
}

// A Map knows an original and what of it was kept. It is not to be changed.
type Map struct {
	Settings Settings
	Original []byte
	Kept     []Span // ascending, not touching
	output   []byte // their concatenation
}

// New makes the map of an original of which some spans were kept.
func New(original []byte, kept []Span, settings Settings) (*Map, error) {
	if len(original) > mostBytes {
		return nil, fmt.Errorf("keep-map: the text has %d bytes; want at most %d", len(original), mostBytes)
	}
	n, err := length(kept, len(original))
	if err != nil {
		return nil, fmt.Errorf("keep-map: %w", err)
	}
	m := &Map{Settings: settings, Original: original, Kept: kept, output: make([]byte, 0, n)}
	for _, s := range kept {
		m.output = append(m.output, original[s[0]:s[1]]...)
	}
	return m, nil
}

// Output is the shortened text.
func (m *Map) Output() []byte { return m.output }

// length is how many bytes the spans of a text of n bytes have together.
func length(kept []Span, n int) (int, error) {
	sum, end := 0, -1
	for i, s := range kept {
		switch {
		case s[0] < 0 || s[1] > n:
			return 0, fmt.Errorf("kept[%d] is %v; the text has the bytes 0 to %d", i, s, n)
		case s[0] >= s[1]:
			return 0, fmt.Errorf("kept[%d] is %v, which is empty", i, s)
		case s[0] <= end:
			return 0, fmt.Errorf("kept[%d] is %v and begins before or where the one before it ends, at %d", i, s, end)
		}
		sum, end = sum+s[1]-s[0], s[1]
	}
	return sum, nil
}

// An Altered error says where a text is not the one that the map knows.
type Altered struct {
	Byte      int // the first that differs, from 0
	Got, Want int // their values, -1 where a text ends
	Bytes     int // how many the text should have
}

func (a *Altered) Error() string {
	switch {
	case a.Got < 0:
		return fmt.Sprintf("differs at byte %d: it ends there, and should have %d bytes", a.Byte, a.Bytes)
	case a.Want < 0:
		return fmt.Sprintf("differs at byte %d: it goes on there with %s, and should have %d bytes", a.Byte, byteName(a.Got), a.Bytes)
	}
	return fmt.Sprintf("differs at byte %d: it has %s there, and should have %s", a.Byte, byteName(a.Got), byteName(a.Want))
}

func byteName(b int) string { return fmt.Sprintf("0x%02x (%q)", b, string([]byte{byte(b)})) }

// Recover returns the original of an output that is byte for byte the one that was written, or else an *Altered.
func (m *Map) Recover(output []byte) ([]byte, error) {
	if err := compare(output, m.output); err != nil {
		return nil, err
	}
	return m.Original, nil
}

// Check returns an *Altered if text is not the original.
func (m *Map) Check(text []byte) error { return compare(text, m.Original) }

func compare(got, want []byte) error {
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	if at == len(got) && at == len(want) {
		return nil
	}
	a := &Altered{Byte: at, Got: -1, Want: -1, Bytes: len(want)}
	if at < len(got) {
		a.Got = int(got[at])
	}
	if at < len(want) {
		a.Want = int(want[at])
	}
	return a
}

// hash is a SHA-256 in JSON: 64 lower-case hexadecimal digits.
type hash [sha256.Size]byte

func (h hash) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%x", h[:]), nil }

func (h *hash) UnmarshalText(text []byte) error {
	digits, err := hex.DecodeString(string(text))
	if err != nil || len(digits) != len(h) {
		return errors.New("a hash is not 64 hexadecimal digits")
	}
	copy(h[:], digits)
	return nil
}
