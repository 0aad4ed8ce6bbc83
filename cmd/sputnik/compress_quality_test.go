package main

import (
	"strings"
	"testing"
)

const minutes = "The committee met in Lisbon and discussed the budget for a long time. Ines Castillo was asked to book the fire inspection " +
	"by the 14th of March. Later on there was some talk about the weather and about the label printers, which are old."

func TestCompressByQualityKeepsMoreForMore(t *testing.T) {
	var lengths []int
	for _, quality := range []string{"0.7", "0.9"} {
		code, stdout, stderr := compressed(t, minutes, "--min-quality", quality)
		if code != 0 || len(stdout) == 0 || len(stdout) >= len(minutes) {
			t.Fatalf("%s: exit %d, %q, %s", quality, code, stdout, stderr)
		}
		lengths = append(lengths, len(stdout))
	}
	if lengths[0] >= lengths[1] {
		t.Errorf("%v bytes", lengths)
	}
}

func TestCompressRefusesAQualityThatNobodyKnows(t *testing.T) {
	for want, args := range map[string][]string{
		"nothing above":                   {"--min-quality", "0.9999"},
		"min-quality is 2":                {"--min-quality", "2"},
		"beside a rate":                   {"--min-quality", "0.9", "--rate", "0.5"},
		"does not predict":                {"--min-quality", "0.9", "--scorer", "length"},
		"one of min-quality and question": {"--min-quality", "0.9", "--question", "Who?"},
		"stream wants a rate":             {"--min-quality", "0.9", "--stream"},
	} {
		code, stdout, stderr := compressed(t, minutes, args...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit %d, %q, %s", args, code, stdout, stderr)
		}
	}
}

func TestCompressRanksByTheQuestion(t *testing.T) {
	for question, want := range map[string]string{"Who has to book the fire inspection?": "Castillo", "Where did the committee meet?": "Lisbon"} {
		code, stdout, stderr := compressed(t, minutes, "--rate", "0.35", "--question", question)
		if code != 0 || !strings.Contains(stdout, want) {
			t.Errorf("%s: exit %d, %q, %s", question, code, stdout, stderr)
		}
	}
}
