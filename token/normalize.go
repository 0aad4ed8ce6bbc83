package token

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
	"golang.org/x/text/unicode/norm"
)

// aligned is a text after normalising and, for each of its bytes and its end, the byte of the input it came from.
// A nil origin says that nothing changed.
type aligned struct {
	text   []byte
	origin []int32
}

func plain(text []byte) aligned { return aligned{text: text} }

func (a aligned) at(i int) int32 {
	if a.origin == nil {
		return int32(i)
	}
	return a.origin[i]
}

// put appends bytes that all came from one place.
func (a *aligned) put(origin int32, text ...byte) {
	a.text = append(a.text, text...)
	for range text {
		a.origin = append(a.origin, origin)
	}
}

// keep appends in.text[i:j] as it is.
func (a *aligned) keep(in aligned, i, j int) {
	a.text = append(a.text, in.text[i:j]...)
	for ; i < j; i++ {
		a.origin = append(a.origin, in.at(i))
	}
}

func (a *aligned) end(in aligned) aligned {
	a.origin = append(a.origin, in.at(len(in.text)))
	return *a
}

// normalizer rewrites a text before it is cut into pieces.
type normalizer interface{ normalize(in aligned) aligned }

// form is a Unicode normal form.
type form norm.Form

func (f form) normalize(in aligned) aligned {
	if norm.Form(f).IsNormal(in.text) {
		return in
	}
	var out aligned
	var it norm.Iter
	it.Init(norm.Form(f), in.text)
	for !it.Done() {
		start := it.Pos()
		seg := it.Next()
		if bytes.Equal(seg, in.text[start:it.Pos()]) {
			out.keep(in, start, it.Pos())
		} else {
			out.put(in.at(start), seg...)
		}
	}
	return out.end(in)
}

// replace puts content where pattern stands.
type replace struct{ pattern, content []byte }

func (r replace) normalize(in aligned) aligned {
	if !bytes.Contains(in.text, r.pattern) {
		return in
	}
	var out aligned
	for i := 0; i < len(in.text); {
		n := bytes.Index(in.text[i:], r.pattern)
		if n < 0 {
			out.keep(in, i, len(in.text))
			break
		}
		out.keep(in, i, i+n)
		out.put(in.at(i+n), r.content...)
		i += n + len(r.pattern)
	}
	return out.end(in)
}

// stripAccents drops combining marks; what they are composed with is taken apart before, by NFD or NFKD.
type stripAccents struct{}

func (stripAccents) normalize(in aligned) aligned {
	var out aligned
	for i, size := 0, 0; i < len(in.text); i += size {
		var r rune
		if r, size = utf8.DecodeRune(in.text[i:]); !unicode.Is(unicode.M, r) {
			out.keep(in, i, i+size)
		}
	}
	return out.end(in)
}

// replaceMatches puts content where a pattern matches.
type replaceMatches struct {
	re      *regexp2.Regexp
	content []byte
}

func (r replaceMatches) normalize(in aligned) aligned {
	runes, at := decodeRunes(in.text)
	var out aligned
	from := 0
	m, err := r.re.FindRunesMatch(runes)
	for ; err == nil && m != nil; m, err = r.re.FindNextMatch(m) {
		out.keep(in, from, at[m.RuneIndex])
		out.put(in.at(at[m.RuneIndex]), r.content...)
		from = at[m.RuneIndex+m.RuneLength]
	}
	out.keep(in, from, len(in.text))
	return out.end(in)
}

// prepend puts a prefix before a text that is not empty, unless it is there already and unique is set.
type prepend struct {
	prefix []byte
	unique bool
}

func (p prepend) normalize(in aligned) aligned {
	if len(in.text) == 0 || p.unique && bytes.HasPrefix(in.text, p.prefix) {
		return in
	}
	var out aligned
	out.put(in.at(0), p.prefix...)
	out.keep(in, 0, len(in.text))
	return out.end(in)
}

type lowercase struct{}

func (lowercase) normalize(in aligned) aligned {
	if bytes.IndexFunc(in.text, unicode.IsUpper) < 0 {
		return in
	}
	var out aligned
	for i, size := 0, 0; i < len(in.text); i += size {
		var r rune
		r, size = utf8.DecodeRune(in.text[i:])
		if r == utf8.RuneError && size == 1 {
			out.keep(in, i, i+1)
			continue
		}
		out.put(in.at(i), utf8.AppendRune(nil, unicode.ToLower(r))...)
	}
	return out.end(in)
}

// stripSpace drops white space at the ends.
type stripSpace struct{ left, right bool }

func (s stripSpace) normalize(in aligned) aligned {
	i, j := 0, len(in.text)
	if s.left {
		i = j - len(bytes.TrimLeftFunc(in.text, unicode.IsSpace))
	}
	if s.right {
		j = i + len(bytes.TrimRightFunc(in.text[i:], unicode.IsSpace))
	}
	if i == 0 && j == len(in.text) {
		return in
	}
	var out aligned
	out.keep(in, i, j)
	return out.end(in)
}

type normalizers []normalizer

func (ns normalizers) normalize(in aligned) aligned {
	for _, n := range ns {
		in = n.normalize(in)
	}
	return in
}

// stage is one normalizer, pre-tokenizer, decoder or post-processor of a tokenizer.json; each kind reads its fields.
type stage struct {
	Type             string            `json:"type"`
	Normalizers      []json.RawMessage `json:"normalizers"`
	Pretokenizers    []json.RawMessage `json:"pretokenizers"`
	Decoders         []json.RawMessage `json:"decoders"`
	Pattern          pattern           `json:"pattern"`
	Content          json.RawMessage   `json:"content"`
	Charsmap         string            `json:"precompiled_charsmap"`
	Prepend          string            `json:"prepend"`
	StripLeft        bool              `json:"strip_left"`
	StripRight       bool              `json:"strip_right"`
	Behavior         string            `json:"behavior"`
	Invert           bool              `json:"invert"`
	IndividualDigits bool              `json:"individual_digits"`
	AddPrefixSpace   *bool             `json:"add_prefix_space"`
	UseRegex         *bool             `json:"use_regex"`
	Replacement      string            `json:"replacement"`
	PrependScheme    string            `json:"prepend_scheme"`
	Split            *bool             `json:"split"`
	Lowercase        *bool             `json:"lowercase"`
	StripAccents     *bool             `json:"strip_accents"`
	CleanText        *bool             `json:"clean_text"`
	HandleChinese    *bool             `json:"handle_chinese_chars"`
}

type pattern struct{ String, Regex string }

func readStage(raw []byte) (stage, error) {
	var s stage
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, err
	}
	return s, nil
}

func isNull(raw []byte) bool { return len(raw) == 0 || string(raw) == "null" }

// readNormalizer reads the normalizer of a BPE or Unigram tokenizer.json.
func readNormalizer(raw []byte) (normalizer, error) {
	if isNull(raw) {
		return nil, nil
	}
	s, err := readStage(raw)
	if err != nil {
		return nil, err
	}
	switch s.Type {
	case "NFC":
		return form(norm.NFC), nil
	case "NFD":
		return form(norm.NFD), nil
	case "NFKC":
		return form(norm.NFKC), nil
	case "NFKD":
		return form(norm.NFKD), nil
	case "Lowercase":
		return lowercase{}, nil
	case "Strip":
		return stripSpace{s.StripLeft, s.StripRight}, nil
	case "Prepend":
		return prepend{prefix: []byte(s.Prepend)}, nil
	case "Replace":
		return readReplace(s)
	case "Precompiled":
		return readPrecompiled(s.Charsmap)
	case "Nmt":
		return nmt{}, nil
	case "StripAccents":
		return stripAccents{}, nil
	case "Sequence":
		return readNormalizers(s.Normalizers)
	}
	return nil, fmt.Errorf("normalizer %q is not one that can be read", s.Type)
}

func readReplace(s stage) (normalizer, error) {
	var content string
	if err := json.Unmarshal(s.Content, &content); err != nil {
		return nil, fmt.Errorf("normalizer Replace: content: %w", err)
	}
	if s.Pattern.String == "" {
		re, err := regexp2.Compile(s.Pattern.Regex)
		if err != nil || s.Pattern.Regex == "" {
			return nil, fmt.Errorf("normalizer Replace: pattern %q: %w", s.Pattern.Regex, err)
		}
		return replaceMatches{re, []byte(content)}, nil
	}
	return replace{[]byte(s.Pattern.String), []byte(content)}, nil
}

func readNormalizers(raws []json.RawMessage) (normalizer, error) {
	var out normalizers
	for _, raw := range raws {
		n, err := readNormalizer(raw)
		if err != nil {
			return nil, err
		}
		if n != nil {
			out = append(out, n)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}
