// Package remote puts prompts to a model behind any OpenAI-compatible chat endpoint, and lets a run that asks thousands
// of them be stopped, resumed and repeated.
//
//	prompts -> equal ones once -> the cache -> slots, budget, pace -> POST BASE/chat/completions -> the cache -> answers
//
// What holds:
//   - Answers come in the order of the prompts, greedily (temperature 0), whatever the order they arrived in.
//   - An answer is on disk before Answer returns, also when Answer returns an error, so that nothing is paid for twice.
//     An entry of the cache that is damaged counts as missing.
//   - What may pass is tried again (408, 429, 5xx, a connection that was cut, a timeout, a reply that is no whole
//     answer), after a pause that grows; every try passes the limits anew. Any other status ends the call at once.
//   - Nothing is sent once the budget is spent. What is under way is taken to cost its prompt's and its limit's worth
//     until the endpoint says, so the budget is passed by one answer at the most, however many are asked at a time.
//   - A reply is read up to a bound, and the key is in no error and no file.
//
// A Client owns its connections, which Close lets go; the cache folder is the caller's, and several processes may share
// one. A Client may be used by many goroutines: they share its limits. Two calls under way at the same time that ask the
// same each ask it. Nothing is logged or printed.
package remote
