package transformer

import "context"

// Turns reads every prompt once and then goes through its turns: what a turn begins with is given, the rest is the
// likeliest tokens, up to limit or until stop says that one ends the turn, which is not part of it. It returns what was
// said in each turn. Prompts share forwards, padded on the left.
func (m *Model) Turns(ctx context.Context, prompts [][]int32, turns [][][]int32, limit int, stop func(id int32) bool) ([][][]int32, error) {
	talks := make([]talk, len(prompts))
	for i := range talks {
		talks[i] = talk{turns: turns[i], said: make([][]int32, len(turns[i]))}
	}
	cache := m.NewCache()
	defer cache.Close()
	ids, pads, length := padLeft(prompts)
	for len(prompts) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		likeliest, err := m.step(ids, pads, len(prompts), length, cache)
		if err != nil {
			return nil, err
		}
		ids, length = likeliest, 1
		done := true
		for i := range talks {
			id, goesOn := talks[i].next(int32(likeliest[i]), limit, stop)
			ids[i] = int64(id)
			done = done && !goesOn
		}
		if done {
			break
		}
	}
	said := make([][][]int32, len(talks))
	for i := range talks {
		said[i] = talks[i].said
	}
	return said, nil
}

// talk is where one prompt's turns stand.
type talk struct {
	turns [][]int32 // to come
	said  [][]int32
	given []int32 // left of what the turn begins with
	at    int     // the turn that is being said is the at-th, from 1; 0 before the first
}

// next is the token to read after one for which likeliest is the model's word, and whether there is more to say.
func (t *talk) next(likeliest int32, limit int, stop func(int32) bool) (id int32, goesOn bool) {
	if len(t.given) == 0 && t.at > 0 {
		now := &t.said[t.at-1]
		if !stop(likeliest) && len(*now) < limit {
			*now = append(*now, likeliest)
			return likeliest, true
		}
	}
	if len(t.given) == 0 {
		if len(t.turns) == 0 {
			return likeliest, false
		}
		t.given, t.turns = t.turns[0], t.turns[1:]
		t.at++
	}
	id, t.given = t.given[0], t.given[1:]
	return id, true
}
