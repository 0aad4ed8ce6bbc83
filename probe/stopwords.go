package probe

import "strings"

// stopwords are English words that say how a sentence hangs together, and little of what it is about.
var stopwords = setOf(`
a about above after again against all almost along already also although always am among an and another any anyone
anything are around as at away be became because become been before being below between both but by came can cannot
come could did do does doing done down during each either else enough even ever every few first for from further get
give go goes going got had has have having he her here hers herself him himself his how however i if in into is it its
itself just last least less let like made make makes many may me might mine more most much must my myself neither never
next no nor not nothing now of off often on once one only onto or other others otherwise our ours out over own per
perhaps put quite rather really s said same say says see seen several shall she should since so some someone something
still such t take than that the their theirs them themselves then there therefore these they thing things this those
though through thus to together too toward towards two under until up upon us use used very via was way we well went
were what when where whether which while who whole whom whose why will with within without would yes yet you your yours
yourself don't doesn't didn't isn't aren't wasn't weren't can't couldn't won't wouldn't it's i'm that's there's he's
she's let's they're we're you're i've we've they've you've i'll we'll you'll`)

// Stopword says whether a word, in any case, carries little by itself.
func Stopword(word string) bool {
	return stopwords[strings.ToLower(strings.ReplaceAll(word, "’", "'"))]
}
