// Package pipeline shortens a text by how complex it is.
//
//	text -> Features -> Complexity -> Strategies.Ratio -> Route -> Rules -> compress -> Retention -> report
//
// A ratio is the share of the tokens that is removed, as in the configurations of the seed system. Every step says why it
// decided as it did, in words that the report and --explain print. Nothing is added to a text: Rules only delete, and
// the rest is package compress, so what that promises holds here too, with the original's count as the measure.
//
//	p := pipeline.Pipeline{Rungs: rungs, Strategies: pipeline.DefaultStrategies(), Rules: pipeline.DefaultRules()}
//	outcome, err := p.Process(ctx, pipeline.Input{ID: "a", Text: text})
//
// Retention is measured, never assumed: by whether the answers to cloze questions about the text still stand in what is
// left of it, or, where there is a reader, by what it loses on them. A Feedback moves the strategies by it.
package pipeline
