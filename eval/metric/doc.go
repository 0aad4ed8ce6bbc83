// Package metric scores a text against references: BLEU, chrF, ROUGE, CIDEr-D and the answer scores of SQuAD.
//
//	BLEU      0-100  precision of words' n-grams, and a penalty for brevity    equals sacrebleu 2.6.0
//	chrF      0-100  F of characters' n-grams; chrF++ of words' too            equals sacrebleu 2.6.0
//	ROUGE     0-1    precision, recall and F of n-grams, or of a subsequence   equals rouge-score 0.1.2
//	CIDEr-D   0-10   cosine of n-grams, the rarer ones weighing more           equals pycocoevalcap 1.2, to 1e-9
//	SQuAD     0-1    exact match and F of words, after normalisation           equals the official script
//
// Equal means the same float64, except that one BLEU in a thousand differs in the last digit, where the C library under
// sacrebleu rounds e^x the wrong way, and that CIDEr-D has ROUGE's words. Where the papers leave a choice, these programs
// made it. What holds:
//   - Any bytes are scored without a fault: the empty text, no references, bytes that are not UTF-8 (each such byte is one
//     character, U+FFFD). Without references every score is 0.
//   - Several references count as in the programs named: BLEU clips by the most of any, CIDEr-D takes the mean, the
//     others the best.
//   - Time and memory grow with the length of the texts; only the longest common subsequence of ROUGE-L takes time
//     that grows with the product of the lengths, a 64th of a step a pair of words, and never such memory.
//   - Nothing is kept between calls, so all may be called by many goroutines. No libtorch.
//
// A zero [BLEUKind], [ChrFKind] or [Rouge] is the metric as it is usually reported:
//
//	score := metric.BLEU("the cat sat", []string{"the cat sat down"})
//	rouge := metric.Rouge{Stem: true}.L(summary, references)
package metric
