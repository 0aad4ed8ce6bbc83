package scorers_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/compress/scorers"
	"github.com/project-sputnik/sputnik/compress/scorertest"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/torchtest"
)

func TestMain(m *testing.M) { torchtest.Main(m) }

func fixture(name string) string { return filepath.Join("..", "..", "saliency", "testdata", name) }

func TestEveryNameOpensAScorer(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	tokenizer, err := token.Open("gpt2")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		scorer, model string
		asks          bool
	}{
		{"attention", "encoder-bert", false},
		{"attention:rollout:layers=2", "encoder-roberta", false},
		{"gradient", "encoder-bert", true},
		{"gradient:input", "causal", true},
		{"gradient:mlm:input", "encoder-roberta", true},
		{"surprisal", "causal", false},
		{"surprisal:phrase", "causal", false},
		{"contrastive", "causal", true},
		{"tokenclass", "classify-xlmr", false},
		{"tokenclass", "classify-bert", false},
	} {
		t.Run(c.scorer+" "+c.model, func(t *testing.T) {
			opened, err := scorers.Open(c.scorer, fixture(c.model))
			if err != nil {
				t.Fatal(err)
			}
			defer opened.Close()
			if _, asks := opened.Scorer.(compress.Asker); asks != c.asks || opened.Scorer.Name() != c.scorer {
				t.Errorf("%q, takes questions: %v", opened.Scorer.Name(), asks)
			}
			if c.asks {
				scorertest.Run(t, func() compress.Scorer { return opened.Scorer }, tokenizer)
			}
		})
	}
}

func TestAWrongRequestIsOneLine(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	t.Setenv("SPUTNIK_CACHE", t.TempDir())
	for _, c := range []struct{ scorer, model, want string }{
		{"magic", "", `"magic"; want attention`},
		{"attention", "", "sputnik models pull minilm-l6"},
		{"gradient", "", "sputnik models pull minilm-l6"},
		{"surprisal", "", "sputnik models pull smollm2-135m"},
		{"contrastive", "", "sputnik models pull smollm2-135m"},
		{"tokenclass", "", "--scorer-model"},
		{"tokenclass", "encoder-bert", "ForTokenClassification"},
		{"attention", "causal", "no encoder"},
		{"attention:rolout", "encoder-bert", `option "rolout"; want rollout or layers=`},
		{"attention:layers=3-2", "encoder-bert", "layers=3-2"},
		{"attention:layers=1-9", "encoder-bert", "layers 1-9 of an encoder that has 1-2"},
		{"attention:rollout:rollout", "encoder-bert", "twice"},
		{"contrastive:x", "causal", "no options"},
		{"gradient:mlm", "causal", "causal"},
		{"gradient:mlm", "classify-bert", "masked-LM head"},
		{"surprisal", "encoder-bert", `"bert"`},
	} {
		model := c.model
		if model != "" {
			model = fixture(model)
		}
		opened, err := scorers.Open(c.scorer, model)
		if err == nil {
			opened.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s of %s: %v; want %q in it", c.scorer, c.model, err, c.want)
		}
	}
}
