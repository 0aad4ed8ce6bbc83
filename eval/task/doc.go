// Package task turns data into what an evaluation measures on: documents to shorten, and probes that say what somebody
// will want to know of each.
//
//	questions  {"context","question","answers"}      a paragraph; the questions about it (SQuAD, arXiv 1606.05250)
//	gsm8k      {"question","answer","final"}         worked problems; more problems to solve like them (arXiv 2110.14168)
//	commongen  {"concepts","references"}             examples; more words to make a sentence of (arXiv 1911.03705)
//	meetings   {"transcript","queries"}              the turns that a query is about; the summary (QMSum, arXiv 2104.05938)
//	chat       {"messages","facts"}                  a conversation; what was settled in it (arXiv 1909.05855)
//	text       any other text                        passages; what is salient in them, by cloze
//
// What is shortened is never the question: it is the text, the conversation, or the examples before the question. Which
// task a file holds is seen from the fields of its first line. The words in which probes are put to a reader are files
// in probe/templates.
//
// Without a file, a task that has one in the shared data takes that (SPUTNIK_DATA), and no task takes what is held out
// in the binary. A line that cannot be read is a wrong request that names it.
package task
