// Package scorertest checks that a compress.Scorer keeps its promises, as testing/slogtest does for handlers:
//
//	func TestScorer(t *testing.T) {
//		scorertest.Run(t, func() compress.Scorer { return mine }, tokenizer)
//	}
//
// For texts of no token, of one, of many more than any model reads at once, and of bytes that are no text:
//
//   - a score a token, each a finite number;
//   - the same scores again, from another goroutine, and in any order beside other texts;
//   - when the context ends, its error, soon.
//
// What a compress.Asker makes of a question is a scorer too and is checked in the same way.
package scorertest
