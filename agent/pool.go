package agent

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/project-sputnik/sputnik/torch"
)

// mostRows is how many rows one forward sees at the most: what its layers make of them stays in a core's cache.
const mostRows = 512

// mostRowsAt is the same for an agent whose tokens reach so far, and more where less than half of the rows would be scored.
func mostRowsAt(halo int) int { return max(mostRows, 4*halo) }

// A request is a text to score, cut into windows, each of which sees halo tokens more on both sides.
type request struct {
	ctx    context.Context //nolint:containedctx // of who asks, for those who do the work
	policy policy
	placed *placed
	asked  *askedPart // nil where there is no question
	first  int        // token to score
	scores []float32  // of it and those behind it

	halo, step, next int // tokens; next is where the first window begins that nobody took
	left             int // tokens that are not scored yet
	done             chan struct{}
	err              error
}

// A window is the tokens [from, to) of a request.
type window struct {
	*request
	from, to int
}

// seen is the tokens that the forward has to see.
func (w window) seen() (from, to int) {
	return max(0, w.from-w.halo), min(len(w.placed.text.Tokens), w.to+w.halo)
}

// end is behind the last token to score.
func (r *request) end() int { return r.first + len(r.scores) }

// width is how many features a row has.
func (r *request) width() int {
	if r.asked == nil {
		return dynamicFeatures
	}
	return dynamicFeatures + QuestionFeatures
}

// A pool scores the windows of all who ask at a time: as many goroutines as there are cores take them in turns from
// each request, and short ones into one forward together.
type pool struct {
	mutex   sync.Mutex
	queue   []*request // with windows that nobody took
	working int
	workers sync.WaitGroup
	run     func() // work, made a value once
}

// score fills in the scores of a request.
func (p *pool) score(r *request, halo int) error {
	n, workers := len(r.scores), cores()
	most := mostRowsAt(halo) - 2*halo
	windows := (n + most - 1) / most
	if windows < 8*workers && n > workers*4*halo { // a short text: as much for each
		windows = (windows + workers - 1) / workers * workers
	}
	r.halo, r.step, r.next, r.left, r.done = halo, (n+windows-1)/windows, r.first, n, make(chan struct{})
	p.mutex.Lock()
	if p.run == nil {
		p.run = p.work
	}
	p.queue = append(p.queue, r)
	for ; p.working < min(workers, len(p.queue)+windows-1); p.working++ {
		p.workers.Add(1)
		go p.run()
	}
	p.mutex.Unlock()
	select {
	case <-r.done:
		return r.err
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}

// cores is how many forwards may run at a time.
func cores() int {
	if torch.Available() == nil {
		return max(1, min(torch.Threads(), runtime.GOMAXPROCS(0)))
	}
	return runtime.GOMAXPROCS(0)
}

// wait returns when nobody works for requests that were given up.
func (p *pool) wait() { p.workers.Wait() }

// sheet is what one worker lays out for a forward.
type sheet struct {
	windows  []window
	ids      []int32
	features []float32
	scores   []float32
}

var sheets = sync.Pool{New: func() any { return new(sheet) }}

// work scores windows while there are any.
func (p *pool) work() {
	defer p.workers.Done()
	s := sheets.Get().(*sheet)
	defer sheets.Put(s)
	for p.take(s) {
		err := s.score()
		p.mutex.Lock()
		for _, w := range s.windows {
			w.finish(w.to-w.from, err)
		}
		p.mutex.Unlock()
		clear(s.windows) // or their texts would be held in memory
	}
}

// finish counts tokens as scored, or the request as failed.
func (r *request) finish(tokens int, err error) {
	if r.left <= 0 {
		return
	}
	r.left -= tokens
	if err != nil {
		r.err, r.left = err, 0
	}
	if r.left == 0 {
		close(r.done)
	}
}

// score runs the policy over the sheet's windows, each parted from the next by as many empty rows as a token reaches.
func (s *sheet) score() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	first := s.windows[0]
	rows, width := -first.halo, first.width()
	for _, w := range s.windows {
		from, to := w.seen()
		rows += w.halo + to - from
	}
	s.ids, s.scores = sized(s.ids, rows), sized(s.scores, rows)
	s.features = sized(s.features, rows*width)
	at := 0
	for i, w := range s.windows {
		if i > 0 {
			for k := range w.halo {
				s.ids[at+k] = -1
			}
			clear(s.features[at*width : (at+w.halo)*width])
			at += w.halo
		}
		from, to := w.seen()
		for k, t := range w.placed.text.Tokens[from:to] {
			s.ids[at+k] = t.ID
		}
		w.placed.write(from, to, s.features[at*width:], width)
		if w.asked != nil {
			w.asked.write(from, to, s.features[at*width+dynamicFeatures:], width)
		}
		at += to - from
	}
	if err := first.policy.Scores(s.ids, s.features, width, s.scores); err != nil {
		return err
	}
	at = 0
	for _, w := range s.windows {
		from, to := w.seen()
		copy(w.request.scores[w.from-w.first:w.to-w.first], s.scores[at+w.from-from:])
		at += to - from + w.halo
	}
	return nil
}

// sized is a slice of n elements, the same if there is room; what they are is not said.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// take puts the next windows on the sheet, as many as one forward may see, and says whether there are any; if not, the
// worker is done.
func (p *pool) take(s *sheet) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	s.windows = s.windows[:0]
	for rows := 0; len(p.queue) > 0; {
		r := p.queue[0]
		w := window{r, r.next, min(r.next+r.step, r.end())}
		if r.ctx.Err() != nil || r.err != nil {
			w.to = w.from
		}
		if w.from < w.to {
			from, to := w.seen()
			if first := s.windows; len(first) > 0 && (rows+r.halo+to-from > mostRowsAt(r.halo) || first[0].policy != r.policy || first[0].width() != r.width()) {
				break
			}
			rows += r.halo + to - from
			s.windows = append(s.windows, w)
			r.next = w.to
		}
		p.queue = slices.Delete(p.queue, 0, 1)
		if w.from < w.to && r.next < r.end() {
			p.queue = append(p.queue, r)
		}
	}
	if len(s.windows) == 0 {
		p.working--
	}
	return len(s.windows) > 0
}
