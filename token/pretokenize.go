package token

import (
	"encoding/json"
	"errors"
	"fmt"
)

// spaceMark stands for a space in vocabularies of the SentencePiece family.
const spaceMark = "▁"

// pretokenizer is what a tokenizer.json says about cutting text into pieces.
type pretokenizer struct {
	split     []splitter
	byteLevel bool       // the vocabulary spells bytes as printable characters
	prefix    normalizer // a space or a mark put in front of the text
}

// readPretokenizer reads the pre-tokenizer of a BPE tokenizer.json; a Unigram's splits are read by it too.
func readPretokenizer(raw []byte) (pretokenizer, error) {
	var p pretokenizer
	if isNull(raw) {
		return p, nil
	}
	if err := p.read(raw); err != nil {
		return p, err
	}
	p.fuse()
	return p, nil
}

func (p *pretokenizer) read(raw json.RawMessage) error {
	s, err := readStage(raw)
	if err != nil {
		return err
	}
	switch s.Type {
	case "Sequence":
		for _, each := range s.Pretokenizers {
			if err := p.read(each); err != nil {
				return err
			}
		}
	case "ByteLevel":
		return p.readByteLevel(s)
	case "Digits":
		p.split = append(p.split, digitSplit{single: s.IndividualDigits})
	case "Split":
		return p.readSplit(s)
	case "Whitespace":
		return p.readSplit(stage{Pattern: pattern{Regex: wordsAndSigns}, Behavior: "Removed", Invert: true})
	case "WhitespaceSplit":
		p.split = append(p.split, runeSplit{delimits: isSpace, drop: true})
	case "Punctuation":
		if s.Behavior != "" && s.Behavior != "Isolated" {
			return fmt.Errorf("pre-tokenizer Punctuation: behavior %q is not one that is read", s.Behavior)
		}
		p.split = append(p.split, runeSplit{delimits: isPunctuation})
	case "BertPreTokenizer":
		p.split = append(p.split, runeSplit{delimits: isSpace, drop: true}, runeSplit{delimits: isPunctuation})
	case "Metaspace":
		return p.readMetaspace(s)
	default:
		return fmt.Errorf("pre-tokenizer %q is not one that can be read", s.Type)
	}
	return nil
}

func (p *pretokenizer) readByteLevel(s stage) error {
	p.byteLevel = true
	if s.AddPrefixSpace != nil && *s.AddPrefixSpace {
		if len(p.split) > 0 {
			return errors.New("pre-tokenizer ByteLevel: add_prefix_space after another split is not read")
		}
		p.prefix = prepend{prefix: []byte(" "), unique: true}
	}
	if s.UseRegex == nil || *s.UseRegex {
		p.split = append(p.split, gpt2Split{})
	}
	return nil
}

func (p *pretokenizer) readSplit(s stage) error {
	if fast := knownPattern(s); fast != nil {
		p.split = append(p.split, fast)
		return nil
	}
	split, err := newRegexSplit(s)
	p.split = append(p.split, split)
	return err
}

// readMetaspace writes spaces as marks and puts one in front, as the old and the new spelling of the option say.
func (p *pretokenizer) readMetaspace(s stage) error {
	mark := []byte(s.Replacement)
	steps := normalizers{replace{[]byte(" "), mark}}
	if s.PrependScheme == "always" || s.PrependScheme == "first" || s.PrependScheme == "" && s.AddPrefixSpace != nil && *s.AddPrefixSpace {
		steps = append(steps, prepend{prefix: mark, unique: true})
	}
	p.prefix = steps
	if s.Split == nil || *s.Split {
		p.split = append(p.split, markSplit{mark})
	}
	return nil
}

// fuse joins digits and GPT-2's pattern, the pre-tokenizer of many small models, in one scan.
func (p *pretokenizer) fuse() {
	if len(p.split) != 2 {
		return
	}
	digits, ok1 := p.split[0].(digitSplit)
	if scan, ok2 := p.split[1].(gpt2Split); ok1 && ok2 && !scan.digits {
		p.split = []splitter{gpt2Split{digits: true, single: digits.single}}
	}
}

// The patterns that have a scanner, by how tokenizer files spell them.
const (
	gpt2Pattern = `'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
	gpt2Spelled = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
	digitClass  = `\p{N}`

	// \w+|[^\w\s]+ with the reference's idea of a word's characters.
	wordsAndSigns = `[\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9\u200C\u200D]+|[^\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9\u200C\u200D\s]+`
)

func knownPattern(s stage) splitter {
	covers := s.Behavior == "Isolated" && !s.Invert || s.Behavior == "Removed" && s.Invert
	if !covers {
		return nil
	}
	switch s.Pattern.Regex {
	case gpt2Pattern, gpt2Spelled:
		return gpt2Split{}
	case digitClass:
		if !s.Invert {
			return digitSplit{single: true}
		}
	}
	return nil
}
