package compress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/project-sputnik/sputnik/compress/structure"
)

// ErrInput marks the errors of what a stream reads.
var ErrInput = errors.New("the input broke off")

// Stream shortens what it reads while it comes, and writes each block once it is decided, in one call of Write. What it
// promises beyond what Compress does:
//
//   - after each write, the tokens of all that was written are at most the rate's share of those of the input that it was
//     made from, by the options' tokenizer (protected bytes excepted, and then a warning says so);
//   - a block waits for no more than 512 tokens; it is decided at the first blank line behind 128 tokens, else at the end
//     of a sentence, a line or a word, wherever the reads end;
//   - words, characters and protected spans are never cut. A word of more than 512 tokens is left out. A <keep> whose
//     </keep> is further away than that protects what comes until it is there, or to the end;
//   - what was written stays right: an input that ends, fails or is stopped anywhere has written what a longer one
//     would have up to there, but for the last block of one that ends.
//
// It is prose whatever it looks like, and has no target but a rate. The result has no text and no spans. Where the scorer
// fails, the rest of the input comes out as it is, and the error, a Fault, at the end. When ctx is done Stream returns at
// once, but a Read that waits for input is left to itself until it returns.
func (c *Compressor) Stream(ctx context.Context, r io.Reader, w io.Writer, o Options) (Result, error) {
	switch err := o.Check(); {
	case err != nil:
		return Result{}, err
	case o.TargetTokens != nil:
		return Result{}, errors.New("a stream wants a rate: nobody knows how many tokens will come")
	case o.Structure != "" && o.Structure != structure.Auto && o.Structure != structure.Prose:
		return Result{}, fmt.Errorf("a stream is prose; the structure %s needs the whole text", o.Structure)
	}
	result := c.begin(&o)
	result.Structure = structure.Prose
	started := time.Now()
	f := newFeed(c, o)
	f.lean = true
	err := f.stream(ctx, r, w)
	f.finish(&result)
	result.Elapsed = time.Since(started)
	return result, err
}

// stream lets all that is read go through.
func (f *feed) stream(ctx context.Context, r io.Reader, w io.Writer) error {
	var fault, failed error // of the scorer, and of the writer
	write := func() error {
		if len(f.fresh) > 0 && failed == nil {
			_, failed = w.Write(f.fresh)
		}
		f.fresh = f.fresh[:0]
		return failed
	}
	for in := read(ctx, r); ; {
		var came chunk
		select {
		case came = <-in:
		case <-ctx.Done():
			return ctx.Err()
		}
		f.rest = append(f.rest, came.data...)
		if fault == nil {
			fault = withoutPanics(func() error { return f.drain(ctx, came.err != nil, write) })
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case failed != nil:
			return failed
		case fault != nil:
			f.take(f.rest, []Span{{0, len(f.rest)}}, nil)
			f.rest = nil
			if err := write(); err != nil {
				return err
			}
		}
		switch {
		case came.err != nil && fault != nil:
			return Fault{fault}
		case errors.Is(came.err, io.EOF):
			return nil
		case came.err != nil:
			return fmt.Errorf("%w: %w", ErrInput, came.err)
		}
	}
}

// A chunk is what one Read gave.
type chunk struct {
	data []byte
	err  error
}

// read reads until an error, or until nobody listens any more.
func read(ctx context.Context, r io.Reader) <-chan chunk {
	out := make(chan chunk)
	go func() {
		for {
			data := make([]byte, 4096)
			n, err := r.Read(data)
			select {
			case out <- chunk{data[:n], err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}
