package token

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// JSON writes the vocabulary as a tokenizer.json that makes the same tokens.
func (v Vocabulary) JSON() ([]byte, error) {
	scored := len(v.Merges) == 0 && len(v.Scores) == len(v.Pieces)
	pre, err := v.preJSON(scored)
	if err != nil {
		return nil, err
	}
	doc := map[string]any{
		"version": "1.0", "truncation": nil, "padding": nil, "normalizer": v.normalizerJSON(scored), "pre_tokenizer": pre,
		"post_processor": nil, "added_tokens": v.addedJSON(), "model": v.modelJSON(scored), "decoder": v.decoderJSON(scored),
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err = enc.Encode(doc)
	return out.Bytes(), err
}

func (v Vocabulary) modelJSON(scored bool) map[string]any {
	vocab := make(map[string]int, len(v.Pieces))
	for id := len(v.Pieces) - 1; id >= 0; id-- { // of two ids of a piece the first stands
		vocab[v.Pieces[id]] = id
	}
	merges := make([][2]string, 0, len(v.Merges))
	for _, m := range v.Merges {
		l, r, _ := strings.Cut(m, " ")
		merges = append(merges, [2]string{l, r})
	}
	var unknown any
	if scored {
		merges = v.scoredMerges(vocab)
		if v.Unknown >= 0 && int(v.Unknown) < len(v.Pieces) {
			unknown = v.Pieces[v.Unknown]
		}
	}
	return map[string]any{
		"type": "BPE", "dropout": nil, "unk_token": unknown, "continuing_subword_prefix": nil, "end_of_word_suffix": nil,
		"fuse_unk": scored, "byte_fallback": scored, "ignore_merges": false, "vocab": vocab, "merges": merges,
	}
}

// scoredMerges are all the ways to cut a piece in two pieces, the pieces with the highest score first.
func (v Vocabulary) scoredMerges(vocab map[string]int) [][2]string {
	var merges [][2]string
	for _, id := range byScore(v) {
		piece := v.Pieces[id]
		for cut := range piece {
			_, ok1 := vocab[piece[:cut]]
			_, ok2 := vocab[piece[cut:]]
			if cut > 0 && ok1 && ok2 {
				merges = append(merges, [2]string{piece[:cut], piece[cut:]})
			}
		}
	}
	return merges
}

func (v Vocabulary) addedJSON() []map[string]any {
	out := []map[string]any{}
	for _, t := range v.added() {
		out = append(out, map[string]any{"id": t.id, "content": string(t.content), "single_word": false, "lstrip": false,
			"rstrip": false, "normalized": false, "special": v.Kinds[t.id] == KindControl})
	}
	return out
}

type object = map[string]any

var byteLevelJSON = object{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}

func (v Vocabulary) preJSON(scored bool) (any, error) {
	if scored {
		return nil, nil
	}
	if expr, ok := prePatterns[v.Pre]; ok {
		return object{"type": "Sequence", "pretokenizers": []object{
			{"type": "Split", "pattern": object{"Regex": expr}, "behavior": "Isolated", "invert": false},
			{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false},
		}}, nil
	}
	split, ok := preTokenizers[v.Pre]
	if !ok {
		return nil, fmt.Errorf("tokenizer: pre-tokenizer %q is not known", v.Pre)
	}
	if scan, _ := split[0].(gpt2Split); scan.digits {
		return object{"type": "Sequence", "pretokenizers": []object{
			{"type": "Digits", "individual_digits": scan.single}, byteLevelJSON}}, nil
	}
	return byteLevelJSON, nil
}

func (v Vocabulary) normalizerJSON(scored bool) any {
	if !scored {
		return nil
	}
	steps := []object{{"type": "Replace", "pattern": object{"String": " "}, "content": spaceMark}}
	if v.Prefix {
		steps = append([]object{{"type": "Prepend", "prepend": spaceMark}}, steps...)
	}
	return object{"type": "Sequence", "normalizers": steps}
}

func (v Vocabulary) decoderJSON(scored bool) any {
	if !scored {
		return byteLevelJSON
	}
	steps := []object{{"type": "Replace", "pattern": object{"String": spaceMark}, "content": " "},
		{"type": "ByteFallback"}, {"type": "Fuse"}}
	if v.Prefix {
		steps = append(steps, object{"type": "Strip", "content": " ", "start": 1, "stop": 0})
	}
	return object{"type": "Sequence", "decoders": steps}
}
