package sputnik_test

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/project-sputnik/sputnik"
	"github.com/project-sputnik/sputnik/torch"
)

func TestAScorersModelIsOpenedOnceAndClosedWithTheCompressor(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	before := torch.Stats()
	c, err := sputnik.Open(sputnik.Default)
	if err != nil {
		t.Fatal(err)
	}
	const text = "The harbour of the old town opened to ships in spring, and the mayor gave a speech about 1843."
	read := []sputnik.Option{sputnik.Scorer("tokenclass", 0), sputnik.ScorerModel(filepath.Join("saliency", "testdata", "classify-xlmr"))}
	first, err := c.Compress(t.Context(), text, read...)
	if err != nil {
		t.Fatal(err)
	}
	open := torch.Stats()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if again, err := c.Compress(t.Context(), text, read...); err != nil || again.Text != first.Text {
				t.Errorf("%q, %v; want %q", again.Text, err, first.Text)
			}
		})
	}
	all.Wait()
	if now := torch.Stats(); now != open {
		t.Errorf("%+v live after four more texts, %+v before", now, open)
	}
	c.Close()
	if after := torch.Stats(); after != before {
		t.Errorf("%+v live at the end, %+v at the beginning", after, before)
	}
}
