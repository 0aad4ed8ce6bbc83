package transformer

import (
	"errors"
	"sync/atomic"

	"github.com/project-sputnik/sputnik/torch"
)

// batch is how many things are read side by side: as many as there is room for, until memory runs out. Then it halves, and
// stays so.
type batch struct{ fitted atomic.Int64 }

// each has n things read, at most room of them at a time; what did not fit is read again.
func (b *batch) each(n, room int, read func(from, to int) error) error {
	for from := 0; from < n; {
		size := min(room, n-from)
		if most := int(b.fitted.Load()); most > 0 {
			size = min(size, most)
		}
		err := read(from, from+size)
		if errors.Is(err, torch.ErrMemory) && size > 1 {
			b.fitted.Store(int64(size / 2))
			continue
		}
		if err != nil {
			return err
		}
		from += size
	}
	return nil
}

// mostForests of one forward: more gain nothing.
const mostForests = 32

// room is how many forests fit into one forward: one on the CPU, whose cache holds no more, elsewhere as many as half of
// the free memory takes. The rest is for those who compute meanwhile.
func (m *Model) room(forests []*forest) int {
	if torch.InUse() == torch.CPU {
		return 1
	}
	free, known := torch.FreeMemory()
	if !known {
		return mostForests
	}
	longest := 1
	for _, f := range forests {
		longest = max(longest, len(f.ids))
	}
	return int(max(1, min(mostForests, free/2/m.forestBytes(int64(longest)))))
}

// forestBytes is about what a forest of so many tokens takes: of each what a layer makes of it, of each two who sees whom.
func (m *Model) forestBytes(tokens int64) int64 {
	number := int64(4)
	if m.Kind == torch.BFloat16 {
		number = 2
	}
	return tokens * (number*int64(16*m.Config.Width+4*m.Config.FeedForward) + tokens*(number+2))
}
