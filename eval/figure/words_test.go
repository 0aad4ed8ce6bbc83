package figure

import (
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

func TestWordsAreWrappedAndCut(t *testing.T) {
	letters := style(10, ink, false)
	for name, c := range map[string]struct {
		words string
		width vg.Length
		most  int
		want  []string
	}{
		"all fit":              {"one line", 200, 2, []string{"one line"}},
		"two lines":            {"these words want two lines", 80, 3, []string{"these words want", "two lines"}},
		"more than there are":  {"these words want more than two lines", 80, 2, []string{"these words want", "more than two l…"}},
		"a word too long":      {"antidisestablishmentarianism", 60, 2, []string{"antidisesta…"}},
		"nothing":              {" \n ", 60, 2, nil},
		"what is no character": {"a\x00b\xff", 60, 2, []string{"a b\ufffd"}},
	} {
		got := wrap(letters, c.words, c.width, c.most)
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: %q; want %q", name, got, c.want)
		}
		for _, line := range got {
			if letters.Width(line) > c.width {
				t.Errorf("%s: %q is wider than %g", name, line, c.width)
			}
		}
	}
}

func TestAxesAreMarkedAtRoundNumbers(t *testing.T) {
	for name, c := range map[string]struct {
		axis     Axis
		from, to float64
		want     string
	}{
		"shares":              {Axis{}, -0.03, 1.03, "0.0 0.2 0.4 0.6 0.8 1.0"},
		"steps":               {Axis{}, 0, 1236, "0 200 400 600 800 1000 1200"},
		"many steps":          {Axis{}, 0, 48000, "0 10k 20k 30k 40k"},
		"millions":            {Axis{}, 0, 3.2e6, "0.0 0.5M 1.0M 1.5M 2.0M 2.5M 3.0M"},
		"small numbers":       {Axis{}, 0.00031, 0.00058, "0.00035 0.00040 0.00045 0.00050 0.00055"},
		"smaller still":       {Axis{}, 0, 3e-9, "0 5e-10 1e-09 1.5e-09 2e-09 2.5e-09 3e-09"},
		"below zero":          {Axis{}, -1.2, 0.4, "-1.2 -1.0 -0.8 -0.6 -0.4 -0.2 0.0 0.2 0.4"},
		"decades":             {Axis{Log: true}, 2, 6.2, "100 1000 10k 100k 1M"},
		"within two decades":  {Axis{Log: true}, 3, 4.5, "1000 2000 5000 10k 20k"},
		"a hundred decades":   {Axis{Log: true}, -90, 90, ""},
		"where they are told": {Axis{Ticks: []float64{0.3, 0.5, 7}}, 0, 1, "0.3 0.5"},
	} {
		var got []string
		for _, tick := range c.axis.ticks(span{c.from, c.to}, 6) {
			got = append(got, tick.Label)
		}
		if c.want != "" && strings.Join(got, " ") != c.want || len(got) == 0 || len(got) > 12 {
			t.Errorf("%s: %q", name, strings.Join(got, " "))
		}
	}
}

func TestLabelsThatWouldTouchAreLeftOut(t *testing.T) {
	ticks := []plot.Tick{{Value: 0, Label: "1000"}, {Value: 1, Label: "1001"}, {Value: 9, Label: "1009"}}
	if got := thin(ticks, span{0, 10}, 200); got[0].Label != "1000" || got[1].Label != " " || got[2].Label != "1009" {
		t.Errorf("%v", got)
	}
}
