// Package speed measures how fast prompts are compressed by the agent in the binary, in one run, and beside it what a
// forward pass of an encoder costs that other tools compress with. `sputnik bench compress` prints its report.
//
// Every figure is of this machine in these minutes. Nothing is extrapolated: an encoder's tokens/s are those of the chunks
// that it read.
package speed
