// Package curves draws runs over one another from what they left in their folders: the training curves of metrics.jsonl
// (package train) and the rate-quality curves of report.json (package eval).
//
//	paths, err := curves.Write("outputs/plots", "outputs/quick_test", "outputs/default_agent")
//
// It reads the few fields that it needs and passes over all others, so files of older and newer versions can be drawn
// together. What is wrong with a file is the request's fault (config.Usagef), with the file and the line. Folders are
// only read; pictures are written whole or not at all.
package curves
