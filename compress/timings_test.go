package compress_test

import (
	"testing"

	"github.com/project-sputnik/sputnik/compress"
)

func TestTimingsAddUpToWhatTheResultsTook(t *testing.T) {
	c := compressor(t, "frequency")
	var timings compress.Timings
	all, whole := int64(0), int64(0)
	for range 3 {
		whole += int64(shorten(t, c, []byte(prose), compress.Options{Rate: 0.5, Timings: &timings}).Elapsed)
	}
	for stage, spent := range timings.Spent {
		all += int64(spent)
		if spent <= 0 {
			t.Errorf("stage %d took no time", stage)
		}
	}
	if all > whole || all < whole/2 {
		t.Errorf("the stages took %d ns, the calls %d", all, whole)
	}
}
