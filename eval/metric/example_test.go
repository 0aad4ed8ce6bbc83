package metric_test

import (
	"fmt"

	"github.com/project-sputnik/sputnik/eval/metric"
)

func Example() {
	candidate := "The cat sat on the mat."
	references := []string{"The cat is on the mat.", "A cat was sitting on the mat."}
	fmt.Printf("BLEU %.2f, chrF %.2f\n", metric.BLEU(candidate, references), metric.ChrF(candidate, references))
	l := metric.Rouge{}.L(candidate, references)
	fmt.Printf("ROUGE-L %.3f of precision, %.3f of recall\n", l.Precision, l.Recall)
	fmt.Printf("SQuAD F1 %.3f\n", metric.SquadF1(candidate, references))
	// Output:
	// BLEU 48.89, chrF 67.17
	// ROUGE-L 0.833 of precision, 0.833 of recall
	// SQuAD F1 0.750
}
